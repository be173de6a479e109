"""The counts of an answer, by the vendor's names and by the log's."""

import pytest

from reconciler.sandbox.counts import OF_DELETING, Count, counted


def test_every_count_of_a_page_is_there_in_its_order() -> None:
    found = counted(OF_DELETING, [Count.BLOCKED, Count.DELETED, Count.BLOCKED])
    assert list(found.items()) == [
        (Count.DELETED, 1),
        (Count.UNAVAILABLE, 0),
        (Count.ALREADY_DELETED, 0),
        (Count.BLOCKED, 2),
    ]


@pytest.mark.parametrize(
    ("count", "short"),
    [(Count.ADDED, "added"), (Count.FAILED, "failed"), (Count.ALREADY_UNSUBSCRIBED, "already-unsubscribed")],
)
def test_the_log_has_a_short_word_for_each(count: Count, short: str) -> None:
    assert count.short == short
