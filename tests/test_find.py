"""Any spelling of an address is found in what Reconciler reads and writes, and no longer address is."""

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from people import PUSHED, batch_of, environment_of, person, present

from reconciler.apply.journal import Journal
from reconciler.files import prepare_working_folder
from reconciler.find import Kind, Occurrence, declaring_lines, find_occurrences
from reconciler.identity import InvalidAddress, identity
from reconciler.lockfile.codec import digest, encode
from reconciler.lockfile.model import Lockfile, Rejected, Unconfirmed
from reconciler.lockfile.state import Lineage

ADA = "ada@example.org"


def known(address: str) -> bool:
    try:
        identity(address)
    except InvalidAddress:
        return False
    return True


LOCALS = st.from_regex(
    r"[a-zA-ZäéÅñж0-9\u03c3\u03c2\u03a3]{1,8}([._+'-][a-zA-Zäéß0-9\u03c3]{1,6}){0,2}", fullmatch=True
)
DOMAINS = st.from_regex(r"[a-zA-Zäüéж]{2,8}(\.[a-zäü]{2,6})?\.(org|test|example)", fullmatch=True)
ADDRESSES = st.builds("{}@{}".format, LOCALS, DOMAINS).filter(known)
FORMS: Mapping[str, Callable[[str], str]] = {
    "as it is": str,
    "upper case": lambda text: text.upper() if identity(text.upper()) == identity(text) else text,
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "ASCII domain": lambda text: f"{text.rpartition('@')[0]}@{identity(text).rpartition('@')[2]}",
}


def places(folder: Path, key: str = ADA) -> list[Occurrence]:
    return list(find_occurrences(key, [folder], folder / "panels").places)


@pytest.fixture
def members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the member files of the environment `p`."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "panels" / "p" / "members"
    folder.mkdir(parents=True)
    (folder.parent / "environment.yaml").write_text("embedded: true\n")
    return folder


def lines(text: str, name: str = "t.yaml") -> list[int]:
    path = Path(name)
    path.write_text(text, encoding="utf-8", newline="")
    return [line for _, line in declaring_lines([path], [ADA])[ADA]]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _row(*cells: str) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


@given(address=ADDRESSES, form=st.sampled_from(sorted(FORMS)))
def test_any_spelling_is_found(tmp_path_factory: pytest.TempPathFactory, address: str, form: str) -> None:
    written, folder = FORMS[form](address), tmp_path_factory.mktemp("spelling")
    files = {
        "a.yaml": yaml.safe_dump({"members": [{"emailAddress": written}]}, allow_unicode=True),
        "b.yaml": yaml.safe_dump({"members": [{"emailAddress": written}]}),
        "c.csv": _row("firstName", "emailAddress") + _row("x, y", written),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    found = declaring_lines([folder / name for name in files], [identity(address)])
    assert [path.name for path, _ in found[identity(address)]] == [*files]
    for name, ensure_ascii in (("plan.json", False), ("ascii.json", True)):
        document = {"format": 1, "environment": "p", "digest": "x", "actions": [{"key": written}]}
        (folder / name).write_text(json.dumps(document, ensure_ascii=ensure_ascii), encoding="utf-8")
    kinds = [place.kind for place in places(folder, identity(address))]
    assert kinds == [Kind.PLAN, Kind.PLAN]


@pytest.mark.parametrize(
    "said",
    [
        "Ada <ada@example.org>, and others",
        "Write to Ada@Example.org.",
        "'ada@example.org' is known",
        "mailto:ada@example.org",
        "email=ada@example.org&x=1",
        json.dumps({"key": ADA}).replace("a@", "\\u0061@"),
        json.dumps({"body": json.dumps({"key": ADA}).replace("a@", "\\u0061@")}),
        "bob@example.org,ada@example.org",
    ],
)
def test_an_address_is_found_in_a_sentence_of_the_api(here: Path, said: str) -> None:
    report = {"format": 1, "environment": "p", "summary": {}, "rejected": [{"key": "x", "reason": said}]}
    (here / "report.json").write_text(json.dumps(report))
    assert [place.kind for place in places(here)] == [Kind.REPORT]


@pytest.mark.parametrize(
    "other",
    [
        "xada@example.org",
        "ada@example.org.uk",
        "x.ada@example.org",
        "ada+news@example.org",
        "a da@example.org",
    ],
)
def test_an_address_that_only_contains_it_is_another_one(here: Path, other: str) -> None:
    (here / "plan.json").write_text(json.dumps({"format": 1, "plans": [{"key": other, "x": f"<{other}>"}]}))
    assert places(here) == []


def test_an_entry_is_where_it_begins(here: Path) -> None:
    assert lines(f"members:\n- firstName: Ada\n  emailAddress: {ADA}\n") == [2]
    assert lines('members:\n- emailAddress: "\\u0061da@exam\\\n    ple.org"\n') == [2]
    assert lines(f"x-a: &ada {ADA}\nmembers:\n- emailAddress: *ada\n") == [3]
    assert lines(f'firstName,emailAddress\r\n"A\r\nda","{ADA}"\r\n', "t.csv") == [2]
    assert here.exists()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (f"# {ADA}\n- emailAddress: bob@example.org\n  custom1: {ADA}\n", []),
        (
            f"- emailAddress: {ADA}\n- emailAddress: bob@example.org\n- emailAddress: ADA@example.org\n",
            [2, 4],
        ),
        (f"- emailAddress: {ADA}\n- emailAddress: b@x\n- [\n- emailAddress: {ADA}\n", [2, 5]),
    ],
    ids=["another field and a comment", "declared twice", "a file with mistakes"],
)
def test_each_line_that_declares_the_address_is_found(entries: str, found: list[int]) -> None:
    assert lines("members:\n" + entries) == found


def test_a_file_that_is_gone_declares_nobody(here: Path) -> None:
    assert declaring_lines([here / "gone.yaml"], [ADA]) == {ADA: []}


@pytest.mark.parametrize(
    ("name", "section"), [("ada", "members"), ("eve", "rejected"), ("sam", "unconfirmed"), ("bob", None)]
)
def test_a_lockfile_is_recognised_in_any_file_and_shows_the_section(
    here: Path, name: str, section: str | None
) -> None:
    lockfile = Lockfile(
        "pröd",
        "embedded",
        {"ada@example.org": present(person("ada", custom1="bob@example.org"))},
        {"eve@example.org": Rejected("no", PUSHED, person("eve"))},
        {"sam@example.org": Unconfirmed(PUSHED, person("sam"))},
    )
    (here / "copy").write_bytes(encode(lockfile))
    [place] = places(here, f"{name}@example.org")
    assert (place.kind, place.environment, place.detail) == (Kind.LOCKFILE, "pröd", section)


def test_a_journal_is_recognised_in_any_file(here: Path) -> None:
    environment = environment_of(folder=here)
    prepare_working_folder(environment.working_folder)
    began_from = Lineage(digest(None), ())
    Journal.begin(environment, [batch_of({ADA: person("ada")})], began_from, started=PUSHED).close()
    environment.journal_path.rename(here / "moved")
    assert {(place.kind, place.environment) for place in places(here)} == {(Kind.JOURNAL, environment.name)}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        f"members: [{ADA}]\n".encode(),
        b'{"format": 1, "environment": "\xff", "x": 1}',
        b"[" * 8000,
        b'{"format": 1, "x": ' + b'"\\"' * 100_000,
        b"SQLite format 3\0" + ADA.encode(),
    ],
    ids=["empty", "a bracket", "other text", "no UTF-8", "nested", "an open string", "another database"],
)
def test_any_other_file_is_passed_over(here: Path, data: bytes) -> None:
    (here / "file").write_bytes(data)
    assert find_occurrences(ADA, [here], here / "panels") == (ADA, (), (), ())


def test_what_other_programs_made_is_not_searched(here: Path) -> None:
    for folder in (".git", "a/node_modules", ".venv", "__pycache__", ".hidden"):
        (here / folder).mkdir(parents=True)
        (here / folder / "plan.json").write_text(json.dumps({"format": 1, "plans": [ADA]}))
    assert [place.file for place in places(here)] == [".hidden/plan.json"]


def test_a_folder_within_another_is_searched_once(members: Path) -> None:
    (members / "team.yaml").write_text(f"members:\n- emailAddress: {ADA}\n")
    folder = members.parent.parent.parent
    found = find_occurrences(ADA, [folder, folder / "panels", members / "team.yaml"], folder / "panels")
    assert [place.line for place in found.places] == [2]
