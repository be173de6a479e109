"""What is annotated: problems, what a plan warns of, members whom the API refused."""

from collections import Counter
from collections.abc import Iterable, Iterator

from reconciler.apply.report import Report
from reconciler.plan.model import Plan, StillRejected, Unremoved
from reconciler.problems import Location, Problem, plain
from reconciler.render.counted import counted
from reconciler.render.github_text import Annotation, Level
from reconciler.render.lint_words import lint_problems
from reconciler.render.listing import PlanListing
from reconciler.render.plan_words import PlanContext, refusal, setting_warning, warnings
from reconciler.render.sentence import plan_sentence, report_sentence
from reconciler.render.showing import RenderOptions
from reconciler.render.text_problems import MOST_SHOWN
from reconciler.render.values import cut

MOST_OF_A_LEVEL = 10
"""So many of each level does the platform keep of one step's log; it drops the others and doesn't say so."""

_NOUNS = {Level.ERROR: "problem", Level.WARNING: "warning", Level.NOTICE: "notice"}


def of_problems(problems: Iterable[Problem], showing: RenderOptions, title: str = "") -> Iterator[Annotation]:
    """An annotation for each, the hint below the message; the platform shows the line by itself."""
    for problem in problems:
        words = (showing.words(part) for part in (problem.message, problem.hint) if part)
        yield Annotation(Level(problem.severity), tuple(map(plain, words)), problem.location, title)


def of_plan(plan: Plan, circumstances: PlanContext, showing: RenderOptions) -> Iterator[Annotation]:
    """What a reader should know first, what looks odd, what apply would refuse, the plan in one sentence."""
    title = f"Plan for {plan.environment}"
    if warning := setting_warning(plan, circumstances):
        yield Annotation(Level.WARNING, (warning,), title=title)
    for warning in warnings(plan, circumstances):
        yield Annotation(Level.WARNING, (warning,), title=title)
    yield from of_problems(lint_problems(circumstances.lint), showing, title)
    for found in plan.refusals:
        yield Annotation(Level.ERROR, (refusal(found),), title=title)
    yield Annotation(Level.NOTICE, (plan_sentence(plan),), title=title)


def of_plans(listing: PlanListing, showing: RenderOptions) -> Iterator[Annotation]:
    """Those of each plan, and the problems of environments that have none."""
    for plan, circumstances in listing.plans:
        yield from of_plan(plan, circumstances, showing)
    yield from of_problems(listing.problems, showing)


def of_report(report: Report, showing: RenderOptions) -> Iterator[Annotation]:
    """Why the run ended early, who stands rejected, and the report in one sentence."""
    title = f"Apply to {report.environment}"
    yield from of_problems(report.problems, showing, title)
    for member in (*report.rejected, *report.blocked):
        yield _of_rejected(member, showing, title)
    yield Annotation(Level.NOTICE, (report_sentence(report),), title=title)


def bounded(annotations: Iterable[Annotation]) -> Iterator[Annotation]:
    """All of them; of a level with too many for the platform the first, then one that counts the rest."""
    annotations = tuple(annotations)
    totals = Counter(annotation.level for annotation in annotations)
    given: Counter[Level] = Counter()
    for annotation in annotations:
        level = annotation.level
        given[level] += 1
        if totals[level] <= MOST_OF_A_LEVEL or given[level] < MOST_OF_A_LEVEL:
            yield annotation
        elif given[level] == MOST_OF_A_LEVEL:
            yield _rest(level, totals[level] - MOST_OF_A_LEVEL + 1)


def _rest(level: Level, count: int) -> Annotation:
    rest = counted(count, f"more {_NOUNS[level]}")
    is_whole = level is not Level.WARNING and count + MOST_OF_A_LEVEL <= MOST_SHOWN
    where = "the log of this step shows them all" if is_whole else "see the log of this step"
    return Annotation(level, (f"And {rest}: {where}.",))


def _of_rejected(member: StillRejected | Unremoved, showing: RenderOptions, title: str) -> Annotation:
    said = f"The API's word: {cut(showing.reason(member.reason, member.attributes))}"
    address = showing.address(member.key)
    if isinstance(member, Unremoved):
        return Annotation(
            Level.WARNING, (f"{address} is not removed: the API refuses to {member.by}.", said), title=title
        )
    return Annotation(Level.WARNING, (f"{address} is rejected.", said), _place(member.source), title)


def _place(source: str) -> Location:
    file, _, line = source.rpartition(":")
    return Location(file, int(line)) if line.isascii() and line.isdigit() else Location(source)
