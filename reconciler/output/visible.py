"""Text from files or from the API is data: it always stays one harmless line."""

import re
from typing import Any

# Printable by their Unicode category, and yet nothing is seen of them.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

# What a CI runner takes for a command of its own: `::` as a line's first word (GitHub's page *workflow
# commands*), and the older `##[` anywhere in it.
_WORKFLOW_COMMAND = re.compile(r"\A *(?P<colon>:)(?=:)|(?<=##)\[")

_MOST_CHARACTERS = 300


def visible(text: str) -> str:
    r"""The text on one line, in which everything can be seen and nothing is obeyed.

    Controls, line ends, bidi and zero-width characters and lone surrogates become escapes such as
    `\x1b` and `\u202e`; so does the one character that would make a workflow command of it.
    """
    if not text.isprintable():
        text = "".join(character if character.isprintable() else escape(character) for character in text)
    if not text.isascii():
        text = _UNSEEN.sub(lambda found: escape(found[0]), text)
    return _WORKFLOW_COMMAND.sub(lambda found: found[0][:-1] + escape(found[0][-1]), text)


def quoted(text: str) -> str:
    """The text between quotes, so that an empty one, and spaces at its ends, are seen too."""
    return '"' + visible(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def readable(text: str) -> str:
    """The text as it is, or quoted where it would not be seen whole otherwise."""
    return visible(text) if text and text == text.strip() else quoted(text)


def escape(character: str) -> str:
    """The escape for one character."""
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if code <= 0xFF:  # noqa: PLR2004 - as many as two digits can write
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - four digits, or eight


def value_text(value: Any) -> str:
    """A field's value: text in quotes, numbers without, *not declared* in words; cut if it is very long."""
    match value:
        case None:
            return "not declared"
        case str():
            return cut(quoted(value))
        case list():
            return cut("[" + ", ".join(value_text(item) for item in value) + "]")
        case dict():
            return cut("{" + ", ".join(f"{visible(key)}: {value_text(v)}" for key, v in value.items()) + "}")
        case _:
            return visible(str(value))


def cut(text: str) -> str:
    """The text, or its beginning and how much was left out."""
    more = len(text) - _MOST_CHARACTERS
    return text if more <= 0 else f"{text[:_MOST_CHARACTERS]} (and {more} characters more)"
