"""From something to show to text: in which format, how much of it, and masked or not."""

from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias

from reconciler.output.document import Document

Paint: TypeAlias = Callable[[str, str], str]
"""(text, name of a colour) → the text in that colour, where there are colours."""


class Format(StrEnum):
    """What `--format` takes; also the name of the module that renders documents so, and of its function."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    GITHUB = "github"
    HTML = "html"
    CODEQUALITY = "codequality"
    GITLAB_TERRAFORM = "gitlab-terraform"


COMMON_FORMATS = (Format.TEXT, Format.MARKDOWN, Format.JSON, Format.GITHUB, Format.HTML)
"""Those that every command has that prints something for others."""

FORMATS_OF_CI = frozenset({Format.GITHUB, Format.CODEQUALITY, Format.GITLAB_TERRAFORM})
"""Those that are made for others to read, wherever they are made: masked by default."""


def unpainted(text: str, _colour: str) -> str:
    """The text as it is."""
    return text


class RenderOptions(NamedTuple):
    """What a backend is asked for.

    `masked` hides personal data; `full` shows all rows; `paint` colours a terminal. `most_bytes` is how much
    markdown may be, in UTF-8, None for what fits into a comment; `link` is where all of it can be read.
    JSON is always whole and never masked.
    """

    masked: bool = False
    full: bool = False
    paint: Paint = unpainted
    most_bytes: int | None = None
    link: str | None = None


class Screen(NamedTuple):
    """Something to show: a document for people, an object for programs; each is made when it is needed."""

    document: Callable[[], Document]
    data: Callable[[], dict[str, Any]]


def render(screen: Screen, chosen: Format, options: RenderOptions) -> str:
    """Whole lines. JSON takes no notice of `options`: it is whole and never masked."""
    # Each format is loaded where it is chosen: a plan as text has no use for the others.
    if chosen is Format.JSON:
        from reconciler.output.json_shapes import json_text  # noqa: PLC0415 - see above

        return json_text(screen.data())
    if chosen is Format.GITLAB_TERRAFORM:
        from reconciler.output.gitlab_terraform import gitlab_terraform  # noqa: PLC0415 - see above

        return gitlab_terraform(screen.data())
    backend: Callable[[Document, RenderOptions], str]
    backend = getattr(import_module(f"{__package__}.{chosen}"), chosen)
    return backend(screen.document(), options)
