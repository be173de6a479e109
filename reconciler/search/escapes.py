r"""The ways in which a line may be read: as it stands, and with its escapes taken for what they stand for.

`\u0061` is an `a` in JSON and between double quotes in YAML; a report that quotes JSON has it twice over.
"""

import re
from collections.abc import Iterator

_HEX = "[0-9a-fA-F]"
_ESCAPE = re.compile(rf"\\(?:u({_HEX}{{4}})|U({_HEX}{{8}})|x({_HEX}{{2}})|(.))", re.DOTALL)
_ROUNDS = 3
OF_A_CHARACTER = re.compile(rf"\\+(?:u{_HEX}{{4}}|U{_HEX}{{8}}|x{_HEX}{{2}})")
"""What may stand for a letter: a text that is followed by it may go on there."""

_SPACE = frozenset("abefnrtv0NLP_")
"""What stands for a character that is in no address: the escapes of JSON (RFC 8259) and YAML 1.2 (5.7)."""


def readings(text: str) -> Iterator[str]:
    """The line as it stands, and as often without its escapes as that makes a difference."""
    yield text
    for _ in range(_ROUNDS):
        if "\\" not in text:
            return
        text = _joined(_ESCAPE.sub(_meant, text))
        yield text


def _meant(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3]
    if digits is None:
        return " " if found[4] in _SPACE else found[4]
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else " "  # noqa: PLR2004 - Unicode's last


def _joined(text: str) -> str:
    """The text with surrogate pairs, two escapes each in JSON, as the characters that they stand for."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
