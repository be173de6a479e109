"""What the vendor's error bodies say, found in them although they are not JSON.

As printed on the vendor's page for *save panel members*, `docs` has a value without quotes and no
comma after it, so no JSON reader takes such a body. `id` is text on some pages and a number on
others (page *error-codes*). Real JSON is read by the same rule.
"""

import json
import re
from typing import NamedTuple

_MOST_CHARACTERS = 300


class ErrorBody(NamedTuple):
    """The three things that a client can use; each is None where the body doesn't say it."""

    name: str | None
    id: str | None
    message: str | None


def read_error_body(text: str) -> ErrorBody:
    """Name, id and message of an error body, in whatever state it came."""
    start = max(text.find('"error"'), 0)
    error = text[start:]
    return ErrorBody(find(error, "name"), find(error, "id"), find(error, "message"))


def find(text: str, key: str) -> str | None:
    """The first text or number that stands behind this key, on one line and cut to a bearable length."""
    found = re.search(rf'"{key}"\s*:\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|(-?\d+))', text, re.DOTALL)
    if found is None:
        return None
    quoted, number = found.groups()
    words = " ".join((number or _unescaped(quoted)).split())
    return words[:_MOST_CHARACTERS] or None


def _unescaped(quoted: str) -> str:
    try:
        return str(json.loads(f'"{quoted}"', strict=False))
    except ValueError:
        return quoted
