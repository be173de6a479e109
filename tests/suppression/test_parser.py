"""What the text of a suppression list says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.suppression.model import Check, Entry, parse

SHAPE = "Write hmac-sha256: and 64 hexadecimal digits, without spaces."
HASH = "0123456789abcdef" * 4


def entries(text: str) -> list[tuple[str, bool]]:
    parsed = parse(text, "f")
    assert parsed.problems == ()
    return [(entry.text, entry.is_hashed) for entry in parsed.entries]


def told(text: str) -> list[str]:
    return [str(problem) for problem in parse(text, "f").problems]


def test_an_address_in_any_spelling_is_an_identity() -> None:
    assert entries(" Ada@Example.ORG \nzoë@bücher.example\n") == [
        ("ada@example.org", False),
        ("zoë@xn--bcher-kva.example", False),
    ]


def test_a_hash_is_one_in_either_case() -> None:
    assert entries(f"hmac-sha256:{HASH}\nHMAC-SHA256:{HASH.upper()}") == [(HASH, True)] * 2


def test_the_check_of_a_secret_is_nobody() -> None:
    parsed = parse(f"# c\n hmac-sha256-check:{HASH} # d\nHMAC-sha256-Check:{HASH.upper()}", "f")
    assert (parsed.entries, parsed.problems) == ((), ())
    assert parsed.checks == (Check(HASH, 2, 2), Check(HASH, 3, 1))


def test_comments_and_blank_lines_say_nothing() -> None:
    assert entries("# c\n\n  \t\n  # d\nada@example.org # e\nbob@example.org\t#f #g\n#") == [
        ("ada@example.org", False),
        ("bob@example.org", False),
    ]


def test_within_an_address_the_sign_of_a_comment_is_a_letter() -> None:
    assert entries("a#b@example.org") == [("a#b@example.org", False)]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_line_ends_are_fine_and_each_entry_knows_its_place(line_end: str) -> None:
    parsed = parse(line_end.join(["# c", "", "  ada@example.org", "bob@example.org"]), "f")
    assert parsed.entries == (
        Entry("ada@example.org", False, 3, 3),
        Entry("bob@example.org", False, 4, 1),
    )


def test_each_mistake_has_its_place_and_how_to_fix_it() -> None:
    assert told(f"ada\nbob@example.org\n  hmac-sha256:{HASH[1:]}\n{HASH}\nHMAC-SHA256: {HASH}") == [
        f'f:{place}: "{written}" is neither an e-mail address nor a hash of one. ({hint})'
        for place, written, hint in (
            ("1:1", "ada", "It has no @."),
            ("3:3", f"hmac-sha256:{HASH[1:]}", SHAPE),
            ("4:1", HASH, SHAPE),
            ("5:1", f"HMAC-SHA256: {HASH}", SHAPE),
        )
    ]


def test_a_check_that_is_cut_short_is_a_problem() -> None:
    [problem] = told(f"hmac-sha256-check:{HASH[1:]}")
    assert problem == (
        f'f:1:1: "hmac-sha256-check:{HASH[1:]}" is neither an e-mail address nor a hash of one. '
        "(Write hmac-sha256-check: and 64 hexadecimal digits, without spaces.)"
    )


@pytest.mark.parametrize(
    "entry", ["new@example.org#c", "a#b@example.org#c @d", f"hmac-sha256:{HASH}#c@example.org", "a@b.org#"]
)
def test_a_comment_without_its_space_is_named_as_one(entry: str) -> None:
    [problem] = told(entry)
    assert problem == (
        f'f:1:1: "{entry}" is neither an e-mail address nor a hash of one. '
        "(A comment needs a space before its #.)"
    )


@given(text=st.text() | st.text(alphabet="a@.x# \t\r\n\x85\ufeff:"))
def test_any_text_is_answered_and_each_line_says_one_thing_at_most(text: str) -> None:
    parsed = parse(text, "f")
    lines = [entry.line for entry in parsed.entries]
    lines += [problem.location.line or 0 for problem in parsed.problems if problem.location]
    lines += [check.line for check in parsed.checks]
    assert len(lines) == len(set(lines)) == len(parsed.entries) + len(parsed.problems) + len(parsed.checks)
