from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.plan import changes
from reconciler.plan.changes import field_changes

TEXTS = st.text(max_size=3)
NUMBERS = st.integers(-(2**63), 2**63 - 1)
VALUES = st.one_of(TEXTS, st.lists(st.one_of(TEXTS, st.integers(0, 3)), max_size=2))
PROFILE_FIELDS = st.lists(
    st.builds(lambda i, v: {"profileFieldId": i, "value": v}, st.integers(1, 3), VALUES),
    max_size=2,
    unique_by=lambda item: item["profileFieldId"],
)
PLAIN = st.fixed_dictionaries(
    {"emailAddress": st.sampled_from(["ada@example.org", "Ada@example.org"])},
    optional={"firstName": TEXTS, "city": TEXTS, "referID": NUMBERS, "statusType": NUMBERS},
)
ANY = st.builds(
    lambda plain, own: plain | own, PLAIN, st.fixed_dictionaries({"profileFields": PROFILE_FIELDS})
)


@given(before=st.one_of(PLAIN, ANY), after=st.one_of(PLAIN, ANY))
def test_texts_and_numbers_are_compared_as_everything_else_is(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    short = field_changes(before, after)
    with pytest.MonkeyPatch.context() as closed:
        closed.setattr(changes, "_are_plain", lambda _: False)
        assert field_changes(before, after) == short


def test_a_text_and_the_number_that_it_looks_like_differ() -> None:
    ada = {"emailAddress": "ada@example.org"}
    assert field_changes(ada | {"referID": 5}, ada | {"referID": "5"}) == (("referID", 5, "5"),)


def test_what_is_declared_and_empty_differs_from_what_is_not_declared() -> None:
    ada = {"emailAddress": "ada@example.org"}
    assert field_changes(ada, ada | {"city": ""}) == (("city", None, ""),)
