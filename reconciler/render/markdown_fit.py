"""How many rows of a markdown text fit where it goes: whole rows only, and never a byte too much."""

from collections.abc import Callable, Iterable

COMMENT_BYTES = 60_000
"""GitHub takes comments of 65,536 characters; whoever posts this may want to add a few."""

_COMMENT_ROWS = 100
_LEAST_ROW = 16  # bytes that a row of a table takes at least


def fitted(render: Callable[[int], str], *, rows: int, most_bytes: int | None) -> str | None:
    """The text with as many rows as fit; None where not even the one without rows does.

    Args:
        render: the text, with so many rows of each table at most.
        rows: how many there are in the longest table.
        most_bytes: what the text may take in UTF-8; None for a comment, whose tables are kept short as well.
    """
    if most_bytes is None:
        most_bytes, rows = COMMENT_BYTES, min(rows, _COMMENT_ROWS)
    most = min(rows, most_bytes // _LEAST_ROW)
    whole = render(most)
    if _size(whole) <= most_bytes:
        return whole
    fitting, most = None, most - 1
    least = 0
    while least <= most:
        tried = (least + most) // 2
        text = render(tried)
        if _size(text) <= most_bytes:
            fitting, least = text, tried + 1
        else:
            most = tried - 1
    return fitting


def whole_blocks(blocks: Iterable[str], most_bytes: int) -> str:
    """The paragraphs that fit, whole, the first before all others."""
    text = ""
    for block in blocks:
        longer = f"{text}\n{block}\n" if text else f"{block}\n"
        if _size(longer) <= most_bytes:
            text = longer
    return text


def _size(text: str) -> int:
    return len(text.encode())
