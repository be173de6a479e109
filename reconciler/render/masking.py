"""Personal data where many may read along: addresses shortened, values hidden, and when that is wanted."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.member import EMAIL_ADDRESS, PROFILE_FIELD_ID, Attributes
from reconciler.problems import Address, Code, Message, Value

HIDDEN = "…"

_DOMAIN = re.compile(r"[\w.-]+")
# Also runs without an @, which are left as they are: else each of their characters would be tried as a start,
# and a text of a hundred thousand would take minutes.
_ADDRESS_LIKE = re.compile(r"[^\s@<>()\[\]{},;:\"'`]++(?:@[\w.-]*\w)?")
_MENTIONED_ANYWHERE = 3  # characters; a shorter value is hidden as a whole word, or no sentence would be left


def masks_by_default(environ: Mapping[str, str]) -> bool:
    """Whether this runs where logs are read by many: `CI` is set to something but `false` or `0`."""
    return environ.get("CI", "").strip().lower() not in {"", "false", "0"}


def masked_address(address: str) -> str:
    """`ada@example.org` as `a…@example.org`; what is no address is hidden whole."""
    local, at, domain = address.strip().rpartition("@")
    return f"{local[:1]}{HIDDEN}@{domain}" if at and _DOMAIN.fullmatch(domain) else HIDDEN


def masked_words(words: Message) -> Message:
    """The same words with the people taken out; addresses inside prose are shortened too, to be safe."""
    return tuple(_masked_part(part) for part in words)


def masked_reason(reason: str, attributes: Attributes) -> str:
    """The API's word about a member, without what it repeats of that member, or of anybody's address."""
    for value in sorted(_values(attributes), key=len, reverse=True):
        for spelling in {value, json.dumps(value)[1:-1]}:
            reason = re.sub(_mention(spelling), _replacement, reason, flags=re.IGNORECASE)
    return _ADDRESS_LIKE.sub(_shortened, reason)


def _masked_part(part: str | Address | Value | Code) -> str | Address | Value | Code:
    match part:
        case Address(text):
            return Address(masked_address(text))
        case Value():
            return Value(HIDDEN)
        case str():
            return _ADDRESS_LIKE.sub(_shortened, part)
        case Code(text):
            return Code(_ADDRESS_LIKE.sub(_shortened, text))


def _mention(text: str) -> str:
    escaped = re.escape(text)
    return escaped if len(text) >= _MENTIONED_ANYWHERE else rf"(?<!\w){escaped}(?!\w)"


def _replacement(found: re.Match[str]) -> str:
    return masked_address(found[0]) if "@" in found[0] else HIDDEN


def _shortened(found: re.Match[str]) -> str:
    if "@" not in found[0]:
        return found[0]
    return found[0] if found[0].partition("@")[0].endswith(HIDDEN) else masked_address(found[0])


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
