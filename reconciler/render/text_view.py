"""Everything that can be shown, as text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reconciler.apply.report import Report
from reconciler.find import Occurrences
from reconciler.lockfile.model import Lockfile
from reconciler.plan.model import Plan
from reconciler.problems import Problem
from reconciler.render.listing import KnownMember, PlanListing, Suppressing, Validation
from reconciler.render.plan_words import PlanContext
from reconciler.render.showing import RenderOptions
from reconciler.render.text_plan import text_plan
from reconciler.render.text_plans import text_plans
from reconciler.render.text_problems import text_problems
from reconciler.render.text_report import text_report
from reconciler.render.text_state import text_member, text_members, text_validation
from reconciler.render.text_suppressed import text_suppressed
from reconciler.render.text_traces import text_traces

if TYPE_CHECKING:
    from reconciler.explain import Explanation
    from reconciler.readback.model import Drift
    from reconciler.render.why_next import Commands


class TextView:
    """Implements `reconciler.render.view.View`."""

    def __init__(self, showing: RenderOptions) -> None:
        """`showing` says how much is shown, and to whom."""
        self.showing = showing

    def plan(self, plan: Plan, circumstances: PlanContext) -> str:
        return text_plan(plan, self.showing, circumstances)

    def plans(self, listing: PlanListing) -> str:
        return text_plans(listing, self.showing)

    def report(self, report: Report) -> str:
        return text_report(report, self.showing)

    def problems(self, problems: Sequence[Problem], _environment: str | None) -> str:
        return text_problems(problems, self.showing)

    def validation(self, validation: Validation) -> str:
        return text_validation(validation)

    def members(self, environment: str, lockfile: Lockfile | None) -> str:
        return text_members(environment, lockfile, self.showing)

    def member(self, member: KnownMember) -> str:
        return text_member(member, self.showing)

    def why(self, explanation: "Explanation", commands: "Commands") -> str:
        from reconciler.render.text_why import text_why  # noqa: PLC0415 - only one command needs it

        return text_why(explanation, commands, self.showing)

    def suppressed(self, suppressing: Suppressing) -> str:
        return text_suppressed(suppressing, self.showing)

    def occurrences(self, found: Occurrences) -> str:
        return text_traces(found, self.showing)

    def drift(self, drift: "Drift") -> str:
        from reconciler.render.drift import text_drift  # noqa: PLC0415 - only one command needs it

        return text_drift(drift, self.showing)
