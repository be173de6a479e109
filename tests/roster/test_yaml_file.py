"""Member files in YAML. What they may look like, and what may be wrong, stands in `tests/cases/members`."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.files import displayed_from
from reconciler.member import FIELDS, NUMBER_FIELDS, PROFILE_FIELDS
from reconciler.roster.reader import read_roster

TEXT_FIELDS = [
    name for name in FIELDS if name not in NUMBER_FIELDS and name not in {"emailAddress", PROFILE_FIELDS}
]
UNQUOTED = ("null", "~")
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=12),
    st.sampled_from(
        ["", *UNQUOTED, "no", "02134", "1.10", "2024-01-01", "Null", "NULL", "<<", "-", "x: y", "# x"]
    ),
)
members = st.lists(st.dictionaries(st.sampled_from(TEXT_FIELDS), texts, max_size=5), max_size=5)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("roster") / "f.yaml"


def read(file: Path, text: str | bytes) -> tuple[list[dict[str, Any]], list[str]]:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with displayed_from(lambda: file.parent):
        reading = read_roster([file])
    members = reading.roster.members.values()
    return [dict(member.attributes) for member in members], [str(problem) for problem in reading.problems]


def with_addresses(bodies: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"emailAddress": f"m{number}@example.org"} | body for number, body in enumerate(bodies)]


@given(bodies=members, escaped=st.booleans())
def test_quoted_text_is_read_as_by_pyyaml(*, file: Path, bodies: list[dict[str, str]], escaped: bool) -> None:
    declared = with_addresses(bodies)
    text = yaml.dump({"members": declared}, default_style='"', allow_unicode=not escaped)
    assert read(file, text) == (by_pyyaml(text), [])


@given(bodies=members, flow=st.booleans())
def test_text_in_any_style_is_read_as_by_pyyaml_but_for_null_without_quotes(
    *, file: Path, bodies: list[dict[str, str]], flow: bool
) -> None:
    text = yaml.dump(
        {"members": with_addresses(bodies)}, Dumper=Unquoting, default_flow_style=flow, allow_unicode=True
    )
    expected = [
        {name: value for name, value in member.items() if value not in UNQUOTED} for member in by_pyyaml(text)
    ]
    assert [by_name(member) for member in read(file, text)[0]] == [by_name(member) for member in expected]


def by_pyyaml(text: str) -> Any:
    return yaml.load(text, Loader=yaml.BaseLoader)["members"]  # noqa: S506 - it builds texts and mappings alone


class Unquoting(yaml.SafeDumper):
    """Writes `null` and `~` without quotes, also where they are text."""


def _unquoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    tag = "tag:yaml.org,2002:null" if text in UNQUOTED else "tag:yaml.org,2002:str"
    return dumper.represent_scalar(tag, text)


Unquoting.add_representer(str, _unquoted)


def by_name(member: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(member.items())


def test_a_byte_order_mark_and_utf16_are_fine(file: Path) -> None:
    text = "members:\r\n- emailAddress: zoë@example.org\r\n  city: Kraków\r\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert read(file, text.encode(encoding)) == (
            [{"emailAddress": "zoë@example.org", "city": "Kraków"}],
            [],
        )


def test_fields_stand_in_the_vendors_order(file: Path) -> None:
    text = "defaults: {lastName: L}\nmembers: [{custom1: c, city: x, emailAddress: a@example.org}]\n"
    ((member,), problems) = read(file, text)
    assert list(member) == ["emailAddress", "lastName", "city", "custom1"]
    assert problems == []


def test_members_before_a_mistake_that_ends_the_file_are_checked_too(file: Path) -> None:
    _, problems = read(file, "members:\n- emailAddress: x\n- emailAddress: a@example.org\n  city: %\n")
    assert [problem.split(": ", 1)[0] for problem in problems] == ["f.yaml:2:17", "f.yaml:4:9"]


def test_an_alias_bomb_among_the_members_is_refused(file: Path) -> None:
    big = "x-b: &b [" + ", ".join(["x"] * 2000) + "]\nmembers:\n"
    uses = "".join(
        f"- {{emailAddress: m{n}@example.org, profileFields: [{{profileFieldId: 1, value: *b}}]}}\n"
        for n in range(2000)
    )
    _, problems = read(file, big + uses)
    assert [problem.split(": ", 1)[0] for problem in problems] == ["f.yaml:85:78"]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("custom1: #1 fan", 14),
        ("custom1: room #5", 19),
        ("custom1:\n      Street 3 #12", 16),
        ("custom1: x #todo", 16),
    ],
)
def test_a_sign_that_cuts_a_value_is_a_warning_at_the_sign(line: str, column: int, file: Path) -> None:
    file.write_text(f"members:\n  - emailAddress: a@example.org\n    {line}\n", encoding="utf-8")
    (warning,) = read_roster([file]).warnings
    assert warning.code == "cut-by-comment"
    assert warning.location is not None
    assert (warning.location.line, warning.location.column) == (3 + line.count("\n"), column)


@pytest.mark.parametrize(
    "line",
    ['custom1: "a #1"', "custom1: 'a #1' #x", "custom1: a#1", "custom1: a # b", "custom1: |\n      a #1"],
)
def test_a_sign_that_is_text_or_begins_a_comment_is_fine(line: str, file: Path) -> None:
    file.write_text(f"members:\n  - emailAddress: a@example.org\n    {line}\n", encoding="utf-8")
    assert read_roster([file]).warnings == ()
