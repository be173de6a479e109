"""Who somebody is: an e-mail address, reduced to what makes two spellings the same person."""

import re
import unicodedata

_MOST_CHARACTERS = 254
_MOST_LOCAL_CHARACTERS = 64

# Plain ASCII addresses, which nearly all are, decided without a library that takes seventy times as
# long. Everything that it doesn't match (among it each `xn--` label) goes to the library.
_PLAIN = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
    re.IGNORECASE | re.ASCII,
)


class InvalidAddress(ValueError):
    """The text is no e-mail address; the message says why, in words fit for a user."""


def identity(address: str) -> str:
    """The identity that an e-mail address as written stands for.

    Trimmed, in NFC, lower-case, its domain in ASCII form (IDNA 2008, not transitional). Plus tags
    and dots count: whether a mail server ignores them is not ours to know.

    Raises:
        InvalidAddress: the syntax is wrong. Whether mail could be delivered is never asked.
    """
    trimmed = address.strip()
    if (
        len(trimmed) <= _MOST_CHARACTERS
        and _PLAIN.fullmatch(trimmed)
        and trimmed.index("@") <= _MOST_LOCAL_CHARACTERS
    ):
        return trimmed.lower()
    return _identity_by_library(trimmed)


def _identity_by_library(address: str) -> str:
    import email_validator  # noqa: PLC0415 - costs 75 ms of start-up that few rosters need

    # The documented way to accept reserved domains, such as .test and .local: a panel may live inside
    # a company's own network, and deliverability isn't checked.
    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    try:
        found = email_validator.validate_email(
            address, check_deliverability=False, globally_deliverable=False
        )
    except email_validator.EmailNotValidError as error:
        raise InvalidAddress(str(error)) from error
    if "." not in found.ascii_domain:
        raise InvalidAddress("The part after the @-sign has no dot.")
    local = unicodedata.normalize("NFC", unicodedata.normalize("NFC", found.local_part).lower())
    return f"{local}@{found.ascii_domain.lower()}"
