"""The pages in a real browser: what they find, what they load, and what they never do."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from example_pages import HOSTILE, NEW
from node_packages import package_file
from viewer import Viewer

from reconciler.output.document import Difference, Document, Headline, Paragraph, Row, Table
from reconciler.output.html import html
from reconciler.output.render import RenderOptions
from reconciler.problems import Address, Value

pytestmark = pytest.mark.browser

View = Callable[..., Viewer]
Pages = Mapping[str, Path]

# Texts that break pages: closed tags, handlers, scripts as addresses, comments, entities, escapes.
_NAUGHTY = (
    HOSTILE,
    "<!--<script>",
    "-->]]></script >",
    "\"'><iframe src=javascript:alert(4)>",
    "javascript:alert(5)",
    "</title></style></noscript></td></table><body onload=alert(6)>",
    "&lt;img src=x onerror=alert(7)&gt;",
    "<a href=http://example.org style=position:fixed;background:url(http://example.org/x.png)>x",
    "<link rel=stylesheet href=http://example.org/x.css><meta http-equiv=refresh content=0;url=http://x.org>",
    "${alert(8)} {{constructor.constructor('alert(9)')()}} \\u003cscript\\u003ealert(10)",
    "\u202e\u2066\u200b\ufeff\ud800",
    "Z̷͑̋a̴͒l̸g̵o 田中さん 🏳️‍🌈 مُنَاقَشَةُ",
)


def test_a_page_asks_for_nothing_and_complains_of_nothing(view: View, page: Path) -> None:
    seen = view(page)
    assert seen.requests == [page.as_uri()]
    assert seen.incidents == []


def test_what_is_searched_is_found_beyond_the_first_rows(view: View, pages: Pages) -> None:
    seen = view(pages["plan"])
    assert "new125@panel.example.org" not in seen.members()
    seen.search("NEW125")
    assert seen.members() == ["new125@panel.example.org"]
    seen.search("new12 south")
    assert len(seen.members()) == 9
    seen.search("nobody of this name")
    assert seen.members() == []
    seen.press("Escape")
    assert len(seen.members()) > 100


def test_filters_narrow_by_action_file_and_field(view: View, pages: Pages) -> None:
    seen = view(pages["plan"])
    seen.page.get_by_label("Show").select_option("Changed")
    changed = seen.members()
    seen.page.get_by_label("Declared in").select_option("panels/p/members/south.yaml")
    assert seen.members() == [name for name in changed if name >= "member030"]
    seen.press("Escape")
    seen.page.get_by_label("Field").select_option("custom1")
    assert seen.members() == [f"member{number:03d}@panel.example.org" for number in range(0, 55, 10)]
    assert seen.page.locator("section:visible").count() == 1


def test_a_change_is_opened_field_by_field_with_both_sides(view: View, pages: Pages) -> None:
    seen = view(pages["plan"])
    change = seen.page.locator("tr", has_text="member000@").locator("details")
    assert not change.locator("dd").first.is_visible()
    change.locator("summary").click()
    assert change.locator("dt").all_inner_texts() == ["city", "custom1", "firstName", "zipCode"]
    assert change.locator("dd").all_inner_texts()[:2] == ['"Oslo"', '"Bergen"']
    before, after = (change.locator("dd").nth(side).bounding_box() for side in (0, 1))
    assert before
    assert after
    assert (before["y"], before["x"]) < (after["y"], after["x"])
    assert before["y"] == after["y"]


def test_a_column_sorts_up_and_down(view: View, pages: Pages) -> None:
    seen = view(pages["plan"])
    seen.page.get_by_label("Show").select_option("Changed")
    head = seen.page.locator(".rows:visible").get_by_role("button", name="member")
    head.click()
    up = seen.members()
    head.click()
    assert seen.members() == up[::-1] != up == sorted(up)
    assert seen.page.locator(".rows:visible th[aria-sort=descending]").count() == 1


def test_the_keyboard_alone_suffices(view: View, pages: Pages) -> None:
    seen = view(pages["plan"])
    seen.press("Tab", "Enter")
    assert seen.page.url.endswith("#main")
    seen.press("/")
    seen.page.keyboard.type("member0")
    seen.press("Enter")
    seen.tab_to(seen.page.get_by_label("Show"))
    seen.page.keyboard.type("Changed")
    assert seen.members()[0] == "member000@panel.example.org"
    seen.tab_to(seen.page.locator(".rows:visible").get_by_role("button", name="member"))
    seen.press("Enter", "Enter")
    assert seen.members()[0] == "member054@panel.example.org"
    seen.press("Escape")
    seen.tab_to(seen.page.get_by_role("button", name="Show more"))
    seen.press("Enter")
    assert len([name for name in seen.members() if name.startswith(("new", "typo"))]) == NEW
    seen.press("n")
    focused = seen.page.evaluate("document.activeElement.closest('section').firstElementChild.textContent")
    assert focused.startswith("Changed")
    seen.tab_to(seen.page.locator("summary").first)
    seen.press("Enter")
    assert seen.page.locator("details[open]").count() == 1


def test_no_value_of_a_member_becomes_markup_or_runs(view: View, pages: Pages) -> None:
    seen = view(pages["plan"])
    seen.search("onerror")
    cell = seen.page.locator("dl", has_text="onerror").first
    assert HOSTILE in cell.inner_text()
    assert seen.page.locator("img, iframe, link, svg:not(figure svg)").count() == 0
    assert (seen.incidents, len(seen.requests)) == ([], 1)


@pytest.mark.parametrize("copies", [1, 20])
def test_naughty_strings_stay_text_wherever_they_are(view: View, tmp_path: Path, copies: int) -> None:
    texts = [*_NAUGHTY] * copies

    def row(text: str) -> Row:
        sides = (Value(text), Value(text[::-1]))
        return Row(((Address(text),), text), tuple(Difference(text, sides, sides) for _ in range(3)))

    table = Table(("member", "declared in"), texts, row, details="before → after")
    title = "".join(_NAUGHTY)
    document = Document((Headline(title), Paragraph(_NAUGHTY[-1]), table), title)
    path = tmp_path / "naughty.html"
    path.write_text(html(document, RenderOptions()), encoding="utf-8")
    seen = view(path)
    seen.search("alert")
    seen.press("Escape")
    assert len(seen.members()) == min(100, len(texts))
    assert HOSTILE in seen.members()
    assert seen.page.locator("img, iframe, link, svg, a:not(.skip), main script:not([type])").count() == 0
    assert (seen.incidents, len(seen.requests)) == ([], 1)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_no_violation(view: View, page: Path, scheme: str, width: int) -> None:
    seen = view(page, color_scheme=scheme, viewport={"width": width, "height": 800})
    assert _violations(seen) == []


def test_axe_finds_no_violation_in_what_was_found_and_opened(view: View, pages: Pages) -> None:
    seen = view(pages["plan"])
    seen.search("member0")
    assert _violations(seen) == []


def _violations(seen: Viewer) -> list[Any]:
    seen.page.evaluate(package_file("axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = seen.page.evaluate("axe.run()")["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


def test_a_narrow_screen_scrolls_tables_and_never_the_page(view: View, page: Path) -> None:
    seen = view(page, viewport={"width": 320, "height": 640})
    assert seen.page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_dark_screen_is_dark_and_paper_is_white(view: View, page: Path) -> None:
    seen = view(page, color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = seen.page.evaluate(background)
    seen.page.emulate_media(media="print")
    assert dark != seen.page.evaluate(background) == "rgb(255, 255, 255)"


def test_paper_has_every_row_and_no_tools(view: View, pages: Pages) -> None:
    seen = view(pages["plan"])
    seen.page.emulate_media(media="print")
    seen.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert len([name for name in seen.members() if name.startswith(("new", "typo"))]) == NEW
    assert not seen.page.locator("#tools, .more").filter(visible=True).count()
    assert seen.page.locator("details dd").first.is_visible()
    assert seen.page.pdf().startswith(b"%PDF")


def test_without_scripts_there_are_summary_warnings_refusals_and_first_rows(view: View, pages: Pages) -> None:
    seen = view(pages["plan"], java_script_enabled=False)
    text = seen.page.locator("main").inner_text()
    assert f"{NEW} to add" in text
    assert "A guard refuses this plan" in text
    assert "looks mistyped" in text
    assert "new099@panel.example.org" in text
    assert f"{NEW - 100} more" in text
    assert "member055@panel.example.org" in text
    assert not seen.page.locator("#tools").is_visible()
    assert seen.page.get_by_role("img", name=f"{NEW} to add").is_visible()
