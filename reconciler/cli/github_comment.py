"""`reconciler github comment`: one comment on a pull request, updated in place."""

from pathlib import Path

import click

from reconciler.cli.github_log import annotate, reason, tell
from reconciler.cli.github_text import read_postable
from reconciler.cli.invocation import Invocation
from reconciler.errors import EXIT_DONE, InvalidInput
from reconciler.github.access import read_access
from reconciler.github.client import GitHub
from reconciler.github.comments import PutComment, put_comment, update_comment
from reconciler.github.errors import Forbidden
from reconciler.github.event import PullRequest, read_pull_request
from reconciler.problems import Problem
from reconciler.render.counted import counted
from reconciler.render.github_text import Level

PLAN = "plan"
"""The marker of the comment that shows a pull request's plan."""

NOT_ALLOWED = "No comment: the token may only read"

_IN_SUMMARY = "The plan stands in this job's summary."
_OF_FORK = (
    "No comment is posted: this pull request comes from a fork, and the token of such a run may only read. "
    f"{_IN_SUMMARY}"
)
_PERMISSION = (
    f"The job needs the permission pull-requests: write; a run for Dependabot never has it. {_IN_SUMMARY}"
)


@click.command("comment")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--pull",
    type=click.IntRange(min=1),
    metavar="N",
    help="The pull request's number. By default that of the event which the workflow runs for.",
)
@click.option(
    "--marker",
    default=PLAN,
    show_default=True,
    help="Names the comment: the one of this name is updated, those of other names are left alone.",
)
@click.option("--only-update", is_flag=True, help="Post nothing where there is no comment to update.")
@click.pass_obj
def comment(invocation: Invocation, file: Path, *, pull: int | None, marker: str, only_update: bool) -> int:
    """Put the text of FILE on a pull request, as one comment that is updated in place.

    On a fork's pull request nothing is posted, since its token may only read; the command says so, and
    succeeds.

    Example: reconciler github comment plan.md
    """
    event = read_pull_request(invocation.environ)
    if event is not None and event.is_from_fork:
        annotate(invocation, Level.NOTICE, "No comment on a fork's pull request", _OF_FORK)
        return EXIT_DONE
    number = pull or _number(event)
    text = read_postable(file, marker)
    try:
        with GitHub(read_access(invocation.environ)) as github:
            post = update_comment if only_update else put_comment
            tell(invocation, done(post(github, number, marker, text)))
    except Forbidden as error:
        annotate(invocation, Level.WARNING, NOT_ALLOWED, f"{reason(error)} {_PERMISSION}")
    return EXIT_DONE


def done(put: PutComment | None) -> str:
    """What was done, in one line."""
    if put is None:
        return "There is no comment to update, so none is posted."
    deleted = f"; {counted(put.duplicates, 'duplicate')} deleted" if put.duplicates else ""
    return f"Comment {put.deed}{deleted}: {put.address}"


def _number(event: PullRequest | None) -> int:
    if event is None:
        message = "There is no pull request in the event that this runs for."
        hint = "Name one with --pull N, or run this on pull_request alone."
        raise InvalidInput(Problem((message,), (hint,)))
    return event.number
