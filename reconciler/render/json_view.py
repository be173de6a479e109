"""Everything that can be shown, as one JSON object: whole, never masked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reconciler.apply.report import Report
from reconciler.find import Occurrences
from reconciler.lockfile.model import Lockfile
from reconciler.plan.model import Plan
from reconciler.problems import Problem
from reconciler.render.json_plan import plan_document, plans_document
from reconciler.render.json_report import (
    problem_documents,
    problems_document,
    report_document,
    reports_document,
)
from reconciler.render.json_state import member_document, members_document, validation_document
from reconciler.render.json_suppressed import suppressed_document
from reconciler.render.json_text import FORMAT, json_text
from reconciler.render.json_traces import traces_document
from reconciler.render.listing import KnownMember, PlanListing, Suppressing, Validation
from reconciler.render.plan_words import PlanContext

if TYPE_CHECKING:
    from reconciler.explain import Explanation
    from reconciler.readback.model import Drift
    from reconciler.render.why_next import Commands


class JsonView:
    """Implements `reconciler.render.view.View`."""

    def plan(self, plan: Plan, circumstances: PlanContext) -> str:
        return json_text(plan_document(plan, circumstances))

    def plans(self, listing: PlanListing) -> str:
        return json_text(plans_document(listing))

    def report(self, report: Report) -> str:
        return json_text(report_document(report))

    def reports(self, reports: Sequence[Report]) -> str:
        """What an apply of several environments did, as one object."""
        return json_text(reports_document(reports))

    def problems(self, problems: Sequence[Problem], environment: str | None) -> str:
        return json_text(problems_document(problems, environment))

    def validation(self, validation: Validation) -> str:
        return json_text(validation_document(validation))

    def members(self, environment: str, lockfile: Lockfile | None) -> str:
        return json_text(members_document(environment, lockfile))

    def member(self, member: KnownMember) -> str:
        return json_text(member_document(member))

    def why(self, explanation: "Explanation", commands: "Commands") -> str:
        from reconciler.render.json_why import why_document  # noqa: PLC0415 - only one command needs it

        return json_text(why_document(explanation, commands))

    def suppressed(self, suppressing: Suppressing) -> str:
        found = [suppressed_document(each) for each in suppressing.suppressed]
        if suppressing.is_single:
            return json_text(found[0])
        problems = dict.fromkeys(problem for each in suppressing.suppressed for problem in each.problems)
        parts = [{name: each[name] for name in each if name not in {"format", "problems"}} for each in found]
        return json_text({"format": FORMAT, "suppressed": parts, "problems": problem_documents(problems)})

    def occurrences(self, found: Occurrences) -> str:
        return json_text(traces_document(found))

    def drift(self, drift: "Drift") -> str:
        from reconciler.render.drift import drift_document  # noqa: PLC0415 - only one command needs it

        return json_text(drift_document(drift))
