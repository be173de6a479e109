"""The views, siblings behind one interface: what a command shows knows nothing of how it is shown."""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from reconciler.apply.report import Report
from reconciler.find import Occurrences
from reconciler.lockfile.model import Lockfile
from reconciler.plan.model import Plan
from reconciler.problems import Problem
from reconciler.render.listing import KnownMember, PlanListing, Suppressing, Validation
from reconciler.render.plan_words import PlanContext
from reconciler.render.showing import RenderOptions

if TYPE_CHECKING:
    from reconciler.explain import Explanation
    from reconciler.readback.model import Drift
    from reconciler.render.why_next import Commands


class Format(StrEnum):
    """What `--format` takes."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    GITHUB = "github"


class View(Protocol):
    """Everything that can be shown; each method returns whole lines."""

    def plan(self, plan: Plan, circumstances: PlanContext) -> str:
        """A plan."""
        ...

    def plans(self, listing: PlanListing) -> str:
        """The plans of several environments."""
        ...

    def report(self, report: Report) -> str:
        """What an apply did."""
        ...

    def problems(self, problems: Sequence[Problem], environment: str | None) -> str:
        """Why a command could not do its work; `environment` is None where it isn't known yet."""
        ...

    def validation(self, validation: Validation) -> str:
        """What validating found."""
        ...

    def members(self, environment: str, lockfile: Lockfile | None) -> str:
        """Everybody whom the lockfile knows; None where there is no lockfile."""
        ...

    def member(self, member: KnownMember) -> str:
        """All that is known of one member."""
        ...

    def why(self, explanation: "Explanation", commands: "Commands") -> str:
        """What holds for one person, what apply would do about them, and why."""
        ...

    def suppressed(self, suppressing: Suppressing) -> str:
        """Who was suppressed, and what is left to do."""
        ...

    def occurrences(self, found: Occurrences) -> str:
        """Where somebody stands."""
        ...

    def drift(self, drift: "Drift") -> str:
        """How the panel differs from what is declared."""
        ...


def view_for(chosen: Format, showing: RenderOptions) -> View:
    """The view of a format. JSON takes no notice of `showing`: it is whole and never masked."""
    # Each format is loaded where it is chosen: a plan as text has no use for the others.
    match chosen:
        case Format.TEXT:
            from reconciler.render.text_view import TextView  # noqa: PLC0415 - see above

            return TextView(showing)
        case Format.MARKDOWN:
            from reconciler.render.markdown_view import MarkdownView  # noqa: PLC0415 - see above

            return MarkdownView(showing)
        case Format.JSON:
            from reconciler.render.json_view import JsonView  # noqa: PLC0415 - see above

            return JsonView()
        case Format.GITHUB:
            from reconciler.render.github_view import GithubView  # noqa: PLC0415 - see above

            return GithubView(showing)
