"""What looks odd about the members whom a plan adds, and about those who go while they come."""

from collections.abc import Iterable, Iterator

from reconciler.lint.address import address_warnings, suspects
from reconciler.lint.model import Correction, PlanLint
from reconciler.lint.near import NearAddresses
from reconciler.member import EMAIL_ADDRESS
from reconciler.plan.model import Action, Add, Remove
from reconciler.problems import Location, Problem

_MOST_REMOVED = 10_000
"""A plan that removes more people corrects nobody's address, and would take long to compare."""


def plan_lint(actions: Iterable[Action]) -> PlanLint:
    """What looks odd about some of a plan's actions, in their order."""
    actions = tuple(actions)
    adds = {action.key: action for action in actions if isinstance(action, Add)}
    removed = [action.key for action in actions if isinstance(action, Remove)]
    return PlanLint(tuple(_warnings(adds)), tuple(_corrections(adds.values(), removed)))


def _warnings(adds: dict[str, Add]) -> Iterator[Problem]:
    for key in suspects(adds):
        add = adds[key]
        file, _, line = add.source.rpartition(":")
        yield from address_warnings(add.attributes[EMAIL_ADDRESS], Location(file, int(line)))


def _corrections(adds: Iterable[Add], removed: list[str]) -> Iterator[Correction]:
    if not removed or len(removed) > _MOST_REMOVED:
        return
    gone = NearAddresses()
    for key in removed:
        gone.add(key)
    for add in adds:
        if near := gone.near(add.key):
            yield Correction(near, add.key, add.source)
