"""Who somebody is: an e-mail address, reduced to what makes two spellings the same person."""

import re
import unicodedata
from collections.abc import Sequence

_MOST_CHARACTERS = 254
_MOST_CHARACTERS_WRITTEN = 4 * _MOST_CHARACTERS
"""A character of NFC may be written with four. To bring very many marks in order takes quadratic time."""

_MOST_LOCAL_CHARACTERS = 64

# Plain ASCII addresses, which nearly all are, decided without a library that takes seventy times as
# long. Everything that it doesn't match (among it each `xn--` label) goes to the library.
_PLAIN = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
    re.IGNORECASE | re.ASCII,
)

# The commonest of them, which are their own identity, decided in a third of the time: lower-case letters
# and digits with single signs between them. A short one can't exceed any limit on its parts.
_SIMPLE = re.compile(r"[a-z0-9_+-]++(?:\.[a-z0-9_+-]++)*+@(?:[a-z0-9]++[.-])++(?<=\.)[a-z]{2,}+", re.ASCII)
_MOST_SIMPLE_CHARACTERS = 64
_SIMPLE_LINES = re.compile(rf"(?:{_SIMPLE.pattern}\n)*+", re.ASCII).fullmatch


# The library's words on a domain quote it, and an address that is no address is hidden whole. A single
# character that it quotes is what is wrong, and tells nobody's address.
_QUOTED = re.compile(r"'[^']{2,}'|\"[^\"]{2,}\"")


class InvalidAddress(ValueError):
    """The text is no e-mail address; the message says why, in words fit for a user."""


def identity(address: str) -> str:
    """The identity that an e-mail address as written stands for.

    Trimmed, in NFC, lower-case, its domain in ASCII form (IDNA 2008, not transitional). Plus tags
    and dots count: whether a mail server ignores them is not ours to know.

    Raises:
        InvalidAddress: the syntax is wrong. Whether mail could be delivered is never asked.
    """
    if is_simple(address):
        return address
    trimmed = address.strip()
    if (
        len(trimmed) <= _MOST_CHARACTERS
        and _PLAIN.fullmatch(trimmed)
        and trimmed.index("@") <= _MOST_LOCAL_CHARACTERS
    ):
        return trimmed.lower()
    return _identity_by_library(trimmed)


def is_simple(address: str) -> bool:
    """Whether a quick look is enough to say that an address is right, and its own identity."""
    return len(address) <= _MOST_SIMPLE_CHARACTERS and _SIMPLE.fullmatch(address) is not None


def are_simple(addresses: Sequence[str]) -> bool:
    """Whether `is_simple` holds for each of them; a look at all of them at once takes a third of the time."""
    lines = "\n".join((*addresses, ""))
    return (
        max(map(len, addresses), default=0) <= _MOST_SIMPLE_CHARACTERS
        and lines.count("\n") == len(addresses)
        and _SIMPLE_LINES(lines) is not None
    )


def _identity_by_library(address: str) -> str:
    if len(address) > _MOST_CHARACTERS_WRITTEN:
        raise InvalidAddress("The email address is too long.")
    import email_validator  # noqa: PLC0415 - costs 75 ms of start-up that few rosters need

    # The documented way to accept reserved domains, such as .test and .local: a panel may live inside
    # a company's own network, and deliverability isn't checked.
    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    try:
        found = email_validator.validate_email(
            address, check_deliverability=False, globally_deliverable=False
        )
    except email_validator.EmailNotValidError as error:
        raise InvalidAddress(_QUOTED.sub("the domain", str(error))) from error
    if "." not in found.ascii_domain:
        raise InvalidAddress("The part after the @-sign has no dot.")
    local = unicodedata.normalize("NFC", unicodedata.normalize("NFC", found.local_part).lower())
    return f"{local}@{found.ascii_domain.lower()}"
