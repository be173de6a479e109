"""Each kind of warning has one code, which the documentation explains."""

import re
from pathlib import Path

from reconciler.warning_codes import PLAN_WARNINGS, WARNINGS

_REPOSITORY = Path(__file__).parent.parent
_USED = re.compile(
    r"""code="([a-z-]+)"|_Finding\(\s*"([a-z-]+)"|warning\(\s*"([a-z-]+)"|findings\.warn\([^"]*"([a-z-]+)\""""
)


def test_each_code_in_the_program_is_a_known_one() -> None:
    used = {
        next(filter(None, found.groups()))
        for path in (_REPOSITORY / "reconciler").rglob("*.py")
        for found in _USED.finditer(path.read_text(encoding="utf-8"))
    }
    known = WARNINGS | PLAN_WARNINGS
    assert used <= known.keys()
    assert known.keys() - used == {"corrected-address"}  # it has a name of its own there


def test_the_documentation_has_each_code() -> None:
    page = (_REPOSITORY / "docs" / "validating.md").read_text(encoding="utf-8")
    assert [code for code in WARNINGS | PLAN_WARNINGS if f"`{code}`" not in page] == []
