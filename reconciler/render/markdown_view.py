"""Everything that can be shown, as markdown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reconciler.apply.report import Report
from reconciler.find import Occurrences
from reconciler.lockfile.model import Lockfile
from reconciler.plan.model import Plan
from reconciler.problems import Problem
from reconciler.render.listing import KnownMember, PlanListing, Suppressing, Validation
from reconciler.render.markdown_plan import markdown_plan
from reconciler.render.markdown_plans import markdown_plans
from reconciler.render.markdown_problems import markdown_problems
from reconciler.render.markdown_report import markdown_report
from reconciler.render.markdown_state import markdown_member, markdown_members, markdown_validation
from reconciler.render.markdown_suppressed import markdown_suppressed
from reconciler.render.markdown_traces import markdown_traces
from reconciler.render.plan_words import PlanContext
from reconciler.render.showing import RenderOptions

if TYPE_CHECKING:
    from reconciler.explain import Explanation
    from reconciler.readback.model import Drift
    from reconciler.render.why_next import Commands


class MarkdownView:
    """Implements `reconciler.render.view.View`."""

    def __init__(self, showing: RenderOptions) -> None:
        """`showing` says how much is shown, and to whom."""
        self.showing = showing

    def plan(self, plan: Plan, circumstances: PlanContext) -> str:
        return markdown_plan(plan, self.showing, circumstances)

    def plans(self, listing: PlanListing) -> str:
        return markdown_plans(listing, self.showing)

    def report(self, report: Report) -> str:
        return markdown_report(report, self.showing)

    def problems(self, problems: Sequence[Problem], _environment: str | None) -> str:
        return markdown_problems(problems, self.showing)

    def validation(self, validation: Validation) -> str:
        return markdown_validation(validation, self.showing)

    def members(self, environment: str, lockfile: Lockfile | None) -> str:
        return markdown_members(environment, lockfile, self.showing)

    def member(self, member: KnownMember) -> str:
        return markdown_member(member, self.showing)

    def why(self, explanation: "Explanation", commands: "Commands") -> str:
        from reconciler.render.markdown_why import markdown_why  # noqa: PLC0415 - only one command needs it

        return markdown_why(explanation, commands, self.showing)

    def suppressed(self, suppressing: Suppressing) -> str:
        return markdown_suppressed(suppressing, self.showing)

    def occurrences(self, found: Occurrences) -> str:
        return markdown_traces(found, self.showing)

    def drift(self, drift: "Drift") -> str:
        from reconciler.render.drift import markdown_drift  # noqa: PLC0415 - only one command needs it

        return markdown_drift(drift, self.showing)
