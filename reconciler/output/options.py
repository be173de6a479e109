"""How something is rendered: in which format, how much of it, and masked or not."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple, TypeAlias

Paint: TypeAlias = Callable[[str, str], str]
"""(text, name of a colour) → the text in that colour, where there are colours."""


class Format(StrEnum):
    """What `--format` takes."""

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
