"""Lines that are written in bulk are those that an encoder of JSON writes one by one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import PUSHED, lockfile_of, lockfiles, person, present

from reconciler.lockfile import codec
from reconciler.lockfile.codec import encode
from reconciler.lockfile.model import Lockfile, Outcome, Undelivered
from reconciler.lockfile.plain_lines import PlainLines

ODD = ["", '"', "\\", "%s", "%", "\n", "\t", "\x7f", "\u2028", "é", "😀", "\ud800", '", "', "{"]


def one_by_one(lockfile: Lockfile) -> bytes:
    with pytest.MonkeyPatch.context() as closed:
        closed.setattr(PlainLines, "of", lambda *_: None)
        return encode(lockfile)


@given(lockfile=lockfiles(), at_once=st.integers(1, 4))
def test_any_lockfile_is_written_alike(lockfile: Lockfile, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as smaller:
        smaller.setattr(codec, "_AT_ONCE", at_once)
        assert encode(lockfile) == one_by_one(lockfile)


@pytest.mark.parametrize("odd", ODD)
def test_whatever_stands_in_a_value_is_written_alike(odd: str) -> None:
    lockfile = lockfile_of(person("ada", city=odd), person("bob", city="x"), person(f"c{odd}"))
    assert encode(lockfile) == one_by_one(lockfile)


@pytest.mark.parametrize(
    "ada",
    [
        {"city": "x", "emailAddress": "ada@example.org"},
        person("ada", referID="5"),
        person("ada", referID=True),
        person("ada", city=5),
        person("ada", city=None),
        person(
            "ada", profileFields=[{"profileFieldId": 2, "value": "x"}, {"profileFieldId": 1, "value": []}]
        ),
    ],
)
def test_attributes_that_are_not_plain_are_written_alike(ada: dict[str, Any]) -> None:
    lockfile = lockfile_of(ada, person("bob"))
    assert encode(lockfile) == one_by_one(lockfile)


def test_what_was_refused_of_a_member_is_written_alike() -> None:
    note = Undelivered("change", "no", PUSHED, person("ada", city="y"))
    ada = present(person("ada", city="x"), Outcome.EXISTING)._replace(undelivered=note)
    lockfile = lockfile_of(person("bob")).with_entries({"ada@example.org": ada})
    assert encode(lockfile) == one_by_one(lockfile)


def test_plain_entries_take_it() -> None:
    lines = PlainLines().of(["ada@example.org"], [present(person("ada", city="é", referID=5))])
    assert lines is not None
    assert f"{{\n{lines[0]}\n}}" in encode(lockfile_of(person("ada", city="é", referID=5))).decode()
