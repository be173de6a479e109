"""Values that were damaged on their way into a file, or that are no values.

They are sent as written all the same: only the person who declares a member knows what is right.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from html.entities import html5
from typing import NamedTuple

from reconciler.member import DATE_FIELDS, flat, is_day
from reconciler.problems import Location, Message, Problem, Severity, Value
from reconciler.roster.model import Declaration

_NAMES = frozenset({"firstName", "middleName", "lastName", "city"})
_OF_ONE_LINE = _NAMES | {"zipCode", "address1", "address2", "mobileNumber", "username"}

_PLACEHOLDERS = frozenset({"NULL", "nan", "NaN", r"\N", "None", "N/A", "n/a", "(null)", "undefined"})
"""How other programs write an empty value. Null and Nan are also names, so one alone is not enough."""

_LEAST_PLACEHOLDERS = 2

_SUSPICIOUS = re.compile(
    "^[\\s'?]|\\s\\Z|[\n\r\ufffd\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]"
    "|[\xc2-\xf4][^\x00-\x7f]|&#?\\w+;|\\w\\?"
)
"""What a text has that is worth a closer look; most texts have none of it."""

_CONTINUATION = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xC0))
_MISREAD = re.compile(f"[\xc2-\xf4][{re.escape(_CONTINUATION)}]{{1,3}}")
"""UTF-8 that was read as Windows-1252: a first byte and those that continue it, each as a character."""

_LIKELY = re.compile("[\xa0-\u017f\u2010-\u2026\u20ac]")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,24});")
_LOST_LETTER = re.compile(r"[^\W\d_]\?(?:[^\W\d_]|$)|^\?[^\W\d_]")
_APOSTROPHE = re.compile(r"'[\d=+@-]")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_TIME = re.compile(r"[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?")
_DAY_NUMBER = re.compile(r"\d{5}(?:[.,]\d+)?")
_OTHER_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](?:\d{2}|\d{4})")
_MONTHS = 12
_FIRST_DAY = date(1899, 12, 30)
"""The day 0 of spreadsheets, from March 1900 on."""

_DATE_FORM = "Write year, month and day: 1990-12-31."


class _Finding(NamedTuple):
    code: str
    message: Message
    hint: Message


_PLACEHOLDER = _Finding(
    "placeholder",
    (": other programs write this for an empty value.",),
    ("Leave the value empty.",),
)


def value_warnings(members: Mapping[str, Declaration]) -> Iterator[tuple[str, Problem]]:
    """Each warning about a value, with the identity of its member, in the order of the members."""
    placeholders = _placeholders(members)
    for key, member in members.items():
        location = Location(member.file, member.line)
        for field, text in _texts(member):
            found = [*_findings(field, text)]
            if (member.file, field, text) in placeholders:
                found.append(_PLACEHOLDER)
            for code, message, hint in found:
                said = (f'"{field}" is ', Value(f'"{text}"'), *message)
                yield key, Problem(said, hint, location, severity=Severity.WARNING, code=code)


def _texts(member: Declaration) -> Iterator[tuple[str, str]]:
    """The values that are text, by field; the address has warnings of its own."""
    for field, value in flat(member.attributes).items():
        if isinstance(value, str):
            yield field, value
        elif isinstance(value, list | dict):
            parts = value.values() if isinstance(value, dict) else value
            yield from ((field, part) for part in parts if isinstance(part, str))


def _placeholders(members: Mapping[str, Declaration]) -> frozenset[tuple[str, str, str]]:
    """The columns, by file and field, and the texts in them that mean an empty value."""
    counts = Counter(
        (member.file, field, text)
        for member in members.values()
        for field, text in _texts(member)
        if text in _PLACEHOLDERS
    )
    return frozenset(column for column, count in counts.items() if count >= _LEAST_PLACEHOLDERS)


def _findings(field: str, text: str) -> Iterator[_Finding]:
    if field in DATE_FIELDS and text.strip() and (wrong := _date(text.strip())):
        yield wrong
    if not _SUSPICIOUS.search(text):
        return
    if damaged := _damaged(field, text):
        yield damaged
    if found := _INVISIBLE.search(text):
        message = (f": it contains an invisible character (U+{ord(found[0]):04X}).",)
        yield _Finding("invisible-character", message, ("Type it again by hand instead of copying it.",))
    if (found := _ENTITY.search(text)) and (found[1].startswith("#") or f"{found[1]};" in html5):
        hint = ("Write the character itself, such as & for &amp;.",)
        yield _Finding("html-entity", (f": {found[0]} is an HTML entity.",), hint)
    if _APOSTROPHE.match(text):
        message = (": a spreadsheet's sign for text is part of the value.",)
        yield _Finding("leading-apostrophe", message, ("Remove the apostrophe.",))
    if text != text.strip():
        hint = ("Remove the space; it may be a no-break space.",)
        yield _Finding("outer-space", (": it begins or ends with a space.",), hint)
    if field in _OF_ONE_LINE and not {"\n", "\r"}.isdisjoint(text.strip()):
        yield _Finding("line-break", (": it has a line break.",), ("Write it on one line.",))


def _date(text: str) -> _Finding | None:
    found = _DAY.match(text)
    rest = text[found.end() :] if found else ""
    if found and is_day(found[0]) and (not rest or _TIME.fullmatch(rest)):
        return None
    if _DAY_NUMBER.fullmatch(text):
        day = (_FIRST_DAY + timedelta(days=int(text[:5]))).isoformat()
        message = (": a spreadsheet's number of a day.",)
        return _Finding("day-number", message, ("Did you mean ", Value(day), f"? {_DATE_FORM}"))
    if found and not rest:
        wrong = "a day that the calendar doesn't have"
    elif (other := _OTHER_DATE.fullmatch(text)) and max(int(other[1]), int(other[2])) <= _MONTHS:
        wrong = "a date that can be read in two ways"
    else:
        wrong = "not a date as the API writes it"
    return _Finding("date-form", (f": {wrong}.",), (_DATE_FORM,))


def _damaged(field: str, text: str) -> _Finding | None:
    if repaired := _repaired(text):
        hint = ("Did you mean ", Value(f'"{repaired}"'), "? Export the file again, as UTF-8.")
        return _Finding("damaged-text", (": UTF-8 that was read in another encoding.",), hint)
    if "\ufffd" in text or (field in _NAMES and _LOST_LETTER.search(text)):
        message = (": a letter was lost, since an encoding didn't have it.",)
        return _Finding("damaged-text", message, ("Type it again, or export the file again, as UTF-8.",))
    return None


def _repaired(text: str) -> str | None:
    """The text as it was before UTF-8 was read as Windows-1252; None if it doesn't look like that."""
    found = list(_MISREAD.finditer(text))
    parts, end, letters = [], 0, []
    for sequence in found:
        try:
            letter = b"".join(map(_byte, sequence[0])).decode()
        except UnicodeDecodeError:
            return None
        letters.append(letter)
        parts += [text[end : sequence.start()], letter]
        end = sequence.end()
    # Two characters in a row may be right by themselves; what they would make must be likely, or frequent.
    if any(_LIKELY.search(letter) for letter in letters) or len(letters) > 1:
        return "".join((*parts, text[end:]))
    return None


def _byte(character: str) -> bytes:
    return character.encode("latin-1") if ord(character) < 0x100 else character.encode("cp1252")  # noqa: PLR2004 - the bound of Latin-1
