"""Members that are written plainly take a short way: it leads where the long one does, to the same places."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.roster import csv_reader, yaml_reader
from reconciler.roster.plain_rows import AT_ONCE, PlainRows
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


HEADERS = st.lists(
    st.sampled_from(
        ["emailAddress", "city", "firstName", "custom1", "referID", "profileFields[5]", "expires"]
    ),
    min_size=1,
    max_size=4,
    unique=True,
)


@given(header=HEADERS, rows=st.lists(st.lists(CELLS, max_size=4), max_size=4))
def test_in_csv(*, folder: Path, patch: pytest.MonkeyPatch, header: list[str], rows: list[list[str]]) -> None:
    path = folder / "members.csv"
    path.write_text("\n".join(map(",".join, [header, *rows])), encoding="utf-8")
    short, long = both_ways(path, csv_reader, "_take_plain", lambda *_: False, patch)
    assert told(short) == told(long)


PLAIN_CELLS = st.sampled_from(["x", "", " ", "zoë", "4.4E+11", "#N/A", "#1", "a\u2028b", "A-E-1", "1"])
ODD_ROWS = st.sampled_from(
    [
        "",
        " ",
        ",",
        '"',
        '"a"b,c',
        '"q@example.org",x',
        '"1\n2",x',
        "nobody,x",
        "ada@example.org,x,y",
        ",x",
        "\r",
    ]
)


@st.composite
def csv_texts(draw: st.DrawFn) -> str:
    """Files of mostly plain rows, with an odd one here and there."""
    separator = draw(st.sampled_from([",", ";", "\t"]))
    header = draw(st.permutations(["emailAddress", "city", "firstName"][: draw(st.integers(1, 3))]))
    lines = [separator.join(header)]
    for number in range(draw(st.integers(0, 12))):
        if draw(st.integers(0, 5)) == 0:
            lines.append(draw(ODD_ROWS).replace(",", separator))
            continue
        spelling = draw(st.sampled_from(["m{}@example.org", "M{}@Example.org ", "m1@example.org"]))
        cells = {name: draw(PLAIN_CELLS) for name in header} | {"emailAddress": spelling.format(number)}
        lines.append(separator.join(cells[name] for name in header))
    return draw(st.sampled_from(["\n", "\r\n", "\r"])).join([*lines, *draw(st.sampled_from([[], [""]]))])


@given(text=csv_texts(), at_once=st.integers(1, 90))
def test_in_csv_many_at_a_time(*, folder: Path, patch: pytest.MonkeyPatch, text: str, at_once: int) -> None:
    path = folder / "members.csv"
    path.write_text(text, encoding="utf-8", newline="")
    with patch.context() as smaller:
        smaller.setattr(csv_reader, "AT_ONCE", at_once)
        short, long = both_ways(path, PlainRows, "take", lambda *_: False, patch)
    assert told(short) == told(long)


def test_one_whom_an_earlier_file_declares_is_told_in_a_file_of_plain_rows(folder: Path) -> None:
    first, second = folder / "1.csv", folder / "2.csv"
    first.write_text("emailAddress\na@example.org\nb@example.org\n", encoding="utf-8")
    second.write_text("emailAddress\nc@example.org\nb@example.org\n", encoding="utf-8")
    (problem,) = read_roster([first, second]).problems
    assert str(problem).startswith(f"{second}:3:1: b@example.org is declared twice")


def test_nothing_is_read_behind_a_place_where_a_file_is_no_csv(folder: Path) -> None:
    path = folder / "members.csv"
    rows = "".join(f"m{number}@example.org,x\n" for number in range(AT_ONCE // 10))
    path.write_text(f'emailAddress,city\n"a"b,c\n{rows}', encoding="utf-8")
    reading = read_roster([path])
    assert not reading.roster.members
    assert len(reading.problems) == 1


def test_plain_rows_take_it(folder: Path, patch: pytest.MonkeyPatch) -> None:
    path = folder / "members.csv"
    path.write_bytes(b"city,emailAddress\r\n,M1@example.org\r\nx,m2@example.org")
    with patch.context() as closed:
        closed.setattr(csv_reader, "_take_plain", None)  # the ways row by row, closed
        closed.setattr(csv_reader, "_take", None)
        members = read_roster([path]).roster.members
    assert [*members] == ["m1@example.org", "m2@example.org"]
    assert members["m2@example.org"].attributes == {"emailAddress": "m2@example.org", "city": "x"}


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
