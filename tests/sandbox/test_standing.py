"""How somebody stands with a panel, by what is stored of them."""

import pytest
from people import person

from reconciler.sandbox.standing import Standing, standing_of


@pytest.mark.parametrize(
    ("status", "is_unsubscribed", "standing"),
    [
        ("Blocked", False, Standing.BLOCKED),
        ("Blocked", True, Standing.BLOCKED),
        ("Active", False, Standing.MEMBER),
        ("Active", True, Standing.UNSUBSCRIBED),
        ("blocked", False, Standing.MEMBER),
    ],
)
def test_a_block_outweighs_and_is_written_in_one_way(
    status: str, standing: Standing, *, is_unsubscribed: bool
) -> None:
    assert standing_of(person("ada", status=status), is_unsubscribed=is_unsubscribed) is standing
