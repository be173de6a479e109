"""The page: one file that loads nothing, runs nothing of a member's, and is complete without scripts."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from reconciler.output.document import (
    Chart,
    Difference,
    Document,
    Heading,
    Headline,
    Paragraph,
    Row,
    Section,
    Table,
)
from reconciler.output.html import MOST_BYTES, html
from reconciler.output.render import RenderOptions
from reconciler.problems import Address, Value

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"


def _table(count: int, value: str = "x") -> Table:
    return Table(
        ("member", "value"),
        range(count),
        lambda number: Row(((Address(f"m{number}@example.org"),), (Value(value),))),
    )


class _Tags(HTMLParser):
    """The tags and attributes of a page; what is in a script is no tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_loads_nothing_and_allows_just_its_own_style_and_script() -> None:
    page = html(Document((Headline("production: 1 to add."), _table(1))), RenderOptions())
    policy = next(attrs["content"] for tag, attrs in _Tags(page).tags if "http-equiv" in attrs)
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    for tag in ("style", "script"):
        [text] = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert not re.search(r"(?:src|href)=\"(?!#)", page)


@pytest.mark.parametrize("count", [1, 500])
def test_hostile_text_is_never_markup(count: int) -> None:
    page = html(Document((Paragraph((Value(HOSTILE),)), _table(count, HOSTILE)), HOSTILE), RenderOptions())
    names = [tag for tag, _ in _Tags(page).tags]
    assert "img" not in names
    assert names.count("script") == 2  # the rows of the table, and the page's own
    assert not any(name.startswith("on") for _, attrs in _Tags(page).tags for name in attrs)


def test_the_first_rows_are_there_without_scripts_and_all_with_them() -> None:
    page = html(Document((_table(250),)), RenderOptions())
    assert page.count("<tr><td>") == 100
    [data] = re.findall(r'<script type="application/json">(.*?)</script>', page)
    assert len(json.loads(data)) == 250
    assert "150 more" in page


def test_a_page_stays_below_its_size_and_says_what_it_leaves_out() -> None:
    page = html(Document((_table(200_000, "x" * 40),)), RenderOptions())
    assert len(page.encode()) < MOST_BYTES * 1.1
    assert "left out of this page" in page
    assert "200000 members" in page


def test_people_are_masked_as_in_markdown() -> None:
    page = html(Document((_table(3, "secret"),)), RenderOptions(masked=True))
    assert "m…@example.org" in page
    assert "m1@example.org" not in page
    assert "secret" not in page


def test_the_bar_has_a_text_that_says_the_same() -> None:
    page = html(
        Document((Chart((("to add", 3, "good"), ("to remove", 1, "bad"), ("rejected", 0, "held"))),)),
        RenderOptions(),
    )
    assert 'aria-label="3 to add, 1 to remove"' in page


def test_a_plan_of_nobody_is_a_page_too() -> None:
    assert "<h1>" in html(Document((Headline("nothing to do"), _table(0))), RenderOptions())


def test_what_differs_is_side_by_side_and_masked_and_many_fields_are_folded() -> None:
    def row(count: int) -> Row:
        sides = (Value("old"), Value("new"))
        fields = [f"custom{number}" for number in range(count)]
        return Row(((Address("ada@example.org"),),), tuple(Difference(name, sides, sides) for name in fields))

    table = Table(("member",), (1, 3), row, details="before → after")
    page = html(Document((table,)), RenderOptions())
    assert page.count("<dt>custom0<dd><span>old</span><dd><span>new</span>") == 2
    assert page.count("<details><summary>3 fields: custom0, custom1, custom2</summary>") == 1
    masked = html(Document((table,)), RenderOptions(masked=True))
    assert "old" not in masked.partition("<main")[2].partition("<script>")[0]


def test_headings_go_down_by_one_level_at_a_time() -> None:
    part = Document((Heading("Pending"), Section("To add", (_table(1),))), "Plan for p")
    page = html(Document((Section("Rejected", ()), part)), RenderOptions())
    assert re.findall(r"<(h\d)[ >]", page) == ["h1", "h2", "h2", "h3", "h4"]
