"""Problems for a terminal or a log: all of them, in their order, each with place and remedy."""

from collections.abc import Iterator, Sequence

from reconciler.problem import Problem, plain
from reconciler.render.counted import counted
from reconciler.render.showing import Showing
from reconciler.render.visible import visible


def text_problems(problems: Sequence[Problem], showing: Showing) -> str:
    """`file:line:column: message`, the hint below it; a count at the end of several."""
    lines = [line for problem in problems for line in _problem(problem, showing)]
    if len(problems) > 1:
        lines.append(counted(len(problems), "problem") + ".")
    return "".join(f"{line}\n" for line in lines)


def _problem(problem: Problem, showing: Showing) -> Iterator[str]:
    where = f"{problem.place}: " if problem.place else ""
    yield showing.paint(visible(where + plain(showing.words(problem.message))), "red")
    if problem.hint:
        yield visible(f"    {plain(showing.words(problem.hint))}")
