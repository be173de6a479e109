"""What is declared of a member is what other readers read: PyYAML's BaseLoader, and csv's DictReader."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from base_loader import (
    Loader,
    declared_in_csv,
    declared_in_yaml,
    is_as_read_from_csv,
    is_as_read_from_yaml,
)
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from member_texts import member_tables, member_texts
from mutations import mutated, seeds

from reconciler.errors import InvalidInput
from reconciler.problems import plain
from reconciler.roster.fields import EXPIRES
from reconciler.roster.model import Declaration
from reconciler.roster.reader import RosterReading, read_roster
from reconciler.text_source import YAML_LINE_END, text_of
from reconciler.yaml_source import events
from reconciler.yaml_source.events import RULES

TEXTS = member_texts().map(lambda made: made[0].encode())
TABLES = member_tables().map(str.encode)
YAML = TEXTS | TEXTS.flatmap(lambda text: mutated([text])) | mutated(seeds(".yaml"))
SYNTAX = {rule.message for rule in RULES} - {"The file is nested too deeply."} | {
    "not valid YAML",
    "beginning of",
}
# Where PyYAML's parser and libyaml differ: in what they take for text, libyaml skips a byte order mark at the
# beginning of a line, takes a tab for a space, and refuses a colon right before a comma or bracket. Half a
# character (U+D800) as an escape is refused here by either, and BaseLoader lets it pass.
PARSERS_DIFFER = re.compile(
    rf"(?:{YAML_LINE_END.pattern})\ufeff|\t|:[][{{}},]|\\u(?:0000)?d[89a-f]", re.IGNORECASE
)
CSV = TABLES | TABLES.flatmap(lambda table: mutated([table])) | mutated(seeds(".csv"))


def examples(count: int) -> settings:
    """So many, however long the machine takes to make them."""
    return settings(max_examples=count, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("differential")


@pytest.fixture(scope="module")
def patch() -> pytest.MonkeyPatch:
    return pytest.MonkeyPatch()


def read(path: Path, content: bytes) -> tuple[RosterReading, str | None]:
    """What the program reads; and the file's text, if it has any."""
    path.write_bytes(content)
    try:
        text = text_of(path, path.name)
    except InvalidInput:
        text = None
    return read_roster([path]), text


def declared(member: Declaration) -> dict[str, Any]:
    """All that is declared of a member: what is sent, and the expiry, which is not."""
    return {**member.attributes, **({EXPIRES: member.expires} if member.expires else {})}


def all_agree_on_yaml(path: Path, content: bytes) -> None:
    reading, text = read(path, content)
    assume(text is not None and not PARSERS_DIFFER.search(text))
    assert text is not None
    if reading.problems:
        event("refused")
        is_refused_for_a_reason(reading, text)
        return
    event("accepted")
    members = declared_in_yaml(text)
    assert len(members) == len(reading.roster.members)
    for declaration, fields in zip(reading.roster.members.values(), members, strict=True):
        assert is_as_read_from_yaml(declared(declaration), fields)


def is_refused_for_a_reason(reading: RosterReading, text: str) -> None:
    """What BaseLoader takes for YAML is never refused as if it were none, but for its depth."""
    said = "".join(plain(problem.message) for problem in reading.problems)
    if any(word in said for word in SYNTAX):
        with pytest.raises((yaml.YAMLError, ValueError, OverflowError, RecursionError)):
            yaml.load(text, Loader=Loader)  # noqa: S506 - builds nothing but text, lists, dicts


def all_agree_on_csv(path: Path, content: bytes) -> None:
    reading, text = read(path, content)
    if text is None or reading.problems:
        event("refused")
        return
    event("accepted")
    (separator,) = reading.roster.separators.values() or [","]
    members = list(declared_in_csv(text, separator))
    assert len(members) == len(reading.roster.members)
    for declaration, cells in zip(reading.roster.members.values(), members, strict=True):
        assert is_as_read_from_csv(declared(declaration), cells)


@examples(60)
@given(content=YAML, has_libyaml=st.booleans())
def test_yaml(*, folder: Path, patch: pytest.MonkeyPatch, content: bytes, has_libyaml: bool) -> None:
    with patch.context() as patching:
        patching.setattr(events, "HAS_LIBYAML", has_libyaml)
        all_agree_on_yaml(folder / "x.yaml", content)


@examples(80)
@given(content=CSV)
def test_csv(*, folder: Path, content: bytes) -> None:
    all_agree_on_csv(folder / "x.csv", content)


@pytest.mark.exhaustive
@examples(700)
@given(content=YAML, has_libyaml=st.booleans())
def test_very_much_yaml(
    *, folder: Path, patch: pytest.MonkeyPatch, content: bytes, has_libyaml: bool
) -> None:
    with patch.context() as patching:
        patching.setattr(events, "HAS_LIBYAML", has_libyaml)
        all_agree_on_yaml(folder / "x.yaml", content)


@pytest.mark.exhaustive
@examples(700)
@given(content=CSV)
def test_very_much_csv(*, folder: Path, content: bytes) -> None:
    all_agree_on_csv(folder / "x.csv", content)
