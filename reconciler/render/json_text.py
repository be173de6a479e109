"""JSON as it is printed and saved: one object, UTF-8, whole, a list's item or a field a line."""

import json
from collections.abc import Mapping
from typing import Any

FORMAT = 1


def json_text(document: Mapping[str, Any]) -> str:
    """The object as text that a terminal and a CI log can bear, and a parser reads back to the same.

    Lone surrogates, controls, bidi and other characters that can't be printed stand as JSON's own escapes;
    so does the bracket of `##[`, which old CI runners would take for a command.
    """
    fields = (f"{_compact(key)}: {_spread(value)}" for key, value in document.items())
    text = "{" + ",\n ".join(fields) + "}\n"
    return _printable(text).replace("##[", "##\\u005b")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _spread(value: Any) -> str:
    if not (isinstance(value, list) and value):
        return _compact(value)
    return "[\n  " + ",\n  ".join(_compact(item) for item in value) + "]"


def _printable(text: str) -> str:
    if all(line.isprintable() for line in text.split("\n")):
        return text
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
