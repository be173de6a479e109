"""Who an address is."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler import identity as module
from reconciler.identity import InvalidAddress, are_simple, identity, is_simple

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


def slowly(address: str) -> str | None:
    try:
        return module._identity_by_library(address.strip())  # noqa: SLF001 - the other way must agree
    except InvalidAddress:
        return None


def at_all(address: str) -> str | None:
    try:
        return identity(address)
    except InvalidAddress:
        return None


@given(addresses)
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
def test_the_quick_way_agrees_with_the_library(address: str) -> None:
    assert at_all(address) == slowly(address)


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
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidAddress):
        identity(address)


def test_the_reason_repeats_nothing_of_the_address() -> None:
    with pytest.raises(InvalidAddress) as refused:
        identity("j@l·secretdom.example")
    assert "secretdom" not in str(refused.value)


@given(
    st.lists(
        st.sampled_from(
            ["a@b.org", "A@b.org", "a@b", "", "a@b.org\n", "a@b.org\na@b.org", f"{'a' * 70}@b.org"]
        )
    )
)
def test_many_are_simple_where_each_is(some: list[str]) -> None:
    assert are_simple(some) == all(map(is_simple, some))


@pytest.mark.parametrize("address", ["a,b@example.org", "a:b@example.org"])
def test_a_character_that_can_not_stand_in_an_address_is_named(address: str) -> None:
    with pytest.raises(InvalidAddress, match=f"'{address[1]}'"):
        identity(address)
