"""What is hashed has one form, whichever library writes it."""

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.plan.canonical_json import canonical_json

MANY = 1000
"""From so many items on, another library writes them."""

texts = st.text(st.characters(), max_size=6)
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(texts, st.integers(), st.none(), st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.tuples(inner), st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=5,
)


@given(values)
@example({"b\x7f": '\x00\x1f\u2028é😀"\\/\b', "a": 2**63 - 1, "é": -(2**63)})
@example("\ud800")
@example(2**70)
def test_many_items_have_the_form_that_few_have(value: Any) -> None:
    few = json.dumps([value], sort_keys=True, separators=(",", ":"))[1:-1]
    assert b"".join(canonical_json([value])) == f"[{few}]".encode("ascii")
    for count in (MANY, MANY + 1):
        assert b"".join(canonical_json([value] * count)) == f"[{','.join([few] * count)}]".encode("ascii")
