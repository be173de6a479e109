"""The sandbox's error bodies are those of the vendor's page, to the letter."""

from pathlib import Path

import pytest

from reconciler.sandbox import vendor_errors

BODIES = Path(__file__).parent.parent / "questionpro" / "bodies"


@pytest.mark.parametrize(
    "error",
    [
        vendor_errors.INVALID_URL,
        vendor_errors.UNAUTHORIZED,
        vendor_errors.FORBIDDEN,
        vendor_errors.NOT_FOUND,
        vendor_errors.SERVER_ERROR,
    ],
    ids=lambda error: error.name,
)
def test_a_body_is_the_one_that_the_vendor_prints(error: vendor_errors.VendorError) -> None:
    answer = error.answer("resource_url")
    assert answer.status == error.status
    assert answer.body.decode() + "\n" == (BODIES / f"{error.status}.txt").read_text(encoding="utf-8")


def test_a_path_with_quotes_stays_one_value() -> None:
    assert b'"resourceUrl":"/a\\"b"' in vendor_errors.NOT_FOUND.answer('/a"b').body
