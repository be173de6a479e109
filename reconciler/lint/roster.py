"""What looks odd about a roster: addresses, each by itself, and two people who may be one."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from reconciler.lint.address import address_warnings, suspects
from reconciler.lint.near import is_near
from reconciler.member import EMAIL_ADDRESS
from reconciler.problems import Address, Location, Problem, Severity
from reconciler.roster.model import Declaration

_MOST_OF_A_NAME = 50
"""A name that more people bear says nothing, or is none; and each is compared with each of them."""


def roster_warnings(members: Mapping[str, Declaration]) -> tuple[Problem, ...]:
    """The warnings of a roster, in the order of its members."""
    found = [*_alone(members), *_twins(members)]
    if not found:
        return ()
    rank = {key: number for number, key in enumerate(members)}
    return tuple(warning for _, warning in sorted(found, key=lambda pair: rank[pair[0]]))


def _alone(members: Mapping[str, Declaration]) -> Iterator[tuple[str, Problem]]:
    for key in suspects(members):
        member = members[key]
        place = Location(member.file, member.line)
        yield from ((key, warning) for warning in address_warnings(member.attributes[EMAIL_ADDRESS], place))


def _twins(members: Mapping[str, Declaration]) -> Iterator[tuple[str, Problem]]:
    for first, second in (pair for keys in _namesakes(members) for pair in combinations(keys, 2)):
        if is_near(first, second):
            yield second, _twin(members[second], members[first])


def _namesakes(members: Mapping[str, Declaration]) -> Iterator[list[str]]:
    """The identities of those whose first and last name are equal."""
    first_of: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    for key, (attributes, _, _, _) in members.items():
        first, last = attributes.get("firstName"), attributes.get("lastName")
        if first and last:
            name = f"{first}\n{last}"  # and no tuple: a hundred thousand of those keep the collector busy
            bearer = first_of.setdefault(name, key)
            if bearer is not key:
                groups.setdefault(name, [bearer]).append(key)
    return (keys for keys in groups.values() if len(keys) <= _MOST_OF_A_NAME)


def _twin(member: Declaration, twin: Declaration) -> Problem:
    address, other = (Address(each.attributes[EMAIL_ADDRESS]) for each in (member, twin))
    return Problem(
        (address, " and ", other, f" at {twin.source} have equal names and nearly equal addresses."),
        ("If they are one person, keep one of the two.",),
        Location(member.file, member.line),
        severity=Severity.WARNING,
        code="similar-members",
    )
