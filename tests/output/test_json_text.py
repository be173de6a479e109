import json

from hypothesis import given
from hypothesis import strategies as st

from reconciler.output.json_shapes import json_text

_TEXT = st.text(st.characters())
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(_TEXT, _VALUES, max_size=4))
def test_any_object_is_read_back_to_the_same(document: dict[str, object]) -> None:
    assert json.loads(json_text(document).encode()) == document


@given(st.dictionaries(_TEXT, _VALUES, max_size=4))
def test_any_object_is_harmless_on_a_terminal_and_in_a_log(document: dict[str, object]) -> None:
    text = json_text(document)
    assert all(line.isprintable() and not line.lstrip().startswith("::") for line in text.split("\n"))
    assert "##[" not in text


def test_readable_characters_stay_as_they_are() -> None:
    assert json_text({"name": "Zoë 山田"}) == '{"name": "Zoë 山田"}\n'


def test_each_item_of_a_list_has_a_line_of_its_own() -> None:
    assert json_text({"a": 1, "list": [{"x": 1}, {"x": 2}], "none": []}) == (
        '{"a": 1,\n "list": [\n  {"x": 1},\n  {"x": 2}],\n "none": []}\n'
    )
