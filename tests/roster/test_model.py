"""The roster as it stands on a day."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.roster.model import Declaration, Roster
from reconciler.roster.reader import read_roster

NEAR = st.dates(date(2026, 12, 20), date(2027, 1, 10))


def roster(**expiries: str | None) -> Roster:
    members = {
        f"{name}@example.org": Declaration({"emailAddress": f"{name}@example.org"}, "f", 1, expires)
        for name, expires in expiries.items()
    }
    return Roster(members, expiring={key: member for key, member in members.items() if member.expires})


def names(found: Roster) -> list[str]:
    return [key.partition("@")[0] for key in found.members]


def test_a_member_is_declared_up_to_the_day_before_they_expire() -> None:
    declared = roster(ada="2027-01-01", bob=None)
    assert names(declared.on("2026-12-31")) == ["ada", "bob"]
    assert names(declared.on("2027-01-01")) == ["bob"]
    assert names(declared.on("2027-01-02")) == ["bob"]


def test_where_nobody_has_expired_it_is_the_same_roster() -> None:
    declared = roster(ada="2027-01-01", bob=None)
    assert declared.on("2026-12-31") is declared


@given(expiries=st.lists(st.none() | NEAR), day=NEAR)
def test_those_who_are_left_stand_in_their_order_and_expire_later(
    expiries: list[date | None], day: date
) -> None:
    declared = roster(
        **{f"m{n}": expires.isoformat() if expires else None for n, expires in enumerate(expiries)}
    )
    left = declared.on(day.isoformat())
    assert names(left) == [f"m{n}" for n, expires in enumerate(expiries) if not expires or expires > day]
    assert list(left.expiring) == [key for key, member in left.members.items() if member.expires]
    later = (day + timedelta(days=1)).isoformat()
    assert left.on(later).members == declared.on(later).members


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "m.yaml",
            """\
members:
  - {emailAddress: ada@example.org, expires: ~}
  - {emailAddress: bob@example.org}
  - {emailAddress: cy@example.org, expires: 2027-03-01}
defaults: {expires: '2027-01-01'}
""",
        ),
        (
            "m.csv",
            "expires,emailAddress\n,ada@example.org\n2027-01-01,bob@example.org\n2027-03-01,cy@example.org\n",
        ),
    ],
)
def test_it_is_read_of_files(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    read = read_roster([path]).roster
    assert {key: member.expires for key, member in read.expiring.items()} == {
        "bob@example.org": "2027-01-01",
        "cy@example.org": "2027-03-01",
    }
    assert names(read.on("2027-01-01")) == ["ada", "cy"]
    assert "expires" not in str([member.attributes for member in read.members.values()])
