"""`reconciler ci`: what CI jobs post where reviewers read. `report` is in a separate file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from reconciler.ci import PLATFORMS, platform_for
from reconciler.ci.platform import Forbidden, Guidance, Platform, PullRequest
from reconciler.ci.posts import Kept, close_issues, fits, keep_comment, keep_issue
from reconciler.cli.invocation import Invocation
from reconciler.cli.lazy_group import CommandEntry, LazyGroup
from reconciler.errors import EXIT_DONE, InvalidInput, ReconcilerError
from reconciler.files import display_path, read_named
from reconciler.output.github import Annotation, Level, workflow_command
from reconciler.output.visible import visible
from reconciler.problems import Location, Problem, counted, plain

PLAN = "plan"
"""The marker of the comment that shows a pull request's plan."""

NOT_ALLOWED = "No comment: the token may only read"
_MOST_TITLE_CHARACTERS = 255  # GitLab takes no longer one; GitHub takes one more

_Command = TypeVar("_Command", bound=Callable[..., Any])

_COMMANDS = {
    "comment": CommandEntry("reconciler.cli.ci", "comment", "Keep one comment on a pull request."),
    "report": CommandEntry(
        "reconciler.cli.ci_report", "report", "Say on merged pull requests what was applied."
    ),
    "matrix": CommandEntry(
        "reconciler.cli.ci_matrix", "matrix", "List the environments that have something to apply."
    ),
    "doctor": CommandEntry("reconciler.cli.ci_doctor", "doctor", "Check the platform's settings."),
    "issue": CommandEntry("reconciler.cli.ci", "issue", "Keep one issue open while something lasts."),
}


@click.group(cls=LazyGroup, entries=_COMMANDS)
def ci() -> None:
    """Post on the CI platform, from a job. Everything else works without one.

    The platform is found by the variables that it sets. On GitHub: repository, address and event are those
    of GitHub Actions; the token is in GITHUB_TOKEN alone. On GitLab: project, address and merge request are
    those of GitLab CI/CD; the token is in GITLAB_TOKEN alone, since a job token may not comment.

    Example: reconciler ci comment plan.md
    """


def on_option(command: _Command) -> _Command:
    """`--on`, the platform; the command takes it as `on`."""
    return click.option(
        "--on", type=click.Choice(PLATFORMS), help="The platform; by default the one whose job this is."
    )(command)


@click.command("comment")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--pull",
    type=click.IntRange(min=1),
    metavar="N",
    help="The pull request's number. By default that of the event that the job runs for.",
)
@click.option(
    "--marker",
    default=PLAN,
    show_default=True,
    help="Names the comment: the one of this name is updated, those of other names are left alone.",
)
@click.option("--only-update", is_flag=True, help="Post nothing if there is no comment to update.")
@on_option
@click.pass_obj
def comment(
    invocation: Invocation, file: Path, *, pull: int | None, marker: str, only_update: bool, on: str | None
) -> int:
    """Put the text of FILE on a pull request, as one comment that is updated in place.

    On a fork's pull request nothing is posted, since its token may only read; the command says so, and
    succeeds.

    Example: reconciler ci comment plan.md
    """
    with platform_for(invocation.environ, on) as platform:
        event = platform.pull_request()
        if event is not None and event.is_from_fork:
            _say_no_comment_on_a_fork(invocation, platform.guidance)
            return EXIT_DONE
        number = pull or _number(event, platform.guidance.pull_request)
        text = _postable(platform, file, marker)
        try:
            tell(invocation, done(keep_comment(platform, number, marker, text, only_update=only_update)))
        except Forbidden as error:
            guidance = platform.guidance
            line = f"{reason(error)} {guidance.to_comment} {guidance.where_the_plan_is}"
            annotate(invocation, Level.WARNING, NOT_ALLOWED, line)
    return EXIT_DONE


@click.command("issue")
@click.argument("file", metavar="[FILE]", type=click.Path(path_type=Path), required=False)
@click.option("--title", help="The issue's title.")
@click.option("--close", is_flag=True, help="Close the open issue instead, without a comment.")
@click.option(
    "--marker",
    default="drift",
    show_default=True,
    help="Names the issue: the open one of this name is updated, others are left alone.",
)
@on_option
@click.pass_obj
def issue(
    invocation: Invocation, file: Path | None, *, title: str | None, close: bool, marker: str, on: str | None
) -> int:
    """Open one issue with the text of FILE, or update the open one in place; or close it.

    Example: reconciler ci issue drift.md --title "main is not applied"

    Example: reconciler ci issue --close
    """
    _check_together(file, title, close=close)
    with platform_for(invocation.environ, on) as platform:
        try:
            tell(invocation, _closed(platform, marker) if close else _kept(platform, marker, file, title))
        except Forbidden as error:
            hint = (platform.guidance.to_keep_issues,)
            raise Forbidden(replace(error.problems[0], hint=hint), error.status) from error
    return EXIT_DONE


def _kept(platform: Platform, marker: str, file: Path | None, title: str | None) -> str:
    text = _postable(platform, file or Path(), marker)
    kept = keep_issue(platform, marker, visible((title or "").strip()), text)
    return f"Issue {kept.change}: {kept.address}"


def _closed(platform: Platform, marker: str) -> str:
    closed = close_issues(platform, marker)
    return f"Issue closed: {', '.join(closed)}" if closed else "There is no open issue to close."


def _check_together(file: Path | None, title: str | None, *, close: bool) -> None:
    wrong = None
    if close and (file is not None or title is not None):
        wrong = "--close can't be combined with FILE or --title."
    elif not close and file is None:
        wrong = "FILE is missing, the text of the issue."
    elif not close and not (title or "").strip():
        wrong = "--title is missing."
    elif len(visible(title or "")) > _MOST_TITLE_CHARACTERS:
        wrong = f"--title is longer than {_MOST_TITLE_CHARACTERS} characters."
    if wrong:
        raise click.UsageError(wrong, click.get_current_context())


# What these commands say of themselves: one line, which a job's page shows as an annotation.


def tell(invocation: Invocation, line: str) -> None:
    """Say what was done."""
    invocation.say(line)


def annotate(invocation: Invocation, level: Level, title: str, line: str) -> None:
    """Say what was not done, and that this is no failure: on GitHub Actions as an annotation."""
    if invocation.environ.get("GITHUB_ACTIONS"):
        invocation.print_out(workflow_command(Annotation(level, (line,), title=title)))
    else:
        tell(invocation, f"{title}: {line}")


def reason(error: ReconcilerError) -> str:
    """Why, in one sentence."""
    return " ".join(plain(problem.message) for problem in error.problems)


def done(kept: Kept | None) -> str:
    """What was done about a comment, in one line."""
    if kept is None:
        return "There is no comment to update, so none is posted."
    deleted = f"; {counted(kept.duplicates, 'duplicate')} deleted" if kept.duplicates else ""
    return f"Comment {kept.change}{deleted}: {kept.address}"


def _say_no_comment_on_a_fork(invocation: Invocation, guidance: Guidance) -> None:
    title = f"No comment on a fork's {guidance.pull_request}"
    line = f"This {guidance.pull_request} comes from a fork, whose jobs get no token that may comment."
    annotate(invocation, Level.NOTICE, title, f"{line} {guidance.where_the_plan_is}")


def _number(event: PullRequest | None, noun: str) -> int:
    if event is None:
        message = f"There is no {noun} that this job runs for."
        hint = f"Name one with --pull N, or run this on {noun}s alone."
        raise InvalidInput(Problem((message,), (hint,)))
    return event.number


# Texts come from files: an argument would be too long for the system, and appear in logs.


def read_text(path: Path) -> str:
    """The whole file.

    Raises:
        InvalidInput: it can't be read, or is not text.
    """
    try:
        return read_named(path).decode()
    except UnicodeDecodeError as error:
        message = "This is not text in UTF-8, so it can't be posted."
        raise InvalidInput(Problem((message,), location=Location(display_path(path)))) from error


def _postable(platform: Platform, path: Path, marker: str) -> str:
    """The file's text, which the platform will take."""
    text = read_text(path)
    location = Location(display_path(path))
    if not text.strip():
        raise InvalidInput(Problem(("The file is empty, so there is nothing to post.",), location=location))
    if not fits(platform, marker, text):
        message = (
            f"The text has {len(text):,} characters; {platform.name} takes {platform.most_characters:,} "
            "with our marker."
        )
        hint = "Write it shorter, with --max-bytes where the command that writes it has that."
        raise InvalidInput(Problem((message,), (hint,), location))
    return text
