"""A saved plan or report, read back to be shown: what `--out`, `--report` and `--format json` wrote.

What such a file says decides nothing: it is only shown, as data.
"""

import json
from collections.abc import Callable, Collection
from typing import Any, NamedTuple, NoReturn, TypeVar

from msgspec import Struct, ValidationError, convert
from msgspec.structs import asdict

from reconciler.apply.report import Counts, Provenance, Report
from reconciler.environment.model import Policy
from reconciler.errors import InvalidInput
from reconciler.lint.model import Correction, PlanLint
from reconciler.member import Removal
from reconciler.output.document import Span
from reconciler.output.documents.plan import plan_screen, plans_screen
from reconciler.output.documents.problems import problems_screen
from reconciler.output.documents.report import report_screen, reports_screen
from reconciler.output.render import Screen
from reconciler.output.results import PlanContext, PlanListing
from reconciler.plan.model import (
    Action,
    Add,
    Change,
    Cost,
    Expiring,
    FieldChange,
    GuardRefusal,
    Plan,
    Remove,
    Selection,
    StillRejected,
    Unremoved,
)
from reconciler.plan.pull_request import PULL_REQUEST, Base, PullRequestChanges, SettingChange
from reconciler.plan.saved import FORMAT
from reconciler.problems import HIDDEN, Address, Code, Location, Message, Problem, Severity, Value
from reconciler.suppression.model import Standing

_HINT = "`reconciler plan … --out FILE` and `reconciler apply … --report FILE` save one."
_OLDER = "It was saved by another version: save it again."
_KINDS = frozenset({"plans", "reports", "actions", "calls", "problems"})
_Shape = TypeVar("_Shape")


class Saved(NamedTuple):
    """A screen, and the problems that a command prints on standard error beside it."""

    screen: Screen
    problems: tuple[Problem, ...] = ()


class _Span(Struct):
    address: str | None = None
    value: str | None = None
    masked: str = HIDDEN
    code: str = ""


class _Spans(Struct):
    message: list[str | _Span]
    hint: list[str | _Span]


class _Problem(Struct):
    message: str
    hint: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    severity: Severity = Severity.ERROR
    code: str = ""
    spans: _Spans | None = None


class _FieldChange(Struct):
    field: str
    before: Any
    after: Any


class _Action(Struct):
    key: str
    action: str = "rejected"
    source: str | None = None
    attributes: dict[str, Any] = {}
    doubtful: bool = False
    deliverable: bool = False
    changes: list[_FieldChange] = []
    by: Removal | None = None
    expired: str | None = None
    was_rejected: bool = False
    was_unsubscribed: bool = False
    has_departed: bool = False
    known: bool = True
    standing: Standing | None = Standing.UNLISTED
    reason: str = ""
    personal: list[str] = []
    is_there: bool = False
    pending: bool = False
    former: str | None = None


class _Expiring(Struct):
    key: str
    source: str
    expires: str


class _Counts(Struct):
    unchanged: int = 0
    settled: int = 0


class _Ref(Struct):
    ref: str
    commit: str


class _Base(_Ref):
    is_readable: bool
    has_new_settings: bool
    settings: list[dict[str, str | None]]
    summary: _Counts


class _Plan(Struct):
    environment: str
    digest: str
    roster_digest: str
    lockfile_digest: str
    summary: _Counts
    cost: Cost
    refusals: tuple[GuardRefusal, ...]
    actions: list[_Action]
    expiring: list[_Expiring]
    expired: int
    target: str
    is_recovered: bool
    would_act: bool
    unfetched: str | None
    conflicts: int
    today: str | None
    allowed: tuple[str, ...]
    retry_rejected: bool
    warnings: list[_Problem]
    corrections: tuple[Correction, ...]
    members: tuple[str, ...] | None = None
    base: _Base | None = None


class _Plans(Struct):
    plans: list[_Plan]
    base: _Ref | None
    unaffected: tuple[str, ...]
    taken_away: tuple[str, ...]
    problems: list[_Problem]


class _Report(Struct):
    environment: str
    summary: dict[str, int]
    calls: int
    retries: int
    allowance_left: int | None
    recovered: int
    rejected: list[_Action]
    blocked: list[_Action]
    problems: list[_Problem]
    failure: int | None
    on_remove: Removal
    left_unattributed: int
    wrote_lockfile: bool
    publish: str | None
    ci: dict[str, str | None] | None
    on_suppress: Removal | None = None


class _Reports(Struct):
    reports: list[_Report]


class _Problems(Struct):
    environment: str | None
    problems: list[_Problem]


def read_saved(
    data: bytes,
    *,
    file: str,
    line: Callable[..., str],
    only: Collection[str] = (),
    request: str = PULL_REQUEST,
) -> Saved:
    """What a file holds that `plan` or `apply` wrote, for one environment or for several.

    Args:
        data: the whole file.
        file: its path as it is shown.
        line: writes a command as a user can type it here.
        only: the actions of plans whose members are listed, all of them if it is empty.
        request: what a pull request is called here.

    Raises:
        InvalidInput: it is no saved plan or report.
    """
    saved = _object(data, file)
    shown = _shown(saved, file, line, only, request)
    return shown._replace(screen=shown.screen._replace(data=lambda: saved))


def _shown(
    saved: dict[str, Any], file: str, line: Callable[..., str], only: Collection[str], request: str
) -> Saved:
    if "plans" in saved:
        return _plans(_read(saved, _Plans, file), line, only, request)
    if "reports" in saved:
        reports = tuple(map(_report, _read(saved, _Reports, file).reports))
        return Saved(reports_screen(reports), tuple(each for report in reports for each in report.problems))
    if "actions" in saved:
        plan, context = _plan(_read(saved, _Plan, file), line, file, request)
        return Saved(plan_screen(plan, context, only))
    if "calls" in saved:
        report = _report(_read(saved, _Report, file))
        return Saved(report_screen(report), report.problems)
    found = _read(saved, _Problems, file)
    problems = tuple(map(_problem, found.problems))
    return Saved(problems_screen(problems, found.environment), problems)


def _object(data: bytes, file: str) -> dict[str, Any]:
    try:
        saved = json.loads(data)
    except (ValueError, RecursionError):
        _refuse("This is not a saved plan or report: it is not JSON.", _HINT, file)
    if not isinstance(saved, dict) or not _KINDS & saved.keys():
        _refuse("This is not a saved plan or report.", _HINT, file)
    if saved.get("format") != FORMAT:
        _refuse(f"This file has another format than {FORMAT}, which this version reads.", _OLDER, file)
    return saved


def _read(saved: dict[str, Any], shape: type[_Shape], file: str) -> _Shape:
    try:
        return convert(saved, shape)
    except ValidationError as error:
        message = ("This file can't be shown: ", Value(str(error)), ".")
        raise InvalidInput(Problem(message, (_OLDER,), Location(file))) from error


def _refuse(message: str, hint: str, file: str) -> NoReturn:
    raise InvalidInput(Problem((message,), (hint,), Location(file)))


def _plans(found: _Plans, line: Callable[..., str], only: Collection[str], request: str) -> Saved:
    problems = tuple(map(_problem, found.problems))
    listing = PlanListing(
        tuple(_plan(each, line, None, request) for each in found.plans),
        problems,
        found.unaffected,
        found.taken_away,
        Base(found.base.ref, found.base.commit, request) if found.base else None,
    )
    return Saved(plans_screen(listing, only), problems)


def _plan(found: _Plan, line: Callable[..., str], file: str | None, request: str) -> tuple[Plan, PlanContext]:
    plan = Plan(
        environment=found.environment,
        target=found.target,
        policy=Policy(),
        actions=tuple(map(_action, found.actions)),
        unchanged=found.summary.unchanged,
        cost=found.cost,
        refusals=found.refusals,
        digest=found.digest,
        roster_digest=found.roster_digest,
        lockfile_digest=found.lockfile_digest,
        expiring=tuple(Expiring(**asdict(soon)) for soon in found.expiring),
        expired=found.expired,
        selection=None if found.members is None else Selection(found.members, frozenset()),
    )
    context = PlanContext(
        is_recovered=found.is_recovered,
        share=_share(found.base, found.actions, request) if found.base else None,
        unfetched=found.unfetched,
        conflicts=found.conflicts,
        lint=PlanLint(tuple(map(_problem, found.warnings)), found.corrections),
        today=found.today,
        allowed=found.allowed,
        retry_rejected=found.retry_rejected,
        would_act=found.would_act,
    )
    return plan, context.with_commands(line, found.environment, file, found.members or ())


def _share(base: _Base, actions: list[_Action], request: str) -> PullRequestChanges:
    """Only the number of members without an action is saved, not their keys."""
    own = [action.key for action in actions if not action.pending]
    settled = [f"settled {number}" for number in range(base.summary.settled)]
    return PullRequestChanges(
        Base(base.ref, base.commit, request),
        frozenset((*own, *settled)) if base.is_readable else None,
        base.has_new_settings,
        tuple(
            SettingChange(str(each.get("setting")), each.get("before"), each.get("after"))
            for each in base.settings
        ),
        {action.key: action.former for action in actions if action.former},
    )


def _action(found: _Action) -> Action:
    source = found.source or ""
    match found.action:
        case "add":
            return Add(found.key, source, found.attributes, found.doubtful, found.was_unsubscribed)
        case "change":
            changes = tuple(FieldChange(each.field, each.before, each.after) for each in found.changes)
            return Change(found.key, source, changes, {}, found.deliverable)
        case "remove":
            return Remove(
                found.key,
                found.by,
                {},
                found.doubtful,
                found.expired,
                found.source,
                found.was_rejected,
                found.standing,
                found.known,
                has_departed=found.has_departed,
            )
        case _:
            return _refused(found)


def _refused(found: _Action) -> StillRejected | Unremoved:
    personal = {"personal": found.personal}
    if found.by is not None:
        return Unremoved(found.key, found.by, found.reason, personal, found.source, found.known)
    return StillRejected(found.key, found.source or "", found.reason, personal, found.is_there)


def _report(found: _Report) -> Report:
    counts = {name: count for name, count in found.summary.items() if name in Counts._fields}
    ci = found.ci
    return Report(
        found.environment,
        Counts(**counts),
        calls=found.calls,
        retries=found.retries,
        allowance_left=found.allowance_left,
        recovered=found.recovered,
        rejected=tuple(map(_refused, found.rejected)),
        blocked=tuple(each for each in map(_refused, found.blocked) if isinstance(each, Unremoved)),
        left_unattributed=found.left_unattributed,
        problems=tuple(map(_problem, found.problems)),
        policy=Policy(on_remove=found.on_remove, on_suppress=found.on_suppress),
        failure=found.failure,
        wrote_lockfile=found.wrote_lockfile,
        provenance=Provenance(ci.get("commit"), ci.get("run"), ci.get("actor")) if ci else None,
        publish=found.publish,
    )


def _problem(found: _Problem) -> Problem:
    message: Message = (found.message,)
    hint: Message = (found.hint,) if found.hint else ()
    if found.spans is not None:
        message, hint = (tuple(map(_span, part)) for part in (found.spans.message, found.spans.hint))
    location = Location(found.file, found.line, found.column) if found.file else None
    return Problem(message, hint, location, severity=found.severity, code=found.code)


def _span(found: str | _Span) -> Span:
    if isinstance(found, str):
        return found
    if found.address is not None:
        return Address(found.address)
    return Code(found.code) if found.value is None else Value(found.value, found.masked)
