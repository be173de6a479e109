"""A report's JSON: written, described by a schema, and read back to be shown. See `json_shapes`."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from reconciler.apply.report import Counts, Provenance, Report, outcomes_of
from reconciler.environment.model import Policy
from reconciler.member import Removal
from reconciler.output.json_shapes import ProblemJson, json_object, json_schema, problem_of, problems_json
from reconciler.output.masking import personal_parts
from reconciler.output.wording import report_sentence
from reconciler.plan.model import StillRejected, Summary, Unremoved
from reconciler.plan.saved import FORMAT, RefusedJson, refused_json, refused_of

_ALWAYS = [name for name in Counts._fields if name in outcomes_of(Policy())]
_NAMED = {"properties": {name: {"type": "integer"} for name in Counts._fields}, "required": _ALWAYS}
_Summary = Annotated[dict[str, int], Meta(extra_json_schema=_NAMED)]


class ReportJson(Struct, kw_only=True):
    """What one apply did.

    `summary` has the counts that each policy can come to, then those that this environment's can.
    """

    format: Literal[1]
    environment: str
    summary: _Summary
    calls: int
    retries: int
    allowance_left: int | None
    recovered: int
    rejected: list[RefusedJson]
    blocked: list[RefusedJson]
    digest: str | None
    roster_digest: str | None
    planned: Summary | None
    exit_code: int
    sentence: str
    ci: Provenance | None
    problems: list[ProblemJson]
    failure: int | None
    on_remove: Removal
    on_suppress: Removal | None = None
    left_unattributed: int
    wrote_lockfile: bool
    publish: str | None


class ReportsJson(Struct):
    """A report of each environment, in the order in which they were applied."""

    format: Literal[1]
    reports: list[ReportJson]


def report_schema() -> dict[str, Any]:
    """The JSON Schema of what `apply ENV --format json` prints and `apply --report` saves."""
    return json_schema(ReportJson, "A report of Reconciler")


def report_data(report: Report) -> dict[str, Any]:
    """A report as JSON."""
    return json_object(_report_json(report))


def reports_data(reports: Iterable[Report]) -> dict[str, Any]:
    """Several reports as JSON."""
    return json_object(ReportsJson(FORMAT, list(map(_report_json, reports))))


def _report_json(report: Report) -> ReportJson:
    known = outcomes_of(report.policy)
    return ReportJson(
        format=FORMAT,
        environment=report.environment,
        summary={name: n for name, n in report.summary._asdict().items() if n or name in known},
        calls=report.calls,
        retries=report.retries,
        allowance_left=report.allowance_left,
        recovered=report.recovered,
        rejected=list(map(_refused_json, report.rejected)),
        blocked=list(map(_refused_json, report.blocked)),
        digest=report.digest,
        roster_digest=report.roster_digest,
        planned=report.planned,
        exit_code=report.exit_code,
        sentence=report_sentence(report),
        ci=report.provenance,
        problems=problems_json(report.problems),
        failure=report.failure,
        on_remove=report.policy.on_remove,
        on_suppress=report.policy.on_suppress,
        left_unattributed=report.left_unattributed,
        wrote_lockfile=report.wrote_lockfile,
        publish=report.publish,
    )


def _refused_json(refused: StillRejected | Unremoved) -> RefusedJson:
    return refused_json(refused, RefusedJson, personal_parts(refused.reason, refused.attributes))


def report_of(saved: ReportJson) -> Report:
    """A report as it was saved, to be shown."""
    return Report(
        saved.environment,
        Counts(**{name: count for name, count in saved.summary.items() if name in Counts._fields}),
        calls=saved.calls,
        retries=saved.retries,
        allowance_left=saved.allowance_left,
        recovered=saved.recovered,
        rejected=tuple(map(refused_of, saved.rejected)),
        blocked=tuple(each for each in map(refused_of, saved.blocked) if isinstance(each, Unremoved)),
        left_unattributed=saved.left_unattributed,
        problems=tuple(map(problem_of, saved.problems)),
        policy=Policy(on_remove=saved.on_remove, on_suppress=saved.on_suppress),
        failure=saved.failure,
        wrote_lockfile=saved.wrote_lockfile,
        provenance=saved.ci,
        publish=saved.publish,
    )
