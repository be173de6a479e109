"""What looks wrong about one address: its domain, its letters, or that it is a role's."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from reconciler.lint.domains import has_unknown_ending, is_for_tests, likely_domain
from reconciler.problems import Address, Location, Message, Problem, Severity

_ROLE_NAMES = """
abuse admin administrator billing bounce bounces buero careers contact daemon do-not-reply donotreply
enquiries feedback ftp hello help helpdesk hostmaster hr info information inquiries invoice jobs kontakt
mailer-daemon marketing news newsletter no-reply no_reply nobody noc noreply office orders postmaster
press privacy root sales secretary security service spam support sysadmin team undisclosed-recipients
unsubscribe usenet uucp webmaster www
"""

ROLES = frozenset(_ROLE_NAMES.split())
"""What is before the @. Source: RFC 2142, and what companies use in the same way."""

_RUN = re.compile(r"[^@._+-]+")
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_UNSEEN_NAMES = re.compile(r"FILLER|BLANK|VARIATION SELECTOR|GRAPHEME JOINER|VOWEL INHERENT")
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE"})
"""Scripts with letters of the same shape, by the first word of a letter's name in the Unicode database."""
_OTHER_DOT = re.compile("[\u3002\uff0e\uff61]")
"""Full stops of other scripts, which IDNA takes for dots (RFC 3490)."""


def suspects(addresses: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The identities, of pairs of identity and address as written, that may get a warning.

    Few do, so this is a quick look, at each domain once.
    """
    judged: dict[str, bool] = {}
    for key, address in addresses:
        local, _, domain = key.rpartition("@")
        if domain not in judged:
            odd = likely_domain(domain) or is_for_tests(domain) or has_unknown_ending(domain)
            judged[domain] = bool(odd)
        if judged[domain] or local in ROLES or not address.isascii() or "xn--" in domain:
            yield key


def address_warnings(key: str, address: str, location: Location, *, is_real: bool) -> Iterator[Problem]:
    """The warnings that an address gives by itself; `is_real` if its panel is one of real people."""
    written, _, domain_written = address.rpartition("@")
    local, _, domain = key.rpartition("@")

    def warning(code: str, message: Message, hint: Message) -> Problem:
        return Problem(message, hint, location, severity=Severity.WARNING, code=code)

    if odd := odd_letters(address):
        yield warning("odd-letters", odd, ("Type the address again by hand instead of copying it.",))
    if likely := likely_domain(_OTHER_DOT.sub(".", domain_written.lower())):
        message: Message = ("The domain of ", Address(address), " looks mistyped.")
        yield warning("mistyped-domain", message, ("Did you mean ", Address(f"{written}@{likely}"), "?"))
    elif is_for_tests(domain):
        if is_real:
            message = (Address(address), " has a domain that is reserved for examples and tests.")
            yield warning("test-domain", message, ("Remove this member, or try it in a sandbox.",))
    elif has_unknown_ending(domain):
        message = ("The domain of ", Address(address), " has an ending that does not exist.")
        yield warning("unknown-domain", message, ("Check the address: mail can't reach it.",))
    if local in ROLES:
        message = (Address(address), " is the address of a role, not of a person.")
        yield warning("role-address", message, ("Declare the people who read it instead.",))


def odd_letters(address: str) -> Message | None:
    """What is odd about the characters of an address as written, or None."""
    if address.isascii():
        return None
    return _unseen(address) or _imitating(address) or _mixed(address)


def _unseen(address: str) -> Message | None:
    for character in address:
        category, name = unicodedata.category(character), _name(character)
        if category in _UNSEEN_CATEGORIES or _UNSEEN_NAMES.search(name):
            return (Address(address), f" contains an invisible character: {name}.")
    return None


def _imitating(address: str) -> Message | None:
    """Such as letters of full width, which are others than the ordinary ones."""
    for character in address:
        plain = "." if _OTHER_DOT.match(character) else unicodedata.normalize("NFKC", character)
        if not character.isascii() and plain.isascii():
            return (
                Address(address),
                f' contains a character that only looks like "{plain}": {_name(character)}.',
            )
    return None


def _mixed(address: str) -> Message | None:
    """Letters of several scripts that can be taken for each other; the rarest of them are odd."""
    for run in _RUN.finditer(address):
        letters = [(_name(character).partition(" ")[0], character) for character in run[0]]
        scripts = Counter(script for script, _ in letters if script in _ALIKE).most_common()
        if len(scripts) > 1:
            names = " and ".join(script.capitalize() for script, _ in scripts)
            odd = next(character for script, character in letters if script == scripts[-1][0])
            return (Address(address), f" mixes {names} letters, such as {_name(odd)}.")
    return None


def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}")
