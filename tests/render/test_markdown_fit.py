from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.markdown_fit import COMMENT_BYTES, fitted, whole_blocks

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=30)


def table(rows: list[str], most: int) -> str:
    more = len(rows) - most
    return "".join(f"| {row}\n" for row in rows[:most]) + (f"… and {more} more\n" if more > 0 else "")


@given(rows=st.lists(_TEXT.map(lambda text: text.ljust(20)), max_size=60), budget=st.integers(0, 3000))
def test_it_is_within_the_budget_with_whole_rows_and_one_more_would_be_too_many(
    rows: list[str], budget: int
) -> None:
    text = fitted(lambda most: table(rows, most), rows=len(rows), most_bytes=budget)
    if text is None:
        assert len(table(rows, 0).encode()) > budget
        return
    assert len(text.encode()) <= budget
    shown = text.count("| ") if not any("| " in row for row in rows) else None
    if shown is not None and shown < len(rows):
        assert text == table(rows, shown)
        assert len(table(rows, shown + 1).encode()) > budget


def test_without_a_budget_it_is_a_comment_of_a_hundred_rows_at_most() -> None:
    rows = [f"member {number:04}" for number in range(5000)]
    text = fitted(lambda most: table(rows, most), rows=len(rows), most_bytes=None)
    assert text == table(rows, 100)
    long = ["ü" * 1000] * 100
    shorter = fitted(lambda most: table(long, most), rows=len(long), most_bytes=None)
    assert shorter is not None
    assert COMMENT_BYTES - 2100 < len(shorter.encode()) <= COMMENT_BYTES


def test_a_long_table_is_not_rendered_row_by_row() -> None:
    asked = []

    def render(most: int) -> str:
        asked.append(most)
        return "x" * 20 * most

    fitted(render, rows=1_000_000, most_bytes=100_000)
    assert len(asked) < 20


@given(blocks=st.lists(_TEXT, min_size=1, max_size=8), budget=st.integers(0, 300))
def test_blocks_are_kept_whole_as_far_as_they_fit(blocks: list[str], budget: int) -> None:
    text = whole_blocks(blocks, budget)
    assert len(text.encode()) <= budget
    assert whole_blocks(blocks, 10_000) == "\n\n".join(blocks) + "\n"
    if len(blocks[0].encode()) + 1 <= budget:
        assert text.startswith(blocks[0])
