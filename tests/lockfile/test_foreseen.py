"""A lockfile read by the lines that a roster lets expect is the one that is read with all care."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from people import TARGET, lockfile_of, lockfiles, people, person, present, roster_of, rosters

from reconciler.errors import InvalidInput
from reconciler.lockfile import foreseen
from reconciler.lockfile.codec import decode, decode_any, encode
from reconciler.lockfile.foreseen import read_foreseen
from reconciler.lockfile.model import Lockfile, Outcome, Rejected, Unconfirmed
from reconciler.lockfile.quick_reading import LARGE, read_quickly
from reconciler.member import Attributes, canonical
from reconciler.roster.model import Roster

ODD = ["", '"', "\\", "\\n", "%s", "%", "\n", "\t", "\x7f", "\u2028", "é", "😀", "}},", '", "', "{"]


def quickly(data: bytes) -> Lockfile | None:
    return read_quickly(data, environment="p", target=TARGET)


def carefully(data: bytes) -> Lockfile | None:
    try:
        return decode_any(data, file="state.lock.json")
    except InvalidInput:
        return None


class Rest:
    """Reads what is left to it, and keeps it."""

    data = b""

    def __call__(self, data: bytes) -> Lockfile | None:
        self.data = data
        return quickly(data)


@pytest.fixture(scope="module", autouse=True)
def few_at_once() -> Iterator[None]:
    """Each test goes over the border between those who are looked at together."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(foreseen, "_AT_ONCE", 250)
        yield


def declared(*some: Attributes) -> Roster:
    return roster_of(*map(canonical, some))


PLAIN = st.builds(
    lambda name, odd, number: person(name, firstName=odd, referID=number),
    st.text("abc", min_size=1, max_size=2),
    st.sampled_from(ODD),
    st.integers(0, 5),
)
SOME = st.lists(st.one_of(PLAIN, people()).map(canonical), max_size=9, unique_by=lambda p: p["emailAddress"])


@given(some=SOME, others=lockfiles(), roster=rosters(), outcome=st.sampled_from(Outcome))
def test_what_we_write_is_read_whoever_is_declared(
    some: list[dict[str, Any]], others: Lockfile, roster: Roster, outcome: Outcome
) -> None:
    lockfile = others.with_entries({p["emailAddress"]: present(p, outcome) for p in some})
    for members in (roster_of(*some).members, {**roster.members, **roster_of(*some[::2]).members}):
        assert read_foreseen(encode(lockfile), members, quickly) == lockfile


def test_only_those_who_are_not_as_declared_are_parsed() -> None:
    ada, bob, cy = (person(name, firstName=name, referID=5) for name in ("ada", "bob", "cy"))
    lockfile = lockfile_of(
        ada,
        bob | {"firstName": "Robert"},
        cy,
        rejected={"dan@example.org": Rejected("no", "2026-11-23T09:00:00Z", person("dan"))},
        unconfirmed={"eve@example.org": Unconfirmed("2026-11-23T09:00:00Z", person("eve"))},
    )
    roster, rest = declared(ada, bob, cy), Rest()
    read = read_foreseen(encode(lockfile), roster.members, rest)
    assert read == lockfile
    assert read.members["ada@example.org"].attributes is roster.members["ada@example.org"].attributes
    assert re.findall(rb"^\"(\w+)@", rest.data, re.MULTILINE) == [b"bob", b"dan", b"eve"]


@pytest.mark.parametrize("odd", ODD)
def test_whatever_stands_in_a_value_is_read_as_it_is(odd: str) -> None:
    lockfile = lockfile_of(*(person(f"m{number}", city=odd, custom1="x") for number in range(9)))
    roster = declared(*(entry.attributes for entry in lockfile.members.values()))
    assert read_foreseen(encode(lockfile), roster.members, quickly) == lockfile


def test_where_many_are_others_they_are_better_read_all_together() -> None:
    lockfile = lockfile_of(*(person(f"m{number}") for number in range(700)))
    assert read_foreseen(encode(lockfile), declared(person("ada")).members, quickly) is None


FILE = encode(
    lockfile_of(
        person("ada", firstName="Ada", referID=5),
        person("bob", city="x"),
        person("cy", city="é"),
        rejected={"dan@example.org": Rejected("no", "2026-11-23T09:00:00Z", person("dan", city="x"))},
    )
)
ROSTER = declared(
    person("ada", firstName="Ada", referID=5),
    person("bob", city="x"),
    person("cy", city="y"),
    person("dan", city="x"),
)
LINES = FILE.splitlines(keepends=True)
PARTS = [part.encode() for part in re.findall(r'"(?:[^"\\]|\\.)*"|\w+|.', FILE.decode(), re.DOTALL)]


def is_sound(data: bytes, roster: Roster = ROSTER) -> bool:
    read = read_foreseen(data, roster.members, quickly)
    return read is None or read == carefully(data)


@given(
    at=st.integers(0, len(PARTS) - 1),
    until=st.integers(0, 2),
    by=st.sampled_from([b"", b"1", b"true", b'"x"', b"{}", b"[]", b"\n", *PARTS, *LINES]),
)
@example(at=0, until=1, by=b"")
def test_a_file_with_any_part_replaced_is_read_as_with_all_care_or_left_to_it(
    at: int, until: int, by: bytes
) -> None:
    assert is_sound(b"".join([*PARTS[:at], by, *PARTS[at + until :]]))


@given(at=st.integers(0, len(FILE) - 1), byte=st.integers(0, 255))
def test_a_file_with_any_byte_replaced_is_read_as_with_all_care_or_left_to_it(at: int, byte: int) -> None:
    assert is_sound(FILE[:at] + bytes([byte]) + FILE[at + 1 :])


@given(st.lists(st.sampled_from(LINES), max_size=10))
def test_a_file_of_any_of_its_lines_is_read_as_with_all_care_or_left_to_it(lines: list[bytes]) -> None:
    assert is_sound(b"".join([*LINES[:3], *lines]))


@pytest.mark.parametrize("odd", ['"', "\\", "\\u0041", "\t", "\n", '","'])
def test_a_value_that_nobody_escaped_is_not_taken_for_the_one_that_is_declared(odd: str) -> None:
    lines = encode(lockfile_of(person("ada", city="?"), person("bob", city="x")))
    assert is_sound(
        lines.replace(b"?", odd.encode()), declared(person("ada", city=odd), person("bob", city="x"))
    )


def test_an_entry_within_another_is_not_taken_for_one_of_its_own() -> None:
    ada = LINES[3]
    assert read_foreseen(FILE, ROSTER.members, quickly) is not None
    for outer in (b'"zed@example.org": {"outcome": {\n', b'"zed@example.org": {"x": {"y": 1},\n'):
        data = b"".join([*LINES[:3], outer, ada, b'"z": 1}},\n', *LINES[4:]])
        assert read_foreseen(data, ROSTER.members, quickly) is None


@pytest.mark.parametrize("number", [3, 4, 5])
def test_a_member_who_stands_twice_is_never_passed_over(number: int) -> None:
    line = LINES[number].rstrip(b",\n") + b",\n"
    assert read_foreseen(b"".join([*LINES[:3], line, *LINES[3:]]), ROSTER.members, quickly) is None


def test_one_nested_absurdly_deep_is_left_to_others() -> None:
    data = b"".join([*LINES[:3], b'"zed@example.org": ', b"[" * 100_000, b",\n", *LINES[3:]])
    assert read_foreseen(data, ROSTER.members, quickly) is None


def test_a_large_file_is_decoded_alike_with_a_roster_and_without() -> None:
    some = [person(f"m{number}", custom1="x" * 3000) for number in range(LARGE // 3000 + 1)]
    data = encode(lockfile_of(*some, person("ada")))
    read = decode(
        data, environment="p", target=TARGET, file="state.lock.json", declared=declared(*some).members
    )
    without = decode(data, environment="p", target=TARGET, file="state.lock.json")
    assert (read, read.digest_on_disk) == (without, without.digest_on_disk)
    assert read.members["m0@example.org"].attributes == some[0]
