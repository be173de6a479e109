"""Formatting changes how a member file in CSV is written, and nothing else."""

from pathlib import Path

from hypothesis import assume, given
from member_texts import member_tables

from reconciler.member import Attributes, identical
from reconciler.roster.format import canonical_csv
from reconciler.roster.reader import read_roster

_FILE = Path("members.csv")


def declared(text: str) -> dict[str, tuple[Attributes, str | None]]:
    reading = read_roster([_FILE], texts={_FILE: text})
    assume(not reading.problems)
    return {key: (member.attributes, member.expires) for key, member in reading.roster.members.items()}


@given(text=member_tables())
def test_the_members_stay_and_formatting_again_changes_nothing(text: str) -> None:
    before = declared(text)
    formatted = canonical_csv(text)
    after = declared(formatted)
    assert list(after) == list(before)
    for key, (attributes, expires) in before.items():
        assert identical(after[key][0], attributes)
        assert after[key][1] == expires
    assert canonical_csv(formatted) == formatted
