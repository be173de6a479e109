"""What is said beside a plan: the journal of an interrupted run, what applies it, what looks odd."""

from collections.abc import Iterable
from pathlib import Path

from reconciler.apply.recovery import KnownState
from reconciler.cli.invocation import Invocation
from reconciler.lint.model import PlanLint
from reconciler.plan.model import Plan
from reconciler.plan.share import Share
from reconciler.problems import Problem
from reconciler.render.plan_words import PlanContext
from reconciler.render.visible import visible

NOTHING_ODD = PlanLint()


def tell_of_journal(invocation: Invocation, name: str, known: KnownState) -> None:
    """Say that what is shown is not yet in the lockfile, where that is so."""
    if known.is_recovered:
        recover = invocation.command_line("state", "recover", name)
        line = (
            "An interrupted run left a journal, or an apply is under way; it is counted in here. Where none "
            f"is under way, `{recover}` takes it in."
        )
        invocation.tell(f"{visible(line)}\n")


def circumstances_of(
    invocation: Invocation,
    name: str,
    known: KnownState,
    *,
    allow: Iterable[str] = (),
    retry_rejected: bool = False,
    saved: Path | None = None,
    is_applying: bool = False,
    share: Share | None = None,
    lint: PlanLint = NOTHING_ODD,
) -> PlanContext:
    """What a reader of the plan should know beside it: what applies just this plan, and of the journal."""
    flags = [word for guard in allow for word in ("--allow", guard)]
    flags += ["--retry-rejected"] if retry_rejected else []
    return PlanContext(
        command=invocation.command_line("apply", name, *([str(saved)] if saved else []), *flags),
        recover=invocation.command_line("state", "recover", name),
        is_recovered=known.is_recovered,
        is_applying=is_applying,
        share=share,
        publish=invocation.command_line("state", "publish", name),
        unfetched=known.unfetched,
        conflicts=known.conflicts,
        lint=lint,
        today=invocation.today,
    )


def lint_of(plan: Plan, share: Share | None = None, unchecked: tuple[Problem, ...] = ()) -> PlanLint:
    """What looks odd about a plan, or about a pull request's share of it; first what could not be checked."""
    if not plan.summary.add:
        return PlanLint(unchecked)
    from reconciler.lint.plan import plan_lint  # noqa: PLC0415 - most plans add nobody

    found = plan_lint(share.own(plan) if share else plan.actions)
    return found._replace(warnings=(*unchecked, *found.warnings))
