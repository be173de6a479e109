"""One slip of the finger: a character too many, one too few, a wrong one, or two that changed places.

That is a Damerau-Levenshtein distance of 1 (F. J. Damerau, *A technique for computer detection and
correction of spelling errors*, 1964).
"""

from collections.abc import Iterator


def is_one_slip(one: str, other: str) -> bool:
    """Whether exactly one slip makes the one text of the other."""
    if len(one) > len(other):
        one, other = other, one
    half = len(one) // 2
    if len(other) - len(one) > 1 or one == other:
        return False
    if one[:half] != other[:half] and one[half + 1 :] != other[len(other) - len(one) + half + 1 :]:
        return False  # a slip leaves one half as it was; most texts are told apart here
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    wrong = one[at + 1 :] == other[at + 1 :]
    return wrong or (one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :])


def gaps(text: str) -> Iterator[str]:
    """The text, and the text with each one of its characters left out.

    Texts that one slip makes of each other have one of these in common (the converse doesn't hold), so that
    a table of them finds the near ones among very many without a comparison of each with each.
    """
    yield text
    for at in range(len(text)):
        yield text[:at] + text[at + 1 :]
