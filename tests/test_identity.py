"""Who an address is."""

import unicodedata

import email_validator
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.identity import InvalidAddress, identity

ASCII = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789"
locals_ = st.text(ASCII + ".!#$%&'*+/=?^_`{|}~-@", min_size=1, max_size=70)
labels = st.text(ASCII + "-", min_size=1, max_size=66)
domains = st.lists(labels, min_size=1, max_size=4).map(".".join)
addresses = st.builds("{}@{}".format, locals_, domains)
international = st.builds(
    "{}@{}.{}".format,
    st.text("aåäßéÉİ\u0131\u03c3ςΣΩкЖ日本.+", min_size=1, max_size=12),
    st.text("aåäßéÉ\u03c3ς\u0431Ж日本x-", min_size=1, max_size=12),
    st.sampled_from(["org", "test", "рф", "xn--p1ai"]),
)
odd = st.text(
    "aA9.-_@ '\"<,;\u00a0\uff20\uff21\u3002\u0301\u0131\u0130\u00df\u2126\u037e\u1fef\u2488\u00ad",
    max_size=14,
)


def by_email_validator(address: str) -> str | None:
    """The identity as email-validator makes it, with names such as .test allowed."""
    try:
        found = email_validator.validate_email(
            address.strip(), check_deliverability=False, globally_deliverable=False
        )
    except email_validator.EmailNotValidError:
        return None
    local = unicodedata.normalize("NFC", unicodedata.normalize("NFC", found.local_part).lower())
    return f"{local}@{found.ascii_domain.lower()}" if "." in found.ascii_domain else None


def at_all(address: str) -> str | None:
    try:
        return identity(address)
    except InvalidAddress:
        return None


@given(st.one_of(addresses, international, odd))
@example("a@xn--bcher-kva.example")
@example("a@aa--bb.example")
@example("a.@example.org")
@example("A@EXAMPLE.Test")
@example(f"{'a' * 64}@example.org")
@example(f"{'a' * 65}@example.org")
@example(f"a@{'b' * 63}.org")
@example(f"a@{'b' * 64}.org")
@example(f"a@{'.'.join(['b' * 49] * 5)}.org")
@example(f"a@{'.'.join(['b' * 49] * 5)}b.org")
@example("a@example.o-g")
@example("a@1.2.3.4")
@example("a@example.org\n")
@example("a@ab--c.example")
@example("a@xn--a.example")
@example("a@\u0661.example")
@example("a@\u05d01.1.example")
def test_an_identity_is_the_one_that_email_validator_makes(address: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(email_validator, "SPECIAL_USE_DOMAIN_NAMES", [])
        assert at_all(address) == by_email_validator(address)


@pytest.mark.parametrize("domain", ["نامه‌ای.com", "xn--mgba3gch31f060k.com"])
def test_a_joiner_that_idna_2008_allows_is_accepted_in_either_form(domain: str) -> None:
    assert identity(f"a@{domain}") == "a@xn--mgba3gch31f060k.com"


@given(st.one_of(addresses, international))
def test_an_identity_is_its_own_identity(address: str) -> None:
    key = at_all(address)
    assert key is None or identity(key) == key


@given(st.one_of(addresses, international))
def test_space_around_an_address_makes_no_difference(address: str) -> None:
    assert at_all(f" \t{address}\n") == at_all(address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Ada@Example.ORG", "ada@example.org"),
        ("a.d.a+news@example.org", "a.d.a+news@example.org"),
        ("zoe\u0308@example.org", "zo\u00eb@example.org"),
        ("ZOË@example.org", "zoë@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"),
        ("ada@faß.de", "ada@xn--fa-hia.de"),
        ("ada@panel.test", "ada@panel.test"),
        ("ada@mail.local", "ada@mail.local"),
    ],
)
def test_spellings_of_one_address_have_one_identity(address: str, expected: str) -> None:
    assert identity(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "a b@example.org",
        "a@b@example.org",
        "a@-b.org",
        "a..b@c.de",
        "a@exa­mple.org",
        "a@example⒈org",
        "a\u200b@example.org",
        '"a b"@example.org',
        "a@[127.0.0.1]",
        f"{'a' * 250}@example.org",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidAddress):
        identity(address)


def test_the_reason_repeats_nothing_of_the_address() -> None:
    with pytest.raises(InvalidAddress) as refused:
        identity("j@l·secretdom.example")
    assert "secretdom" not in str(refused.value)


@pytest.mark.parametrize("address", ["a,b@example.org", "a:b@example.org"])
def test_a_character_that_can_not_stand_in_an_address_is_named(address: str) -> None:
    with pytest.raises(InvalidAddress, match=f"'{address[1]}'"):
        identity(address)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("a@example.org; b@example.org", "several addresses"),
        ("a@example.org,b@example.org", "several addresses"),
        ("a@example.org b@example.org", "several addresses"),
        ("a@example.org\nb@example.org", "several addresses"),
        ("ada\uff20example.org", "full-width @"),
        ("ada\ufe6bexample.org", "small @"),
        ("Ada Lovelace <ada@example.org>", "address alone"),
        ("mailto:ada@example.org", "address alone"),
        ("ada.example.org", "no @"),
        ("a@b@example.org", "more than one @"),
        ("@example.org", "nothing before"),
        ("ada@", "nothing after"),
        ("ada@example", "no dot"),
        (".ada@example.org", "before the @ begins or ends with a dot"),
        ("ada@example..org", "after the @ begins or ends with a dot"),
        ("ada\u00a0l@example.org", "no-break space"),
        ("ada@exa_mple.org", "'_'"),
        ("ada@-example.org", "not a valid domain"),
    ],
)
def test_a_mistake_is_named(address: str, reason: str) -> None:
    with pytest.raises(InvalidAddress, match=reason):
        identity(address)


def test_the_list_of_a_library_is_left_alone() -> None:
    before = list(email_validator.SPECIAL_USE_DOMAIN_NAMES)
    identity("ada@panel.test")
    assert before == email_validator.SPECIAL_USE_DOMAIN_NAMES
