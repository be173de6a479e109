"""`reconciler github issue`: one issue that is open while something lasts."""

from dataclasses import replace
from pathlib import Path

import click

from reconciler.cli.github_log import tell
from reconciler.cli.github_text import read_postable
from reconciler.cli.invocation import Invocation
from reconciler.errors import EXIT_DONE
from reconciler.github.access import read_access
from reconciler.github.client import GitHub
from reconciler.github.errors import Forbidden
from reconciler.github.issues import close_issues, put_issue
from reconciler.render.visible import visible

_MOST_TITLE_CHARACTERS = 256  # GitHub says "Title is too long" beyond
_PERMISSION = "Give the job the permission issues: write."


@click.command("issue")
@click.argument("file", metavar="[FILE]", type=click.Path(path_type=Path), required=False)
@click.option("--title", help="The issue's title.")
@click.option("--close", is_flag=True, help="Close the open issue instead, without a word on it.")
@click.option(
    "--marker",
    default="drift",
    show_default=True,
    help="Names the issue: the open one of this name is updated, others are left alone.",
)
@click.pass_obj
def issue(invocation: Invocation, file: Path | None, *, title: str | None, close: bool, marker: str) -> int:
    """Open one issue with the text of FILE, or update the open one in place; or close it.

    Example: reconciler github issue drift.md --title "main is not applied"

    Example: reconciler github issue --close
    """
    try:
        if close:
            _refuse_text(file, title)
            _close(invocation, marker)
        else:
            _put(invocation, marker, *_required(file, title))
    except Forbidden as error:
        raise Forbidden(replace(error.problems[0], hint=(_PERMISSION,)), error.status) from error
    return EXIT_DONE


def _put(invocation: Invocation, marker: str, file: Path, title: str) -> None:
    text = read_postable(file, marker)
    with GitHub(read_access(invocation.environ)) as github:
        put = put_issue(github, marker, title, text)
    tell(invocation, f"Issue {put.deed}: {put.address}")


def _close(invocation: Invocation, marker: str) -> None:
    with GitHub(read_access(invocation.environ)) as github:
        closed = close_issues(github, marker)
    tell(invocation, f"Issue closed: {', '.join(closed)}" if closed else "There is no open issue to close.")


def _refuse_text(file: Path | None, title: str | None) -> None:
    if file is not None or title is not None:
        raise click.UsageError("--close takes neither FILE nor --title.", click.get_current_context())


def _required(file: Path | None, title: str | None) -> tuple[Path, str]:
    context = click.get_current_context()
    if file is None:
        raise click.UsageError("FILE is missing, the text of the issue.", context)
    title = visible((title or "").strip())
    if not title:
        raise click.UsageError("--title is missing.", context)
    if len(title) > _MOST_TITLE_CHARACTERS:
        raise click.UsageError(f"--title is longer than {_MOST_TITLE_CHARACTERS} characters.", context)
    return file, title
