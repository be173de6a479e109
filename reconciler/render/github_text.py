"""Annotations as GitHub Actions takes them from a step's log: workflow commands, and text that is none.

GitHub's page *Workflow commands for GitHub Actions* says how they look; how a line is taken apart, and that
both streams are searched for them, is from the runner's source (`ActionCommand.cs`).
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from reconciler.problems import Location
from reconciler.render.visible import visible

# The percent sign is in both: the runner puts it back last, so that what looks like an escape stays text.
_IN_MESSAGES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = _IN_MESSAGES | str.maketrans({":": "%3A", ",": "%2C"})


class Level(StrEnum):
    """How grave an annotation is: the command's name."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Annotation(NamedTuple):
    """What a step says of a file, or of itself where `place` is None.

    `lines` and `title` are data: they have yet to be made visible.
    """

    level: Level
    lines: Sequence[str]
    location: Location | None = None
    title: str = ""


def command(annotation: Annotation) -> str:
    """The annotation as a workflow command, on one line, with the line end."""
    properties = ",".join(f"{name}={value}" for name, value in _properties(annotation))
    message = "\n".join(map(visible, annotation.lines)).translate(_IN_MESSAGES)
    return f"::{annotation.level}{properties and ' '}{properties}::{message}\n"


def without_commands(text: str) -> str:
    """Whole lines of text as they are, less whatever a runner would obey."""
    return "".join(f"{visible(line)}\n" for line in text.removesuffix("\n").split("\n")) if text else ""


def _properties(annotation: Annotation) -> Iterator[tuple[str, str]]:
    place = annotation.location or Location("")
    values = {"file": place.file, "line": place.line, "col": place.column, "title": annotation.title}
    for name, value in values.items():
        if value:
            yield name, visible(str(value)).translate(_IN_PROPERTIES)
