"""Problems for a terminal or a log: in their order, each with its place, its line and the remedy."""

from collections import Counter
from collections.abc import Iterator, Sequence

from reconciler.problems import Problem, Severity, plain
from reconciler.render.counted import counted
from reconciler.render.excerpt_lines import excerpt_lines
from reconciler.render.showing import RenderOptions
from reconciler.render.visible import visible

MOST_SHOWN = 100
_NOUNS = {Severity.ERROR: "problem", Severity.WARNING: "warning"}
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def text_problems(problems: Sequence[Problem], showing: RenderOptions) -> str:
    """`file:line:column: message`, below it the line and the hint; at the end of several their count.

    Of very many the first are shown, and all are counted.
    """
    lines = [line for problem in problems[:MOST_SHOWN] for line in _problem(problem, showing)]
    if len(problems) > 1:
        lines.append(f"{counts(problems)}.{_rest(len(problems))}")
    return "".join(f"{line}\n" for line in lines)


def counts(problems: Sequence[Problem]) -> str:
    """How many problems there are, and how many warnings: `2 problems, 1 warning`."""
    found = Counter(problem.severity for problem in problems)
    return ", ".join(counted(found[severity], noun) for severity, noun in _NOUNS.items() if found[severity])


def _rest(count: int) -> str:
    return f" The first {MOST_SHOWN} are shown; `--format json` has all." if count > MOST_SHOWN else ""


def _problem(problem: Problem, showing: RenderOptions) -> Iterator[str]:
    where = f"{problem.location}: " if problem.location else ""
    label = "warning: " if problem.severity is Severity.WARNING else ""
    told = visible(where + label + plain(showing.words(problem.message)))
    yield showing.paint(told, _COLOURS[problem.severity])
    yield from (f"    {line}" for line in _excerpt(problem, showing))
    if problem.hint:
        yield visible(f"    {plain(showing.words(problem.hint))}")


def _excerpt(problem: Problem, showing: RenderOptions) -> tuple[str, ...]:
    """The line with its caret; nothing where personal data is hidden."""
    if showing.masked or problem.excerpt is None or problem.location is None or problem.location.line is None:
        return ()
    return excerpt_lines(problem.excerpt, problem.location.line)
