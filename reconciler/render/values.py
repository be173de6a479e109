"""A field's value as a person reads it: text in quotes, numbers without, *not declared* in words."""

from typing import Any

from reconciler.render.visible import quoted, visible

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


def cut(text: str) -> str:
    """The text, or its beginning and how much was left out."""
    more = len(text) - _MOST_CHARACTERS
    return text if more <= 0 else f"{text[:_MOST_CHARACTERS]} (and {more} characters more)"
