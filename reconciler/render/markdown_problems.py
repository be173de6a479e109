"""Problems for a comment on a pull request: all of them, in their order, each with place and remedy."""

from collections.abc import Iterator, Sequence

from reconciler.problem import Problem
from reconciler.render.counted import counted
from reconciler.render.markdown_text import code, words
from reconciler.render.showing import Showing


def markdown_problems(problems: Sequence[Problem], showing: Showing) -> str:
    """A list, an item a problem."""
    lines = [f"**{counted(len(problems), 'problem')}**", ""]
    lines += [line for problem in problems for line in _problem(problem, showing)]
    return "".join(f"{line}\n" for line in lines)


def _problem(problem: Problem, showing: Showing) -> Iterator[str]:
    where = f"{code(str(problem.place))}: " if problem.place else ""
    yield f"- {where}{words(showing.words(problem.message))}"
    if problem.hint:
        yield f"  - {words(showing.words(problem.hint))}"
