"""The warnings about a roster, and about the members that a plan adds."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from reconciler.lint.addresses import address_warnings, suspects
from reconciler.lint.model import Correction, PlanLint
from reconciler.lint.similar import NearAddresses, is_near
from reconciler.lint.values import value_warnings
from reconciler.member import EMAIL_ADDRESS
from reconciler.plan.model import Action, Add, Remove
from reconciler.problems import Address, Location, Problem, Severity
from reconciler.roster.model import Declaration

_MOST_OF_A_NAME = 50
"""A name that more people have says nothing; and each of them is compared with each."""

_MOST_REMOVED = 10_000
"""A plan that removes more people corrects nobody's address, and would take long to compare."""


def roster_warnings(members: Mapping[str, Declaration], *, is_real: bool = True) -> tuple[Problem, ...]:
    """The warnings of a roster, in the order of its members; `is_real` if its panel is one of real people."""
    found = [*_addresses(members, is_real=is_real), *value_warnings(members), *_twins(members)]
    if not found:
        return ()
    rank = {key: number for number, key in enumerate(members)}
    return tuple(warning for _, warning in sorted(found, key=lambda pair: rank[pair[0]]))


def plan_lint(actions: Iterable[Action]) -> PlanLint:
    """The warnings about the members that a plan adds, and the addresses that it corrects, in its order.

    That a domain is reserved for tests is for `validate` to say: it concerns all members, not only new ones.
    """
    actions = tuple(actions)
    adds = {action.key: action for action in actions if isinstance(action, Add)}
    removed = [action.key for action in actions if isinstance(action, Remove)]
    return PlanLint(tuple(_warnings_of_added(adds)), tuple(_corrections(adds.values(), removed)))


def _addresses(members: Mapping[str, Declaration], *, is_real: bool) -> Iterator[tuple[str, Problem]]:
    for key in suspects((key, member.attributes[EMAIL_ADDRESS]) for key, member in members.items()):
        member = members[key]
        location, address = Location(member.file, member.line), member.attributes[EMAIL_ADDRESS]
        for warning in address_warnings(key, address, location, is_real=is_real):
            yield key, warning


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


def _warnings_of_added(adds: Mapping[str, Add]) -> Iterator[Problem]:
    for key in suspects((key, add.attributes[EMAIL_ADDRESS]) for key, add in adds.items()):
        address = adds[key].attributes[EMAIL_ADDRESS]
        yield from address_warnings(key, address, Location.of(adds[key].source), is_real=False)
    for add in adds.values():
        if add.was_unsubscribed:
            yield Problem(
                (Address(add.key), " was unsubscribed before. Adding doesn't resubscribe them."),
                ("If they want mail again, resubscribe them in QuestionPro. If not, remove this entry.",),
                Location.of(add.source),
                severity=Severity.WARNING,
                code="was-unsubscribed",
            )


def _corrections(adds: Iterable[Add], removed: list[str]) -> Iterator[Correction]:
    if not removed or len(removed) > _MOST_REMOVED:
        return
    gone = NearAddresses()
    for key in removed:
        gone.add(key)
    for add in adds:
        if near := gone.near(add.key):
            yield Correction(near, add.key, add.source)
