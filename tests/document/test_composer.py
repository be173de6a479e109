"""YAML text → nodes."""

import json
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from yaml.events import ScalarEvent

from reconciler.document import event_source
from reconciler.document.composer import Composer
from reconciler.document.findings import Findings
from reconciler.document.nodes import Mapping, Node, Sequence, is_undeclared, position
from reconciler.errors import InvalidInput


def composed(text: str) -> tuple[Node | None, Findings]:
    findings = Findings("f")
    return Composer(text, findings).root(), findings


def fatal(text: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        composed(text)
    (problem,) = caught.value.problems
    return str(problem)


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
        patch.setattr(event_source, "HAS_LIBYAML", False)
        root, _ = composed(text)
    assert as_data(root) == value


@pytest.mark.parametrize("has_libyaml", [True, False])
def test_half_a_character_is_refused_by_both_parsers(
    *, has_libyaml: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_source, "HAS_LIBYAML", has_libyaml)
    assert "A backslash within double quotes" in fatal('a: "\\ud800"')


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
    assert fatal(bomb(12, 10)).startswith("f:6:25: Aliases multiply this file to more than")


def test_a_bomb_of_merge_keys_is_refused() -> None:
    big = "a: &a {" + ", ".join(f"k{number}: x" for number in range(3000)) + "}\n"
    uses = "".join(f"- {{<<: *a, n: {number}}}\n" for number in range(3000))
    assert "Aliases multiply" in fatal(f"{big}b:\n{uses}")


def test_ten_thousand_uses_of_one_address_are_fine() -> None:
    shared = "a: &a {address1: x, address2: x, city: x, state: x, country: x}\n"
    root, findings = composed(shared + "b:\n" + "- {value: *a}\n" * 10_000)
    assert root is not None
    assert findings.in_order() == ()


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_absurd_depth_is_refused(opening: str) -> None:
    assert "The file is nested too deeply." in fatal(opening * 100_000)


@pytest.mark.parametrize("has_libyaml", [True, False])
def test_a_control_character_has_a_line_and_a_column(
    *, has_libyaml: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_source, "HAS_LIBYAML", has_libyaml)
    told = "A control character (U+001B) stands in the file. (Delete it; it is invisible in most editors.)"
    assert fatal("a: b\nc: d\x1b[31m\n") == f"f:2:5: {told}"


def test_a_mistake_that_comes_by_many_aliases_is_told_once() -> None:
    findings = Findings("f")
    root = Composer("x: &x [{a: 1, a: 2}]\ny: [*x, *x]", findings).root()
    assert json.dumps(as_data(root)) == '{"x": [{"a": "1"}], "y": [[{"a": "1"}], [{"a": "1"}]]}'
    assert [str(problem) for problem in findings.in_order()] == [
        'f:1:15: "a" stands here twice; the first is at f:1:9. (Keep one of the two.)'
    ]


@given(st.text(alphabet="ab:-[]{},&*!|>'\"%@#?~<. \n\t\\", max_size=40))
def test_no_text_whatever_brings_anything_but_problems(text: str) -> None:
    with suppress(InvalidInput):
        composed(text)


def handed_over(text: str, **ways: Any) -> tuple[list[Any], Any, list[str]]:
    """The items that were handed over, each with its place; the rest; the problems."""
    findings = Findings("f")
    taken: list[Any] = []
    rest = None
    try:
        root = Composer(text, findings).root("m", lambda n: taken.append((as_data(n), position(n))), **ways)
        rest = as_data(root)
    except InvalidInput as error:
        findings.add_problems(error.problems)
    return taken, rest, [str(problem) for problem in findings.in_order()]


@given(st.lists(st.text(alphabet="ab:-[]{},&*!|>'\"%@#?~<. \n\t\\", max_size=16), max_size=4))
@example(["a: 1\n  a: 2\n  b: '"])
@example(["&x a: &y 1\n  b: *y", "<<: *x"])
@example(["a: 1\n  b: [2]\n  c: 3", "a: 1\n  b: 2"])
def test_items_of_which_the_scalars_were_declined_are_handed_over_as_without_asking(items: list[str]) -> None:
    text = "m:\n" + "".join(f"- {item}\n" for item in items)
    assert handed_over(text, take_scalars=lambda _: False) == handed_over(text)


def test_a_mapping_of_scalars_alone_can_be_taken_by_its_scalars() -> None:
    seen: list[list[str]] = []

    def take(scalars: list[Any]) -> bool:
        seen.append([scalar.value for scalar in scalars])
        return True

    taken, rest, problems = handed_over("m:\n- a: 1\n  b: 2\n- a: [1]\n- x\n- {}\n", take_scalars=take)
    assert seen == [["a", "1", "b", "2"], []]
    assert [item for item, _ in taken] == [{"a": ["1"]}, "x"]
    assert (rest, problems) == ({"m": []}, [])
