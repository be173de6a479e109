"""Personal data where many may read along: when it is hidden, and what is left of it then."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.member import EMAIL_ADDRESS, PROFILE_FIELD_ID, Attributes
from reconciler.output.document import Span, Text, spans
from reconciler.problems import HIDDEN, Address, Code, Value

_DOMAIN = re.compile(r"[\w.-]*\w")
_BREAK = re.compile(r"([\s<>()\[\]{},;:\"'`]+)")
_MENTIONED_ANYWHERE = 3  # characters; a shorter value is hidden as a whole word, or no sentence would be left


def masks_by_default(environ: Mapping[str, str]) -> bool:
    """Whether this runs where logs are read by many: `CI` is set to something but `false` or `0`."""
    return environ.get("CI", "").strip().lower() not in {"", "false", "0"}


def masked_address(address: str) -> str:
    """`ada@example.org` as `a…@example.org`; what is no address is hidden whole."""
    local, at, domain = address.strip().rpartition("@")
    return f"{local[:1]}{HIDDEN}@{domain}" if at and _DOMAIN.fullmatch(domain) else HIDDEN


def shown_spans(text: Text, *, masked: bool) -> tuple[Span, ...]:
    """The spans of a sentence, without personal data if that is to be hidden.

    Addresses in our own words are shortened too, to be safe.
    """
    return tuple(map(_masked, spans(text))) if masked else spans(text)


def word_of_api(reason: str, attributes: Attributes) -> Value:
    """What the API said about a member; masked, without the values that it repeats and without addresses."""
    masked = reason
    for mention in _mentions(attributes):
        masked = mention.sub(_replacement, masked)
    return Value(reason, _without_addresses(masked))


def personal_parts(reason: str, attributes: Attributes) -> list[str]:
    """What the API repeats of a member. As values of attributes the parts hide the same again."""
    return list(
        dict.fromkeys(found for mention in _mentions(attributes) for found in mention.findall(reason))
    )


def _masked(span: Span) -> Span:
    match span:
        case Address(text):
            return Address(masked_address(text))
        case Value(_, masked):
            return Value(masked)
        case Code(text):
            return Code(_without_addresses(text))
        case str():
            return _without_addresses(span)


def _without_addresses(text: str) -> str:
    """The text with its addresses shortened, in linear time, however long its words are."""
    return "".join(map(_without_addresses_in_word, _BREAK.split(text))) if "@" in text else text


def _without_addresses_in_word(word: str) -> str:
    """A word without blanks and brackets holds one address, or several in a row."""
    local, *parts = word.split("@")
    shown = ""
    for part in parts:
        domain = _DOMAIN.match(part)
        if local and domain and not local.endswith(HIDDEN):
            shown += masked_address(f"{local}@{domain[0]}")
            local = part[domain.end() :]
        else:
            shown += f"{local}@"
            local = part
    return shown + local


def _mentions(attributes: Attributes) -> Iterator[re.Pattern[str]]:
    """The longest first, as they are and as JSON escapes them."""
    for value in sorted(_values(attributes), key=len, reverse=True):
        for text in {value, json.dumps(value)[1:-1]}:
            escaped = re.escape(text)
            is_short = len(text) < _MENTIONED_ANYWHERE
            yield re.compile(rf"(?<!\w){escaped}(?!\w)" if is_short else escaped, re.IGNORECASE)


def _replacement(found: re.Match[str]) -> str:
    return masked_address(found[0]) if "@" in found[0] else HIDDEN


def _values(attributes: Attributes) -> Iterator[str]:
    address = attributes.get(EMAIL_ADDRESS)
    if isinstance(address, str):
        yield address.rpartition("@")[0] or address
    for value in attributes.values():
        yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for key, item in value.items():
                if key != PROFILE_FIELD_ID:  # names a field, as a reader of the masked text has to know
                    yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
        case None | bool():
            return
        case _:
            if text := str(value).strip():
                yield text
