from pathlib import Path

import pytest
from people import NOTHING_YET, PUSHED, environment_of, person, present

from reconciler.apply.batch import Batch
from reconciler.apply.journal import Journal, journal_path
from reconciler.files import prepare_working_folder
from reconciler.lockfile.codec import encode
from reconciler.lockfile.model import Lockfile, Rejected, Unconfirmed
from reconciler.search.kinds import kind_of, section_of
from reconciler.search.model import Kind

LOCKFILE = Lockfile(
    "pröd",
    "embedded",
    {"ada@example.org": present(person("ada", custom1="bob@example.org"))},
    {"eve@example.org": Rejected("no", PUSHED, person("eve"))},
    {"sam@example.org": Unconfirmed(PUSHED, person("sam"))},
)


def sections(key: str) -> list[str]:
    found = (section_of(line, key) for line in encode(LOCKFILE).splitlines())
    return [section for section in found if section]


def test_a_lockfile_is_known_wherever_it_lies() -> None:
    assert kind_of(encode(LOCKFILE)) == (Kind.LOCKFILE, "pröd")


def test_a_journal_is_known_as_it_is_written(tmp_path: Path) -> None:
    environment = environment_of(folder=tmp_path)
    prepare_working_folder(environment.working_folder)
    batch = Batch(1, {"ada@example.org": person("ada")})
    Journal.begin(environment, [batch], NOTHING_YET, started=PUSHED).close()
    assert kind_of(journal_path(environment).read_bytes()) == (Kind.JOURNAL, environment.name)


@pytest.mark.parametrize(
    ("name", "section"), [("ada", "members"), ("eve", "rejected"), ("sam", "unconfirmed"), ("bob", None)]
)
def test_a_line_of_a_lockfile_tells_its_section(name: str, section: str | None) -> None:
    assert sections(f"{name}@example.org") == ([section] if section else [])


@pytest.mark.parametrize(
    "head", [b"", b"{", b"members: []\n", b'{"format": 1, "environment": "\xff", "x": 1}', b"[" * 8000]
)
def test_anything_else_is_text_like_any_other(head: bytes) -> None:
    assert kind_of(head) == (Kind.TEXT, None)
