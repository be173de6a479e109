"""What a pull request changes of a plan, and what its comment showed of it. Pure.

The comment keeps a plan's figures in a line that no reader sees. Once the pull request is merged, they tell
how what is applied compares with what was reviewed. A comment is text that people can edit, so the line is
trusted with no more than that.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct, convert, structs, to_builtins

from reconciler.environment.model import Environment
from reconciler.member import identical
from reconciler.plan.model import Action, Plan, Summary
from reconciler.plan.saved import UNREADABLE
from reconciler.roster.model import Roster
from reconciler.suppression.model import NOBODY, Suppression

PULL_REQUEST = "pull request"
ACTIONS = ("add", "change", "remove", "rejected")


class Base(NamedTuple):
    """What a plan is compared with: the commit at which the pull request left `ref`.

    `request` is what the platform calls a pull request.
    """

    ref: str
    commit: str
    request: str = PULL_REQUEST


class SettingChange(Struct, frozen=True):
    """A setting that decides where keys and personal data go, before and after; null where it is not set."""

    setting: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class PullRequestChanges:
    """The members that a pull request declares differently from its merge base.

    `keys` are their identities; None if the declarations at the merge base can't be read, so that nothing
    can be compared. `has_new_settings` says whether `environment.yaml` differs too; `settings` are the
    changes to the settings that a reviewer must see. `former` says where the members that the pull request
    removes were declared, as `file:line`. `lists` are the suppression lists before and after.
    """

    base: Base
    keys: frozenset[str] | None
    has_new_settings: bool
    settings: tuple[SettingChange, ...] = ()
    former: Mapping[str, str] = field(default_factory=dict)
    lists: tuple[Suppression, Suppression] = (NOBODY, NOBODY)

    def own(self, plan: Plan) -> tuple[Action, ...]:
        """The actions that the pull request causes; all of them if that is unknown."""
        return tuple(action for action in plan.actions if self.holds(action))

    def pending(self, plan: Plan) -> tuple[Action, ...]:
        """The actions that would be there without the pull request."""
        return tuple(action for action in plan.actions if not self.holds(action))

    def settled(self, plan: Plan) -> int:
        """How many members are declared in another way and need no action: the panel has them so."""
        keys = self.keys or frozenset()
        selected = keys if plan.selection is None else keys & plan.selection.keys
        return len(selected - {action.key for action in plan.actions})

    def holds(self, action: Action) -> bool:
        """Whether the pull request causes an action."""
        if self.keys is None or action.key in self.keys:
            return True
        before, after = self.lists
        return not before.treats_alike(action.key, after)


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
    is set counts as changed, except for an embedded one, which sends nothing anywhere.
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
        for name, value in structs.asdict(environment.policy).items()
    }
    key = environment.api_key
    return {
        "target": environment.target,
        "api_key": key.described(environment.folder) if key else None,
        **policy,
        "lockfile.branch": environment.lockfile_branch,
    }


def counts(actions: Iterable[Action]) -> dict[str, int]:
    """How many actions there are of each kind, also of those that none has."""
    return dict.fromkeys(ACTIONS, 0) | Counter(action.action for action in actions)


_LINE = re.compile(r"<!-- reconciler: shown (\{.*\}) -->\s*")
_Digest = Annotated[str, Meta(pattern=r"^sha256:[0-9a-f]{1,64}\Z")]


class PlanFigures(Struct, frozen=True):
    """The figures by which two plans for one environment are compared."""

    environment: Annotated[str, Meta(min_length=1)]
    digest: _Digest
    roster_digest: _Digest
    summary: Summary


def hidden_line(plan: Plan) -> str:
    """A plan's figures as an HTML comment, without a line end. No name in them can end the comment."""
    figures = PlanFigures(plan.environment, plan.digest, plan.roster_digest, plan.summary)
    text = json.dumps(to_builtins(figures), ensure_ascii=True)
    # Two hyphens could end an HTML comment, and `##[` is a command to old CI runners. Counts have no sign and
    # there are no lists, so both occur only inside texts.
    harmless = text.replace("-", "\\u002d").replace("##[", "##\\u005b")
    return f"<!-- reconciler: shown {harmless} -->"


def figures_in(body: str) -> dict[str, PlanFigures]:
    """The figures in the hidden lines of a comment, by environment; of several lines the last counts.

    A line that isn't exactly as we write it is passed over.
    """
    lines = (_LINE.fullmatch(line) for line in body.splitlines())
    read = [read_figures(_document(line[1])) for line in lines if line]
    return {found.environment: found for found in read if found}


def read_figures(document: object) -> PlanFigures | None:
    """The figures in an object with keys of these names; None if one is missing or of another kind."""
    try:
        figures = convert(document, PlanFigures)
    except UNREADABLE:
        return None
    return figures if isinstance(document, dict) and _is_written_so(figures, document) else None


def _is_written_so(figures: PlanFigures, document: Mapping[str, object]) -> bool:
    """Whether we would write them so: msgspec takes 1.0 for 1, and passes over counts it doesn't know."""
    known = {name: document[name] for name in figures.__struct_fields__}
    return json.dumps(known, sort_keys=True) == json.dumps(to_builtins(figures), sort_keys=True)


def _document(text: str) -> object:
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document
