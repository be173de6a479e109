"""Formatting changes how a member file in CSV is written, and nothing else."""

from pathlib import Path

import pytest
from hypothesis import assume, given
from member_tables import member_tables

from reconciler.formatting.csv_form import canonical_csv
from reconciler.member import Attributes, identical
from reconciler.roster.reader import read_roster


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("formatting") / "members.csv"


def declared(file: Path, text: str) -> dict[str, tuple[Attributes, str | None]]:
    file.write_bytes(text.encode())
    reading = read_roster([file])
    assume(not reading.problems)
    return {key: (member.attributes, member.expires) for key, member in reading.roster.members.items()}


@given(text=member_tables())
def test_the_members_stay_and_formatting_again_changes_nothing(*, file: Path, text: str) -> None:
    before = declared(file, text)
    formatted = canonical_csv(text)
    after = declared(file, formatted)
    assert list(after) == list(before)
    for key, (attributes, expires) in before.items():
        assert identical(after[key][0], attributes)
        assert after[key][1] == expires
    assert canonical_csv(formatted) == formatted
