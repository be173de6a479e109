"""Screens in each format, for tests of what is shown."""

import json
from typing import Any

from reconciler.output.render import Format, RenderOptions, Screen, render


def as_text(screen: Screen, **options: Any) -> str:
    """What a terminal shows; `options` are fields of `RenderOptions`."""
    return render(screen, Format.TEXT, RenderOptions(**options))


def as_markdown(screen: Screen, **options: Any) -> str:
    """What a comment or a job's summary shows."""
    return render(screen, Format.MARKDOWN, RenderOptions(**options))


def as_github(screen: Screen, **options: Any) -> str:
    """What the log of a workflow's step shows."""
    return render(screen, Format.GITHUB, RenderOptions(**options))


def as_json(screen: Screen) -> dict[str, Any]:
    """The object that `--format json` prints."""
    data: dict[str, Any] = json.loads(render(screen, Format.JSON, RenderOptions()))
    return data


def command(*words: str) -> str:
    """A command as a user can type it."""
    return " ".join(("reconciler", *words))
