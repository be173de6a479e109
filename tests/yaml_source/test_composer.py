"""YAML text → nodes."""

import json
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from yaml.events import ScalarEvent

from reconciler.errors import InvalidInput
from reconciler.text_source import Findings
from reconciler.yaml_source import events
from reconciler.yaml_source.composer import Composer
from reconciler.yaml_source.nodes import Mapping, Node, Sequence, is_undeclared, position


def composed(text: str) -> tuple[Node | None, Findings]:
    findings = Findings("f")
    return Composer(text, findings).root(), findings


def fatal(text: str) -> str:
    """Where the problem is that ends the reading."""
    with pytest.raises(InvalidInput) as caught:
        composed(text)
    (problem,) = caught.value.problems
    return str(problem.location)


def as_data(node: Node | None) -> Any:
    """The nodes as plain lists, dictionaries and texts."""
    match node:
        case Mapping():
            return {name: as_data(value) for name, (_, value) in node.entries.items()}
        case Sequence():
            return [as_data(item) for item in node.items]
        case ScalarEvent():
            return node.value
        case _:
            return None


texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff\u2028\u2029")
)
data: st.SearchStrategy[Any] = st.recursive(
    texts,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(texts.filter("<<".__ne__), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    value=data,
    style=st.sampled_from([None, '"', "'", "|"]),
    flow=st.booleans(),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_is_written_in_any_style_is_read_as_by_pyyaml(
    *, value: Any, style: str | None, flow: bool, line_end: str
) -> None:
    text = yaml.dump(
        value, default_style=style, default_flow_style=flow, allow_unicode=True, line_break=line_end, width=30
    )
    root, findings = composed(text)
    by_pyyaml = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it builds texts, lists and mappings alone
    assert as_data(root) == by_pyyaml == value
    assert findings.in_order() == ()


@given(data)
def test_the_parser_in_python_reads_the_same(value: Any) -> None:
    text = yaml.dump(value, allow_unicode=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "HAS_LIBYAML", False)
        root, _ = composed(text)
    assert as_data(root) == value


@pytest.mark.parametrize("has_libyaml", [True, False])
def test_half_a_character_is_refused_by_both_parsers(
    *, has_libyaml: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HAS_LIBYAML", has_libyaml)
    assert fatal('a: "\\ud800"') == "f:1:5"


def test_nothing_is_no_node() -> None:
    assert composed("# only a remark\n")[0] is None


def test_a_place_is_that_of_the_first_key() -> None:
    root, _ = composed("- &x\n  # remark\n  b: c\n- *x\n- {}\n")
    assert isinstance(root, Sequence)
    assert [position(item) for item in root.items] == [(3, 3), (4, 3), (5, 3)]


def test_quotes_and_the_tag_for_text_declare() -> None:
    root, _ = composed("[~, null, 'null', \"\", !!str ~, !!str '', Null, NULL, nil]")
    assert isinstance(root, Sequence)
    assert [is_undeclared(item) for item in root.items] == [True, True, *[False] * 7]


def test_items_of_the_streamed_list_are_handed_over_and_not_kept() -> None:
    taken: list[Any] = []
    root = Composer("a: [1]\nb:\n- x: 1\n- - 2\n- 3\n", Findings("f")).root(
        "b", lambda n: taken.append(as_data(n))
    )
    assert taken == [{"x": "1"}, ["2"], "3"]
    assert as_data(root) == {"a": ["1"], "b": []}


def test_only_the_top_level_is_streamed() -> None:
    taken: list[Any] = []
    root = Composer("a: {b: [1]}", Findings("f")).root("b", lambda n: taken.append(as_data(n)))
    assert (taken, as_data(root)) == ([], {"a": {"b": ["1"]}})


def test_items_before_a_mistake_are_handed_over() -> None:
    taken: list[Any] = []
    composer = Composer("b:\n- 1\n- 2\n- @\n", Findings("f"))
    with pytest.raises(InvalidInput):
        composer.root("b", lambda n: taken.append(as_data(n)))
    assert taken == ["1", "2"]


def bomb(levels: int, width: int) -> str:
    lines = ["a0: &a0 [x]"]
    for level in range(1, levels):
        aliases = ", ".join([f"*a{level - 1}"] * width)
        lines.append(f"a{level}: &a{level} [{aliases}]")
    return "\n".join(lines)


def test_a_bomb_of_lists_is_refused() -> None:
    assert fatal(bomb(12, 10)) == "f:6:25"


def test_a_bomb_of_merge_keys_is_refused() -> None:
    big = "a: &a {" + ", ".join(f"k{number}: x" for number in range(3000)) + "}\n"
    uses = "".join(f"- {{<<: *a, n: {number}}}\n" for number in range(3000))
    assert fatal(f"{big}b:\n{uses}") == "f:86:8"


def test_ten_thousand_uses_of_one_address_are_fine() -> None:
    shared = "a: &a {address1: x, address2: x, city: x, state: x, country: x}\n"
    root, findings = composed(shared + "b:\n" + "- {value: *a}\n" * 10_000)
    assert root is not None
    assert findings.in_order() == ()


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_absurd_depth_is_refused(opening: str) -> None:
    assert fatal(opening * 100_000).startswith("f:1:")


@pytest.mark.parametrize("has_libyaml", [True, False])
def test_a_control_character_has_a_line_and_a_column(
    *, has_libyaml: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HAS_LIBYAML", has_libyaml)
    assert fatal("a: b\nc: d\x1b[31m\n") == "f:2:5"


def test_a_mistake_reached_through_many_aliases_is_reported_once() -> None:
    findings = Findings("f")
    root = Composer("x: &x [{a: 1, a: 2}]\ny: [*x, *x]", findings).root()
    assert json.dumps(as_data(root)) == '{"x": [{"a": "1"}], "y": [[{"a": "1"}], [{"a": "1"}]]}'
    assert [str(problem.location) for problem in findings.in_order()] == ["f:1:15"]


@given(st.text(alphabet="ab:-[]{},&*!|>'\"%@#?~<. \n\t\\", max_size=40))
def test_no_text_whatever_brings_anything_but_problems(text: str) -> None:
    with suppress(InvalidInput):
        composed(text)
