"""Who someone is: an e-mail address, reduced to what makes two spellings the same person.

Sources: RFC 5321 (addresses), RFC 6531 (addresses in all scripts), RFC 1123 (host names), RFC 5890 to 5893
(IDNA 2008), and UTS #46 (from what people type to such a name; not transitional).
"""

import re
import unicodedata
from functools import lru_cache

_MOST_BYTES = 254
_MOST_HOST_CHARACTERS = 253
_MOST_WRITTEN = 4 * _MOST_BYTES
"""A character in NFC may be written with four. To order very many combining marks takes quadratic time."""

# By what they don't hold: a class of all scripts takes milliseconds to compile.
_ATOM = r"[^\x00-\x20\"(),.:;<>@-\]\x7f]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_NOT_LOCAL = re.compile(r"[\x00-\x20\"(),:;<>@\[-\]\x7f]")
_LABEL = re.compile(r"(?!..--|.*-\Z)[a-z0-9][a-z0-9-]{0,62}|xn--[a-z0-9-]{1,59}")
_NOT_DOMAIN = re.compile(r"[\x00-,/:-@\[-`{-\x7f]")
_SEVERAL = re.compile(r"@[^\s,;@]+[\s,;][^@]*@")
_AT_SIGNS = {"\uff20": "full-width", "\ufe6b": "small"}
_JOINERS = "\u200c\u200d"
"""IDNA 2008 allows these invisible characters where they change how letters are written."""

_TOO_LONG = "It is too long: an address has at most 254 characters."
_DOTS = "The part {} the @ begins or ends with a dot, or has two in a row."
_NO_HOST = "The part after the @ is not a valid domain name. Copy it from its owner, or write its ASCII form."


class InvalidAddress(ValueError):
    """The text is not an e-mail address. The message tells a user why, and repeats nothing of the address."""


def identity(address: str) -> str:
    """The identity of an e-mail address as written.

    Trimmed, in NFC, lower case, the domain in ASCII form. Plus tags and dots count: whether a mail server
    ignores them can't be known.

    Raises:
        InvalidAddress: the syntax is wrong. Whether mail could be delivered is never asked.
    """
    address = address.strip()
    local, _, domain = address.rpartition("@")
    size = len(address)
    if address.isascii():
        local = local.lower()
    elif size > _MOST_WRITTEN:
        raise InvalidAddress(_TOO_LONG)
    else:
        local, size = _normalized(local), len(address.encode())
    if not _LOCAL.fullmatch(local):
        raise InvalidAddress(_reason(address, local))
    host = _host(domain)
    found = f"{local}@{host}"
    if size > _MOST_BYTES or len(found.encode()) > _MOST_BYTES:
        raise InvalidAddress(_TOO_LONG)
    return found


def _reason(address: str, local: str) -> str:
    """Why the part before the last @ is wrong, or that there is none."""
    for sign, size in _AT_SIGNS.items():
        if sign in address:
            return f"It has a {size} @ (U+{ord(sign):04X}). Type an ordinary @."
    if _SEVERAL.search(address):
        return "There are several addresses here. Write an entry for each person."
    if "<" in address or local.lower().startswith("mailto:"):
        return "Write the address alone: no name, no < >, no mailto:."
    if address.count("@") != 1:
        return "It has more than one @." if local else "It has no @."
    return _reason_before(local)


def _reason_before(local: str) -> str:
    if not local:
        return "There is nothing before the @."
    if local.startswith('"'):
        return "Quotes before the @ are not supported."
    odd = _NOT_LOCAL.search(local)
    return _not_allowed(odd[0]) if odd else _DOTS.format("before")


def _normalized(local: str) -> str:
    """The part before the @ in NFC and lower case; invisible characters are refused."""
    local = unicodedata.normalize("NFC", local)
    _refuse_invisible(local)
    return unicodedata.normalize("NFC", local.lower())


def _refuse_invisible(text: str, allowed: str = "") -> None:
    """Refuse spaces, control, format and unassigned characters, and a combining mark at the beginning.

    Raises:
        InvalidAddress: there is one.
    """
    for index, character in enumerate(text):
        category = unicodedata.category(character)
        if (category[0] in "CZ" and character not in allowed) or (category[0] == "M" and not index):
            raise InvalidAddress(_not_allowed(character))


def _not_allowed(character: str) -> str:
    if character.isprintable() and character != " ":
        return f"It can't contain '{character}'."
    name = unicodedata.name(character, "a control character").lower()
    return f"It can't contain {name} (U+{ord(character):04X})."


@lru_cache(maxsize=65_536)
def _host(domain: str) -> str:
    """The domain in lower case and in ASCII form.

    Raises:
        InvalidAddress: it is not a domain name with at least one dot.
    """
    if not domain:
        raise InvalidAddress("There is nothing after the @.")
    if odd := _NOT_DOMAIN.search(domain):
        raise InvalidAddress(_not_allowed(odd[0]))
    labels = domain.lower().split(".") if domain.isascii() else _mapped(domain).split(".")
    if not all(labels):
        raise InvalidAddress(_DOTS.format("after"))
    if len(labels) == 1:
        raise InvalidAddress("The part after the @ has no dot.")
    if not domain.isascii() or any(label.startswith("xn--") for label in labels):
        labels = _in_ascii(labels)
    host = ".".join(labels)
    if len(host) > _MOST_HOST_CHARACTERS or not all(map(_LABEL.fullmatch, labels)):
        raise InvalidAddress(_NO_HOST)
    return host


def _mapped(domain: str) -> str:
    """The domain as UTS #46 maps it: letters in lower case, full-width ones in their own width, and so on."""
    import idna  # noqa: PLC0415 - costs start-up time that few rosters need

    _refuse_invisible(domain, allowed=_JOINERS)
    try:
        return idna.uts46_remap(domain, std3_rules=False)
    except idna.IDNAError as error:
        raise InvalidAddress(_NO_HOST) from error


def _in_ascii(labels: list[str]) -> list[str]:
    """The labels in ASCII form, checked by IDNA 2008, with the bidi rule for the whole name (RFC 5893)."""
    import idna  # noqa: PLC0415 - the same

    try:
        found = [idna.alabel(label).decode() if not _is_plain(label) else label for label in labels]
        shown = [idna.ulabel(label) if label.startswith("xn--") else label for label in found]
        if any(unicodedata.bidirectional(character) in {"R", "AL", "AN"} for character in "".join(shown)):
            for label in shown:
                idna.check_bidi(label, check_ltr=True)
    except idna.IDNAError as error:
        raise InvalidAddress(_NO_HOST) from error
    return found


def _is_plain(label: str) -> bool:
    return label.isascii() and not label.startswith("xn--")
