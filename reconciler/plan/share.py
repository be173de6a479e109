"""A pull request's share of a plan: what it changes itself, apart from what was pending before it. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import NamedTuple

from reconciler.environment.model import Environment
from reconciler.member import identical
from reconciler.plan.model import Action, Plan
from reconciler.roster.model import Roster

ACTIONS = ("add", "change", "remove", "rejected")


class Base(NamedTuple):
    """What a plan is compared with: the commit at which the pull request left `ref`."""

    ref: str
    commit: str


class SettingChange(NamedTuple):
    """A setting that decides where keys and personal data go, before and after; None where it is not set."""

    setting: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """Whom the pull request declares otherwise than its merge base does.

    `keys` are their identities; None where the declarations at the merge base can't be read, so that
    nothing can be told apart. `has_new_settings` tells that `environment.yaml` differs too; `settings` are
    the changes to the settings that a reviewer must see.
    """

    base: Base
    keys: frozenset[str] | None
    has_new_settings: bool
    settings: tuple[SettingChange, ...] = ()

    def own(self, plan: Plan) -> tuple[Action, ...]:
        """The actions that come of the pull request; all of them where that can't be told."""
        return tuple(action for action in plan.actions if self.holds(action))

    def pending(self, plan: Plan) -> tuple[Action, ...]:
        """The actions that would be there without the pull request."""
        return tuple(action for action in plan.actions if not self.holds(action))

    def settled(self, plan: Plan) -> int:
        """How many people are declared otherwise without need of an action: the panel has them so."""
        return len((self.keys or frozenset()) - {action.key for action in plan.actions})

    def holds(self, action: Action) -> bool:
        """Whether an action comes of the pull request."""
        return self.keys is None or action.key in self.keys


def changed_keys(before: Roster, after: Roster) -> frozenset[str]:
    """The identities that are declared in just one of two rosters, or differently."""
    one_sided = before.members.keys() ^ after.members.keys()
    differing = (
        key
        for key in before.members.keys() & after.members.keys()
        if not identical(before.members[key].attributes, after.members[key].attributes)
    )
    return frozenset((*one_sided, *differing))


def setting_changes(before: Environment | None, after: Environment) -> tuple[SettingChange, ...]:
    """The changes to the target, the key, the policy and the lockfile's branch.

    `before` is None for an environment that is new, or whose settings could not be read: then all that
    is set counts as changed, but for an embedded one, which sends nothing anywhere.
    """
    old, new = _settings(before) if before else {}, _settings(after)
    if before is None:
        new = {} if after.is_embedded else {name: new[name] for name in ("target", "api_key")}
    names = dict.fromkeys((*new, *old))
    found = (SettingChange(name, old.get(name), new.get(name)) for name in names)
    return tuple(change for change in found if change.before != change.after)


def _settings(environment: Environment) -> dict[str, str | None]:
    policy = {
        f"policy.{name}": None if value is None else str(value)
        for name, value in asdict(environment.policy).items()
    }
    key = environment.api_key
    return {
        "target": environment.target,
        "api_key": key.described(environment.folder) if key else None,
        **policy,
        "lockfile.branch": environment.lockfile_branch,
    }


def counts(actions: Iterable[Action]) -> dict[str, int]:
    """How many actions there are of each kind, those of none included."""
    return dict.fromkeys(ACTIONS, 0) | Counter(action.action for action in actions)
