"""Members that are written plainly take a short way: it leads where the long one does, to the same places."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.roster import csv_reader, yaml_reader
from reconciler.roster.reader import RosterReading, read_roster

FIELDS = ("emailAddress", "firstName", "city", "zipCode", "referID", "statusType", "profileFields", "expires")
ODD_KEYS = ("citty", "<<", '"lastName"', "&k custom1", "!!str custom2", "? custom3")
KEYS = st.sampled_from(("emailAddress", *FIELDS, *ODD_KEYS))
ADDRESSES = st.sampled_from(
    [
        "a@example.org",
        "b@example.org",
        "A@Example.org",
        "' c@example.org '",
        "ü@example.org",
        "nobody",
        '""',
        "a@b",
    ]
)
VALUES = st.one_of(
    ADDRESSES,
    st.sampled_from(["", "x", "~", "null", '"null"', "''", "5", "05", '"5"', "-7", "9" * 30, "a b", "zoë"]),
    st.sampled_from(["2027-01-01", "'2027-01-01'", "2027-02-30"]),
    st.sampled_from(["&v x", "*v", "!!str 5", "!x y", "[a]", "{a: b}", "|\n    text", "'open", "x: y", "@x"]),
)
ENTRIES = st.tuples(KEYS, VALUES).map(": ".join)
MEMBERS = st.lists(st.lists(ENTRIES, min_size=1, max_size=5), max_size=4)
CELLS = st.sampled_from(
    [
        "a@example.org",
        " A@example.org",
        "b@example.org",
        "nobody",
        "",
        " ",
        "x",
        '"x, y"',
        '"1\n2"',
        "5",
        '"',
        "a,b",
        "2027-01-01",
        "2027-1-1",
    ]
)


def yaml_file(members: list[list[str]]) -> str:
    return "members:\n" + "".join("  - " + "\n    ".join(entries) + "\n" for entries in members)


def both_ways(
    path: Path, module: Any, name: str, decline: Callable[..., Any], patch: pytest.MonkeyPatch
) -> tuple[RosterReading, RosterReading]:
    """What is read of a file, and what is read where the short way declines everybody."""
    with patch.context() as declining:
        declining.setattr(module, name, decline)
        long = read_roster([path])
    return read_roster([path]), long


def told(reading: RosterReading) -> tuple[Any, ...]:
    members = [
        (key, list(d.attributes.items()), d.source, d.expires) for key, d in reading.roster.members.items()
    ]
    return members, list(reading.roster.expiring.items()), [str(problem) for problem in reading.problems]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("roster")


@pytest.fixture(scope="module")
def patch() -> pytest.MonkeyPatch:
    return pytest.MonkeyPatch()


@given(members=MEMBERS, line_end=st.sampled_from(["\n", "\r\n"]))
def test_in_yaml(*, folder: Path, patch: pytest.MonkeyPatch, members: list[list[str]], line_end: str) -> None:
    path = folder / "members.yaml"
    path.write_text(yaml_file(members), encoding="utf-8", newline=line_end)
    short, long = both_ways(path, yaml_reader, "read_plain_fields", lambda _: None, patch)
    assert told(short) == told(long)


@given(
    header=st.lists(
        st.sampled_from(
            ["emailAddress", "city", "firstName", "custom1", "referID", "profileFields[5]", "expires"]
        ),
        min_size=1,
        max_size=4,
        unique=True,
    ),
    rows=st.lists(st.lists(CELLS, max_size=4), max_size=4),
)
def test_in_csv(*, folder: Path, patch: pytest.MonkeyPatch, header: list[str], rows: list[list[str]]) -> None:
    path = folder / "members.csv"
    path.write_text("\n".join(map(",".join, [header, *rows])), encoding="utf-8")
    short, long = both_ways(path, csv_reader, "_take_plain", lambda *_: False, patch)
    assert told(short) == told(long)


def test_nearly_all_take_it(folder: Path, patch: pytest.MonkeyPatch) -> None:
    path = folder / "members.yaml"
    path.write_text(
        yaml_file(
            [
                [
                    f"emailAddress: m{n}@example.org",
                    "firstName: ~",
                    'zipCode: "02134"',
                    "referID: 5",
                    "expires: 2027-01-01",
                ]
                for n in range(9)
            ]
        ),
        encoding="utf-8",
    )
    with patch.context() as closed:
        closed.setattr(yaml_reader._Members, "take", None)  # noqa: SLF001 - the long way, closed
        assert len(read_roster([path]).roster.members) == 9
