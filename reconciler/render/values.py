"""A field's value as a person reads it: text in quotes, numbers without, *not declared* in words."""

import unicodedata
from typing import Any

from reconciler.render.visible import escape, quoted, visible

_MOST_CHARACTERS = 200


def value_text(value: Any) -> str:
    """One value, on one line, cut where it is longer than anybody reads."""
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


def change_texts(before: Any, after: Any) -> tuple[str, str]:
    r"""The two values of a change; texts that look the same are told apart by escapes.

    As in `"Zo\xeb"` and `"Zoe\u0308"`, which Unicode treats as two spellings of one text.
    """
    if isinstance(before, str) and isinstance(after, str) and _look_the_same(before, after):
        return _ascii(value_text(before)), _ascii(value_text(after))
    return value_text(before), value_text(after)


def _look_the_same(one: str, other: str) -> bool:
    return unicodedata.normalize("NFKC", one) == unicodedata.normalize("NFKC", other)


def _ascii(text: str) -> str:
    return "".join(character if character.isascii() else escape(character) for character in text)


def cut(text: str) -> str:
    """The text, or its beginning and how much was left out."""
    more = len(text) - _MOST_CHARACTERS
    return text if more <= 0 else f"{text[:_MOST_CHARACTERS]} (and {more} characters more)"
