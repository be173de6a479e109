"""Everything that can be shown, for the log of a GitHub Actions step: text, and annotations below it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from reconciler.apply.report import Report
from reconciler.find import Occurrences
from reconciler.lockfile.model import Lockfile
from reconciler.plan.model import Plan
from reconciler.problems import Problem
from reconciler.render.github_annotations import bounded, of_plan, of_plans, of_problems, of_report
from reconciler.render.github_text import Annotation, command, without_commands
from reconciler.render.listing import KnownMember, PlanListing, Suppressing, Validation
from reconciler.render.plan_words import PlanContext
from reconciler.render.showing import RenderOptions, unpainted
from reconciler.render.text_view import TextView

if TYPE_CHECKING:
    from reconciler.explain import Explanation
    from reconciler.readback.model import Drift
    from reconciler.render.why_next import Commands


class GithubView:
    """Implements `reconciler.render.view.View`."""

    def __init__(self, showing: RenderOptions) -> None:
        """`showing` says how much is shown, and to whom."""
        self.showing = showing._replace(paint=unpainted)  # a colour's escapes would be made visible
        self.text = TextView(self.showing)

    def plan(self, plan: Plan, circumstances: PlanContext) -> str:
        return _annotated(self.text.plan(plan, circumstances), of_plan(plan, circumstances, self.showing))

    def plans(self, listing: PlanListing) -> str:
        return _annotated(self.text.plans(listing), of_plans(listing, self.showing))

    def report(self, report: Report) -> str:
        return _annotated(self.text.report(report), of_report(report, self.showing))

    def problems(self, problems: Sequence[Problem], environment: str | None) -> str:
        # As text they are said on standard error, which is the same log.
        return _annotated("", of_problems(problems, self.showing, environment or ""))

    def validation(self, validation: Validation) -> str:
        told = (*validation.problems, *validation.warnings)
        return _annotated(self.text.validation(validation), of_problems(told, self.showing))

    def members(self, environment: str, lockfile: Lockfile | None) -> str:
        return _annotated(self.text.members(environment, lockfile))

    def member(self, member: KnownMember) -> str:
        return _annotated(self.text.member(member))

    def why(self, explanation: "Explanation", commands: "Commands") -> str:
        return _annotated(self.text.why(explanation, commands))

    def suppressed(self, suppressing: Suppressing) -> str:
        return _annotated(self.text.suppressed(suppressing))

    def occurrences(self, found: Occurrences) -> str:
        return _annotated(self.text.occurrences(found), of_problems(found.unread, self.showing))

    def drift(self, drift: "Drift") -> str:
        return _annotated(self.text.drift(drift))


def _annotated(text: str, annotations: Iterable[Annotation] = ()) -> str:
    return without_commands(text) + "".join(map(command, bounded(annotations)))
