"""Any spelling of an identity is found in any encoding, and no longer address is taken for it."""

import csv
import io
import json
import string
import unicodedata
from collections.abc import Callable, Mapping
from typing import TypeAlias

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.identity import InvalidAddress, identity
from reconciler.search.spelling import Spelling

ADA = Spelling("ada@example.org")


def finds(spelling: Spelling, text: str) -> bool:
    """As a search does: the quick look first."""
    return spelling.may_be_in(text.encode()) and spelling.is_in(text)


SIGMAS = "\u03c3\u03c2\u03a3"
LOCALS = st.from_regex(
    rf"[a-zA-ZäéÅñж0-9{SIGMAS}]{{1,8}}([._+'-][a-zA-Zäéß0-9{SIGMAS}]{{1,6}}){{0,2}}", fullmatch=True
)
DOMAINS = st.from_regex(r"[a-zA-Zäüéж]{2,8}(\.[a-zäü]{2,6})?\.(org|test|example)", fullmatch=True)


def known(address: str) -> bool:
    try:
        identity(address)
    except InvalidAddress:
        return False
    return True


ADDRESSES = st.builds("{}@{}".format, LOCALS, DOMAINS).filter(known)


def in_ascii(address: str) -> str:
    """The domain in its ASCII form, the part before it as it is."""
    return f"{address.rpartition('@')[0]}@{identity(address).rpartition('@')[2]}"


def in_escapes(address: str) -> str:
    return "".join(f"\\x{ord(c):02x}" if ord(c) < 256 else f"\\U{ord(c):08x}" for c in address)


Write: TypeAlias = Callable[[str], str]
FORMS: Mapping[str, Write] = {
    "as it is": str,
    "upper case": lambda text: text.upper() if identity(text.upper()) == identity(text) else text,
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "NFC": lambda text: unicodedata.normalize("NFC", text),
    "ASCII domain": in_ascii,
}
ENCODINGS: Mapping[str, Write] = {
    "plain": str,
    "in brackets": "Ada <{}>, and others".format,
    "at the end of a sentence": "Write to {}.".format,
    "in quotes": "'{}'".format,
    "as a link": "[her](mailto:{})".format,
    "in a query": "https://example.net/?user={}&x=1".format,
    "JSON": lambda text: json.dumps({"key": text}, ensure_ascii=False),
    "JSON in ASCII": lambda text: json.dumps({"key": text}),
    "JSON in JSON": lambda text: json.dumps({"body": json.dumps({"key": text})}),
    "JSON behind a line end": lambda text: json.dumps(f"\n{text}"),
    "YAML": lambda text: yaml.safe_dump({"emailAddress": text}, width=10_000),
    "YAML, double quoted": lambda text: f'- emailAddress: "{in_escapes(text)}"',
    "YAML, single quoted": lambda text: "- '" + text.replace("'", "''") + "'",
    "CSV": lambda text: _row([text, "x"]),
    "CSV, quoted": lambda text: _row(["a,b", text]),
    "pipes": "a|{}|b".format,
    "a diff": "-{}".format,
}


def _row(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL if "," in cells[0] else csv.QUOTE_MINIMAL).writerow(cells)
    return text.getvalue().strip()


@given(address=ADDRESSES, form=st.sampled_from(sorted(FORMS)), encoding=st.sampled_from(sorted(ENCODINGS)))
def test_any_spelling_is_found_in_any_encoding(address: str, form: str, encoding: str) -> None:
    written = ENCODINGS[encoding](FORMS[form](address))
    assert finds(Spelling(identity(address)), written)


@given(
    before=st.text(string.ascii_letters + string.digits + "äж.-_+", min_size=1).filter(
        lambda text: text.strip(".-+") != ""
    ),
    encoding=st.sampled_from(sorted(set(ENCODINGS) - {"JSON behind a line end"})),
)
def test_an_address_that_is_longer_at_its_beginning_is_another_person(before: str, encoding: str) -> None:
    assert not ADA.is_in(ENCODINGS[encoding](f"x{before}ada@example.org"))


@given(
    behind=st.from_regex(r"[a-z0-9ä]{1,5}|-[a-z]{1,5}|\.[a-zä]{2,5}(\.[a-z]{2})?", fullmatch=True),
    encoding=st.sampled_from(sorted(ENCODINGS)),
)
def test_an_address_that_is_longer_at_its_end_is_another_person(behind: str, encoding: str) -> None:
    assert not ADA.is_in(ENCODINGS[encoding](f"ada@example.org{behind}"))


@pytest.mark.parametrize(
    "text",
    [
        "xada@example.org",
        "ada@example.org.uk",
        "x.ada@example.org",
        "ada+news@example.org",
        "o'ada@example.org",
        "ada@xexample.org",
        "ada @example.org",
        "ada@mail.example.org",
        "ada@example.organisation",
    ],
)
def test_who_only_looks_alike_is_another_person(text: str) -> None:
    assert not finds(ADA, text)


@pytest.mark.parametrize(
    "text",
    [
        "bob@example.org,ada@example.org",
        "xada@example.org ada@example.org",
        "“ada@example.org”",
        "**ada@example.org**",
        "...ada@example.org...",
        "+ada@example.org",
        "CORP\\ada@example.org",
        "example\\.org is ada@example\\.org",
    ],
)
def test_signs_beside_an_address_do_not_hide_it(text: str) -> None:
    assert finds(ADA, text)


def test_an_address_that_begins_with_a_sign_is_found() -> None:
    assert finds(Spelling("#a=b@example.org"), "x: #a=b@example.org")


def test_the_kelvin_sign_is_a_k() -> None:
    assert finds(Spelling("kim@example.org"), "\u212aim@example.org")


@given(address=ADDRESSES, noise=st.text(max_size=20))
def test_whatever_stands_beside_it_is_survived(address: str, noise: str) -> None:
    assert finds(Spelling(identity(address)), f"{noise} {address} {noise}")
