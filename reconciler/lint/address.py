"""What looks odd about one address: its domain, its letters, or that it is a role's."""

from collections.abc import Iterable, Iterator

from reconciler.lint.domains import likely_domain
from reconciler.lint.letters import HINT, odd_letters
from reconciler.lint.roles import ROLES
from reconciler.problems import Address, Location, Message, Problem, Severity

_FOREIGN = "xn--"
_ROLE_HINT = "Declare the people who read it, if it is they who should be asked."


def suspects(keys: Iterable[str]) -> Iterator[str]:
    """Those identities whose address deserves a closer look, as few do; each domain is judged once."""
    judged: dict[str, bool] = {}
    for key in keys:
        local, _, domain = key.rpartition("@")
        is_odd = judged.get(domain)
        if is_odd is None:
            is_odd = judged[domain] = _FOREIGN in domain or likely_domain(domain) is not None
        if is_odd or local in ROLES or not local.isascii():
            yield key


def address_warnings(address: str, place: Location) -> Iterator[Problem]:
    """The warnings that an address, as it is written at a place, gives by itself."""
    local, _, domain = address.rpartition("@")
    if odd := odd_letters(address):
        yield Problem(odd, (HINT,), place, severity=Severity.WARNING, code="odd-letters")
    if likely := likely_domain(domain.lower()):
        message: Message = ("The domain of ", Address(address), " looks mistyped.")
        hint = ("Did you mean ", Address(f"{local}@{likely}"), "?")
        yield Problem(message, hint, place, severity=Severity.WARNING, code="mistyped-domain")
    if local.lower() in ROLES:
        message = (Address(address), " is the address of a role, not of a person.")
        yield Problem(message, (_ROLE_HINT,), place, severity=Severity.WARNING, code="role-address")
