"""The form that the line of a plain entry has: of one under `members` that holds texts and numbers alone.

Where nothing in the values asks for an escape, filling in a form gives what an encoder of JSON writes, in a
tenth of the time.
"""

from collections.abc import Mapping
from typing import NamedTuple

from reconciler.member import EMAIL_ADDRESS, FIELDS, NUMBER_FIELDS, PROFILE_FIELDS

_HEAD = '"%s": {"outcome": "%s", "pushed": "%s", "attributes": '
_TEXT = '"%s"'
_SIGNS = bytes(range(32)) + b'"\\'


class Form(NamedTuple):
    """A line, with a `%s` for its key, outcome, time, and each value; and what of it is the attributes.

    `quotes` counts those of the line. `is_one` is False where there is no such form: then no line fits it.
    """

    line: str
    attributes: str
    quotes: int
    is_one: bool


class Forms(dict[tuple[str, ...], Form]):
    """The forms by the names of the attributes."""

    def __missing__(self, names: tuple[str, ...]) -> Form:
        is_one = (
            EMAIL_ADDRESS in names
            and PROFILE_FIELDS not in names
            and names == tuple(field for field in FIELDS if field in names)
        )
        if is_one:
            fields = ", ".join(f'"{name}": {"%s" if name in NUMBER_FIELDS else _TEXT}' for name in names)
            text = f"{{{fields}}}"
        else:
            text = "%.0s" * len(names) + "\n"
        line = f"{_HEAD}{text}}}"
        self[names] = Form(line, text, line.count('"'), is_one)
        return self[names]


def are_plain(lines: str, forms: Mapping[Form, int]) -> bool:
    """Whether lines hold no quotes but those of their forms, and nothing that JSON escapes."""
    data = lines.encode("utf-8", "surrogatepass")
    quotes = sum(form.quotes * times for form, times in forms.items())
    return len(data) - len(data.translate(None, _SIGNS)) == quotes
