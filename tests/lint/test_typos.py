from hypothesis import given
from hypothesis import strategies as st

from reconciler.lint.similar import deletions, is_one_typo

WORDS = st.text("ab1.", max_size=7)


def distance(one: str, other: str) -> int:
    """The distance of Damerau and Levenshtein (in its form of optimal string alignment), by the book."""
    rows = [[max(i, j) for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i, a in enumerate(one, start=1):
        for j, b in enumerate(other, start=1):
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


@given(WORDS, WORDS)
def test_one_typo_is_a_distance_of_one(one: str, other: str) -> None:
    assert is_one_typo(one, other) == (distance(one, other) == 1)


@given(WORDS, st.data())
def test_texts_one_typo_apart_have_a_deletion_in_common(one: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(one)))
    for other in (
        one[:at] + "x" + one[at:],
        one[:at] + one[at + 1 :],
        one[:at] + "x" + one[at + 1 :],
        one[:at] + one[at : at + 2][::-1] + one[at + 2 :],
    ):
        assert is_one_typo(one, other) or one == other
        assert set(deletions(one)) & set(deletions(other))
