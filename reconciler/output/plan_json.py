"""A plan's JSON: written, described by a schema, and read back to be shown. See `json_shapes`.

The shape of one action is in `plan/saved.py`, since apply compares it with the plan as it is then.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import Meta, Struct

from reconciler.environment.model import Policy
from reconciler.lint.model import Correction, PlanLint
from reconciler.output.json_shapes import ProblemJson, json_object, json_schema, problem_of, problems_json
from reconciler.output.masking import personal_parts
from reconciler.output.wording import plan_sentence
from reconciler.plan.model import (
    Action,
    Cost,
    Expiring,
    GuardRefusal,
    Plan,
    Selection,
    StillRejected,
    Summary,
    Unremoved,
)
from reconciler.plan.pull_request import Base, PullRequestChanges, SettingChange, counts
from reconciler.plan.saved import FORMAT, AnyActionJson, RejectedJson, from_json, refused_json, to_json
from reconciler.problems import Problem


class PlanContext(NamedTuple):
    """What a reader should know beside the plan itself.

    `command` applies this plan; `recover` merges the journal without network; `publish` publishes the
    lockfile. `is_recovered` says that an interrupted run left a journal, and that the plan includes it;
    `is_applying` that apply itself shows the plan, so that nobody needs the next step. `pull_request` is what
    a pull request changes of the plan, None if it is compared with nothing. `unfetched` is the lockfile's
    branch if nothing is known of it here; `conflicts` counts the members on which that branch and the file
    here disagree. `lint` is what looks odd about the members of the plan; `today` is the day that --today
    named, None for the present one. `allowed` are the guards that are lifted, `retry_rejected` says whether
    rejected members are sent again; `would_act` says whether apply would call the API or write the lockfile.
    """

    command: str = ""
    recover: str = ""
    is_recovered: bool = False
    is_applying: bool = False
    pull_request: PullRequestChanges | None = None
    publish: str = ""
    unfetched: str | None = None
    conflicts: int = 0
    lint: PlanLint = PlanLint()
    today: str | None = None
    allowed: tuple[str, ...] = ()
    retry_rejected: bool = False
    would_act: bool = False

    def with_commands(
        self, line: Callable[..., str], environment: str, file: str | None, members: Iterable[str]
    ) -> "PlanContext":
        """The same with the commands that fit.

        `line` writes a command as a user can type it here. `file` is the saved plan, which carries its
        selection of `members`; None if the plan is not saved on its own.
        """
        words = [] if file is None else [file]
        words += [word for guard in self.allowed for word in ("--allow", guard)]
        words += ["--retry-rejected"] if self.retry_rejected else []
        words += [] if file else [word for name in members for word in ("--member", name)]
        return self._replace(
            command=line("apply", environment, *words),
            recover=line("state", "recover", environment),
            publish=line("state", "publish", environment),
        )


class PlanListing(NamedTuple):
    """The plans of several environments, in the order in which they are applied.

    `problems` say why others have none; `unaffected` names those that a pull request has no effect on, and
    `taken_away` those that it deletes. `base` is what they were compared with, None if with nothing.
    """

    plans: tuple[tuple[Plan, PlanContext], ...]
    problems: tuple[Problem, ...] = ()
    unaffected: tuple[str, ...] = ()
    taken_away: tuple[str, ...] = ()
    base: Base | None = None


Digest = Annotated[str, Meta(pattern="^sha256:")]


class RefJson(Struct):
    """What plans are compared with."""

    ref: str
    commit: str


class BaseJson(RefJson):
    """What a plan is compared with, and what differs.

    `summary` counts what the pull request causes, by action and `settled`; `pending` what was there before.
    """

    is_readable: bool
    has_new_settings: bool
    settings: tuple[SettingChange, ...]
    summary: dict[str, int]
    pending: dict[str, int]


class PlanJson(Struct, kw_only=True, omit_defaults=True):
    """A plan for one environment.

    If the plan is compared with a merge base, `base` says what it is, and each action whether it was
    `pending` before; a removal then has `former`, where the member was last declared.
    """

    format: Literal[1]
    environment: str
    digest: Digest
    roster_digest: Digest
    lockfile_digest: Digest
    summary: Summary
    cost: Cost
    refusals: tuple[GuardRefusal, ...]
    actions: list[AnyActionJson]
    expiring: tuple[Expiring, ...]
    expired: int
    sentence: str
    target: str
    members: tuple[str, ...] | None = None
    has_lockfile: bool
    is_recovered: bool
    would_act: bool
    unfetched: str | None
    conflicts: int
    today: str | None
    allowed: tuple[str, ...]
    retry_rejected: bool
    warnings: list[ProblemJson]
    corrections: tuple[Correction, ...]
    base: BaseJson | None = None


class PlansJson(Struct):
    """Several plans; `problems` say why an environment has none, `unaffected` which were left out.

    `taken_away` are environments that the pull request deletes; `base` is null if the plans are compared
    with nothing.
    """

    format: Literal[1]
    plans: list[PlanJson]
    base: RefJson | None
    unaffected: tuple[str, ...]
    taken_away: tuple[str, ...]
    problems: list[ProblemJson]


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of what `plan ENV --format json` prints and `plan --out` saves."""
    return json_schema(PlanJson, "A plan of Reconciler")


def plan_data(plan: Plan, context: PlanContext) -> dict[str, Any]:
    """A plan as JSON."""
    return json_object(_plan_json(plan, context))


def plans_data(listing: PlanListing) -> dict[str, Any]:
    """Several plans as JSON."""
    return json_object(
        PlansJson(
            FORMAT,
            [_plan_json(plan, context) for plan, context in listing.plans],
            RefJson(listing.base.ref, listing.base.commit) if listing.base else None,
            listing.unaffected,
            listing.taken_away,
            problems_json(listing.problems),
        )
    )


def _plan_json(plan: Plan, context: PlanContext) -> PlanJson:
    return PlanJson(
        format=FORMAT,
        environment=plan.environment,
        digest=plan.digest,
        roster_digest=plan.roster_digest,
        lockfile_digest=plan.lockfile_digest,
        summary=plan.summary,
        cost=plan.cost,
        refusals=plan.refusals,
        actions=[_listed(action, context.pull_request) for action in plan.actions],
        expiring=plan.expiring,
        expired=plan.expired,
        sentence=plan_sentence(plan),
        target=plan.target,
        members=None if plan.selection is None else plan.selection.members,
        has_lockfile=plan.has_lockfile,
        is_recovered=context.is_recovered,
        would_act=context.would_act,
        unfetched=context.unfetched,
        conflicts=context.conflicts,
        today=context.today,
        allowed=context.allowed,
        retry_rejected=context.retry_rejected,
        warnings=problems_json(context.lint.warnings),
        corrections=context.lint.corrections,
        base=_base_json(plan, context.pull_request) if context.pull_request else None,
    )


def _listed(action: Action, pull_request: PullRequestChanges | None) -> AnyActionJson:
    if isinstance(action, StillRejected | Unremoved):
        personal = personal_parts(action.reason, action.attributes)
        found: AnyActionJson = refused_json(action, RejectedJson, personal)
    else:
        found = to_json(action)
    if pull_request is not None:
        found.pending = not pull_request.holds(action)
        found.former = pull_request.former.get(action.key)
    return found


def _base_json(plan: Plan, pull_request: PullRequestChanges) -> BaseJson:
    return BaseJson(
        pull_request.base.ref,
        pull_request.base.commit,
        is_readable=pull_request.keys is not None,
        has_new_settings=pull_request.has_new_settings,
        settings=pull_request.settings,
        summary=counts(pull_request.own(plan)) | {"settled": pull_request.settled(plan)},
        pending=counts(pull_request.pending(plan)),
    )


def listing_of(saved: PlansJson, line: Callable[..., str], request: str) -> PlanListing:
    """Several plans as they were saved; see `plan_of`."""
    return PlanListing(
        tuple(plan_of(each, line, None, request) for each in saved.plans),
        tuple(map(problem_of, saved.problems)),
        saved.unaffected,
        saved.taken_away,
        Base(saved.base.ref, saved.base.commit, request) if saved.base else None,
    )


def plan_of(
    saved: PlanJson, line: Callable[..., str], file: str | None, request: str
) -> tuple[Plan, PlanContext]:
    """A plan as it was saved, to be shown.

    Args:
        saved: its shape.
        line: writes a command as a user can type it here.
        file: the plan's own file; None if it holds others too.
        request: what a pull request is called here.
    """
    plan = Plan(
        environment=saved.environment,
        target=saved.target,
        policy=Policy(),
        actions=tuple(map(from_json, saved.actions)),
        unchanged=saved.summary.unchanged,
        cost=saved.cost,
        refusals=saved.refusals,
        digest=saved.digest,
        roster_digest=saved.roster_digest,
        lockfile_digest=saved.lockfile_digest,
        expiring=saved.expiring,
        expired=saved.expired,
        selection=None if saved.members is None else Selection(saved.members, frozenset()),
    )
    context = PlanContext(
        is_recovered=saved.is_recovered,
        pull_request=_pull_request(saved.base, saved.actions, request) if saved.base else None,
        unfetched=saved.unfetched,
        conflicts=saved.conflicts,
        lint=PlanLint(tuple(map(problem_of, saved.warnings)), saved.corrections),
        today=saved.today,
        allowed=saved.allowed,
        retry_rejected=saved.retry_rejected,
        would_act=saved.would_act,
    )
    return plan, context.with_commands(line, saved.environment, file, saved.members or ())


def _pull_request(base: BaseJson, actions: list[AnyActionJson], request: str) -> PullRequestChanges:
    """Only the number of members without an action is saved, not their keys."""
    own = [action.key for action in actions if action.pending is False]
    settled = [f"settled {number}" for number in range(base.summary.get("settled", 0))]
    return PullRequestChanges(
        Base(base.ref, base.commit, request),
        frozenset((*own, *settled)) if base.is_readable else None,
        base.has_new_settings,
        base.settings,
        {action.key: action.former for action in actions if action.former},
    )
