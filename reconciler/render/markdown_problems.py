"""Problems for a comment on a pull request: all of them, in their order, each with place and remedy."""

from collections.abc import Iterator, Sequence

from reconciler.problems import Problem, Severity
from reconciler.render.markdown_text import code, words
from reconciler.render.showing import RenderOptions
from reconciler.render.text_problems import counts


def markdown_problems(problems: Sequence[Problem], showing: RenderOptions, *, most: int | None = None) -> str:
    """A list, an item a problem; `most` is how many are listed, None for all.

    Without their lines: a comment is read by many, and the platform shows the file itself.
    """
    listed = problems[:most]
    lines = [f"**{counts(problems)}**", ""]
    lines += [line for problem in listed for line in _problem(problem, showing)]
    if more := len(problems) - len(listed):
        lines.append(f"- … and {more} more. `reconciler validate` shows all.")
    return "".join(f"{line}\n" for line in lines)


def _problem(problem: Problem, showing: RenderOptions) -> Iterator[str]:
    where = f"{code(str(problem.location))}: " if problem.location else ""
    label = "**Warning.** " if problem.severity is Severity.WARNING else ""
    yield f"- {label}{where}{words(showing.words(problem.message))}"
    if problem.hint:
        yield f"  - {words(showing.words(problem.hint))}"
