"""Suppression lists as files."""

import codecs
from pathlib import Path

import pytest

from reconciler.errors import InvalidInput
from reconciler.problems import Location, Severity
from reconciler.suppression.model import Secret
from reconciler.suppression.reader import (
    SuppressionReading,
    read_secret,
    read_suppression,
    required_secret,
)

VALUE = "0123456789abcdef"
HASH = Secret(VALUE).hash_of("ada@example.org")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(*texts: str | bytes, variable: str | None = None, is_settled: bool = True) -> SuppressionReading:
    paths = [Path(f"{number}.txt") for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_suppression(paths, variable, is_settled=is_settled)


def told(reading: SuppressionReading) -> list[str]:
    return [str(problem) for problem in reading.problems]


def test_the_first_place_of_the_first_list_counts() -> None:
    found = read("\nADA@example.org\nada@example.org\n", "ada@example.org\nbob@example.org")
    assert found.problems == found.unchecked == ()
    assert found.suppression.place_of("ada@example.org") == Location("0.txt", 2)
    assert found.suppression.place_of("bob@example.org") == Location("1.txt", 2)


def test_a_byte_order_mark_is_fine() -> None:
    assert "ada@example.org" in read(codecs.BOM_UTF8 + b"ada@example.org\r\n").suppression


def test_hashes_are_compared_by_the_secret_in_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEPPER", VALUE)
    found = read(f"bob@example.org\nhmac-sha256:{HASH}", variable="PEPPER")
    assert (found.problems, found.unchecked) == ((), ())
    assert found.suppression.place_of("ada@example.org") == Location("0.txt", 2)
    assert VALUE not in repr(found)


def test_all_problems_of_all_lists_have_their_lines() -> None:
    found = read("ada\nbob@example.org\nbob\n", "cy\n")
    places = [problem.location for problem in found.problems]
    assert places == [Location("0.txt", 1, 1), Location("0.txt", 3, 1), Location("1.txt", 1, 1)]
    assert [problem.excerpt and problem.excerpt.text for problem in found.problems] == ["ada", "bob", "cy"]
    assert "bob@example.org" in found.suppression


def test_what_is_no_text_in_utf8_is_a_problem() -> None:
    found = read("a".encode("utf-16"), b"\xff\n", b"a@example.org\x00\nb\n")
    assert [problem.split(" (")[0] for problem in told(found)] == [
        "0.txt: This list is in UTF-16.",
        "1.txt:1:1: The file is not valid UTF-8 from here on.",
        '2.txt:1:1: "a@example.org\x00" is neither an e-mail address nor a hash of one.',
        "2.txt:1:14: The file contains a control character",
        '2.txt:2:1: "b" is neither an e-mail address nor a hash of one.',
    ]


def test_a_hash_without_a_secret_named_is_a_problem_at_its_line() -> None:
    (problem,) = read(f"\n  hmac-sha256:{HASH}\n").problems
    assert problem.location == Location("0.txt", 2, 3)
    assert problem.excerpt is not None
    assert "suppression_secret: {env: NAME}" in str(problem)


def test_while_the_settings_are_wrong_nobody_knows_whether_a_secret_is_named() -> None:
    assert read(f"hmac-sha256:{HASH}\n", is_settled=False).problems == ()


def test_where_the_secret_is_missing_the_lists_that_need_it_are_unchecked() -> None:
    hashes = f"hmac-sha256:{HASH}\nhmac-sha256:{HASH}\n"
    found = read(f"bob@example.org\n{hashes}", "cy@example.org\n", f"hmac-sha256:{HASH}", variable="PEPPER")
    assert found.problems == ()
    assert [str(problem) for problem in found.unchecked] == [
        f"{file}: {many} of {file} can't be checked here: the variable PEPPER is not set. "
        "(Set it to the secret of the suppression lists.)"
        for many, file in (("2 entries", "0.txt"), ("1 entry", "2.txt"))
    ]
    assert {problem.severity for problem in found.unchecked} == {Severity.WARNING}
    assert "bob@example.org" in found.suppression


def test_a_list_that_was_made_with_another_secret_is_a_problem_at_its_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PEPPER", VALUE[::-1])
    check = f"hmac-sha256-check:{Secret(VALUE).check}"
    found = read(f"# c\n {check}\nhmac-sha256:{HASH}\n", f"hmac-sha256:{HASH}\n", variable="PEPPER")
    [problem] = found.problems
    assert problem.location == Location("0.txt", 2, 2)
    assert problem.excerpt is not None
    assert problem.excerpt.text == f" {check}"
    assert problem.message == (
        "The secret in the variable PEPPER is not the one that this list was made with.",
    )


def test_without_a_secret_its_check_says_nothing() -> None:
    found = read(f"hmac-sha256-check:{Secret(VALUE).check}\n", variable="PEPPER")
    assert (found.problems, found.unchecked) == ((), ())


def test_a_short_secret_is_a_problem_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEPPER", "short")
    found = read(f"hmac-sha256:{HASH}", variable="PEPPER")
    assert ["less than 16 characters" in problem for problem in told(found)] == [True]
    assert "openssl rand -hex 32" in told(found)[0]
    assert found.unchecked == ()
    assert "short" not in str(told(found))


def test_the_secret_is_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEPPER", f" {VALUE}\n")
    secret = read_secret("PEPPER")
    assert secret is not None
    assert secret.hash_of("a") == Secret(VALUE).hash_of("a") == required_secret("PEPPER").hash_of("a")


@pytest.mark.parametrize("value", [None, "", " \n"])
def test_a_missing_secret_is_an_error_only_where_it_is_required(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is not None:
        monkeypatch.setenv("PEPPER", value)
    assert read_secret("PEPPER") is None
    with pytest.raises(InvalidInput, match="the variable PEPPER is not set, or empty"):
        required_secret("PEPPER")


def test_the_secret_may_hold_any_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEPPER", "\udcff" * 16)
    assert len(required_secret("PEPPER").hash_of("ä")) == 64
