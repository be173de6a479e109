"""Documents for the log of a GitHub Actions step: text, and below it annotations.

GitHub's page *Workflow commands for GitHub Actions* says how they look; how a line is taken apart, and that
both streams are searched for them, is from the runner's source (`ActionCommand.cs`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from reconciler.output.document import Document, Headline, Text, findings
from reconciler.output.render import RenderOptions, unpainted
from reconciler.output.text import text, text_line
from reconciler.output.visible import visible
from reconciler.problems import Location, counted

MOST_OF_A_LEVEL = 10
"""So many of each level does the platform keep of one step's log; it drops the others and doesn't say so."""

# The percent sign is in both: the runner puts it back last, so that what looks like an escape stays text.
_IN_MESSAGES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = _IN_MESSAGES | str.maketrans({":": "%3A", ",": "%2C"})


class Level(StrEnum):
    """How grave an annotation is: the command's name."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


_NOUNS = {Level.ERROR: "problem", Level.WARNING: "warning", Level.NOTICE: "notice"}


class Annotation(NamedTuple):
    """What a step says of a file, or of itself where `location` is None. The lines and the title are data."""

    level: Level
    lines: tuple[str, ...]
    location: Location | None = None
    title: str = ""


def github(document: Document, options: RenderOptions) -> str:
    """The document as text in which nothing is a command, then its annotations."""
    options = options._replace(paint=unpainted)  # a colour's escapes would be made visible
    lines = (f"{visible(line)}\n" for line in text(document, options).splitlines())
    return "".join((*lines, *map(workflow_command, _bounded(_annotations(document, options)))))


def workflow_command(annotation: Annotation) -> str:
    """The annotation as a workflow command, on one line, with the line end."""
    properties = ",".join(f"{name}={value}" for name, value in _properties(annotation))
    message = "\n".join(map(visible, annotation.lines)).translate(_IN_MESSAGES)
    return f"::{annotation.level}{properties and ' '}{properties}::{message}\n"


def _properties(annotation: Annotation) -> Iterator[tuple[str, str]]:
    place = annotation.location or Location("")
    values = {"file": place.file, "line": place.line, "col": place.column, "title": annotation.title}
    for name, value in values.items():
        if value:
            yield name, visible(str(value)).translate(_IN_PROPERTIES)


def _annotations(document: Document, options: RenderOptions) -> Iterator[Annotation]:
    """One for each kind of problem, then the headlines of documents with a title."""
    for title, group in findings(document):
        problem = group.first
        code = f" [{problem.code}]" if problem.code else ""
        message: Text = (*problem.message, code)  # the platform shows the line by itself
        lines = [text_line(line, options) for line in (message, problem.hint, group.summary) if line]
        yield Annotation(Level(problem.severity), tuple(lines), problem.location, title)
    yield from _notices(document, options)


def _notices(document: Document, options: RenderOptions) -> Iterator[Annotation]:
    for block in document.blocks:
        if isinstance(block, Document):
            yield from _notices(block, options)
        elif isinstance(block, Headline) and document.title:
            yield Annotation(Level.NOTICE, (text_line(block.text, options),), title=document.title)


def _bounded(annotations: Iterable[Annotation]) -> Iterator[Annotation]:
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
            rest = counted(totals[level] - MOST_OF_A_LEVEL + 1, f"more {_NOUNS[level]}")
            yield Annotation(level, (f"And {rest}: see the log of this step.",))
