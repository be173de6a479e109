"""Lockfiles in which nothing is wrong are read in bulk, and then just as with all care."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from people import PUSHED, TARGET, lockfile_of, lockfiles, person

from reconciler.errors import InvalidInput
from reconciler.lockfile.codec import decode_any, encode
from reconciler.lockfile.model import Lockfile, Rejected
from reconciler.lockfile.quick_reading import read_quickly

MANY = 450
"""More than are looked at together."""


def quickly(data: bytes) -> Lockfile | None:
    return read_quickly(data, environment="p", target=TARGET)


def carefully(data: bytes) -> Lockfile | None:
    try:
        return decode_any(data, file="state.lock.json")
    except InvalidInput:
        return None


@given(lockfiles())
def test_what_we_write_is_read_in_bulk(lockfile: Lockfile) -> None:
    assert quickly(encode(lockfile)) == lockfile


@pytest.mark.parametrize("odd", [*'"\\', '\\"', "\\\\", "\x7f", "\n", ": ", "é", "😀", '", "', ""])
def test_signs_that_json_escapes_do_not_mislead_it(odd: str) -> None:
    lockfile = lockfile_of(person("ada", firstName=odd, custom1=f"{odd}{odd}x"), person("bob", city=odd))
    assert quickly(encode(lockfile)) == lockfile


def test_one_who_is_written_otherwise_is_read_among_many() -> None:
    others = [person(f"m{number}") for number in range(MANY)]
    ada = {"emailAddress": "Ada@Example.org", "profileFields": [{"profileFieldId": 1, "value": [2, "x"]}]}
    lockfile = lockfile_of(*others[:300], ada, *others[300:])
    read = quickly(encode(lockfile))
    assert read == lockfile
    assert len(read.members) == MANY + 1


def test_a_large_one_is_read_like_a_small_one() -> None:
    members = [
        person(f"m{number}", custom1="é\\" * 1500, custom2='"\x7f\u2028😀', referID=-(2**63) + number)
        for number in range(MANY)
    ]
    data = encode(lockfile_of(*members))
    assert len(data) > 1_000_000
    assert quickly(data) == lockfile_of(*members)
    assert (
        quickly(data.replace(b'"referID": -9223372036854775808', b'"referID": 9223372036854775808000'))
        is None
    )
    assert quickly(data.replace(b'"custom2"', b'"custom1"', 1)) is None
    assert quickly(data.replace("é".encode(), b"\xe9", 1)) is None


SOME = encode(
    lockfile_of(
        person("ada", firstName="Ada", referID=5),
        person("bob", city='"'),
        rejected={"cy@example.org": Rejected("no", PUSHED, person("cy", city="x"))},
    )
)
PARTS = [part.encode() for part in re.findall(r'"(?:[^"\\]|\\.)*"|\w+|.', SOME.decode(), re.DOTALL)]


@given(
    at=st.integers(0, len(PARTS) - 1), by=st.sampled_from([b"", b"1", b"true", b'"x"', b"{}", b"[]", *PARTS])
)
@example(at=0, by=b"")
def test_a_file_with_any_part_replaced_is_read_as_with_all_care_or_left_to_it(at: int, by: bytes) -> None:
    data = b"".join([*PARTS[:at], by, *PARTS[at + 1 :]])
    read = quickly(data)
    assert read is None or read == carefully(data)


@given(at=st.integers(0, len(SOME) - 1), byte=st.integers(0, 255))
def test_a_file_with_any_byte_replaced_is_read_as_with_all_care_or_left_to_it(at: int, byte: int) -> None:
    data = SOME[:at] + bytes([byte]) + SOME[at + 1 :]
    read = quickly(data)
    assert read is None or read == carefully(data)


@given(st.data())
def test_a_key_that_stands_twice_is_never_passed_over(data: st.DataObject) -> None:
    keys = list(re.finditer(rb'"[^"\\]*": ("[^"]*"|5|1)', SOME))
    again = data.draw(st.sampled_from(keys))
    other = data.draw(st.sampled_from([again[0], again[0].replace(b'": ', b'" : ')]))
    assert quickly(SOME[: again.end()] + b", " + other + SOME[again.end() :]) is None


def test_a_member_who_stands_twice_is_never_passed_over() -> None:
    lines = SOME.splitlines(keepends=True)
    assert quickly(b"".join([*lines[:3], lines[3], *lines[3:]])) is None
