"""Each case is a pair of files: what somebody wrote, and its canonical form."""

from pathlib import Path

import pytest

from reconciler.formatting.file import formatting_of

_CASES = Path(__file__).parent.parent / "cases" / "formatting"
_BEFORE = sorted(_CASES.glob("*.before.*"))


def _after(before: Path) -> Path:
    return before.with_name(before.name.replace(".before.", ".after."))


@pytest.mark.parametrize("before", _BEFORE, ids=lambda path: path.name)
def test_what_somebody_wrote_becomes_canonical(before: Path) -> None:
    assert formatting_of(before).canonical.decode() == _after(before).read_bytes().decode()


@pytest.mark.parametrize("before", _BEFORE, ids=lambda path: path.name)
def test_what_is_canonical_stays(before: Path) -> None:
    assert not formatting_of(_after(before)).is_needed
