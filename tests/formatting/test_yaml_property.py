"""Formatting changes how a member file is written, and nothing else."""

from pathlib import Path

import pytest
from hypothesis import assume, given
from member_texts import Made, member_texts

from reconciler.formatting.yaml_form import canonical_yaml
from reconciler.member import Attributes
from reconciler.roster.reader import read_roster


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("formatting") / "members.yaml"


def declared(file: Path, text: str) -> dict[str, tuple[Attributes, str | None]]:
    file.write_bytes(text.encode())
    reading = read_roster([file])
    assume(not reading.problems)
    return {key: (member.attributes, member.expires) for key, member in reading.roster.members.items()}


@given(made=member_texts())
def test_the_members_stay_and_each_comment_and_formatting_again_changes_nothing(
    *, file: Path, made: Made
) -> None:
    text, comments = made
    before = declared(file, text)
    formatted = canonical_yaml(text, list(before), "f")
    after = declared(file, formatted)
    assert after == before
    assert {comment: formatted.count(comment) for comment in comments} == dict.fromkeys(comments, 1)
    assert canonical_yaml(formatted, list(after), "f") == formatted
