"""`reconciler ci`: what CI jobs post, and what they ask the platform. `report` is in a separate file."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from reconciler.checks import Check, Checked, failed, has_failed
from reconciler.ci import PLATFORMS, platform_for
from reconciler.ci.platform import Forbidden, Platform, PullRequest, Wanted
from reconciler.ci.posts import Kept, close_issues, fits, keep_comment, keep_issue
from reconciler.cli.invocation import Invocation
from reconciler.cli.lazy_group import CommandEntry, LazyGroup
from reconciler.cli.options import format_option
from reconciler.doctor import push_check
from reconciler.environment.discovery import environment_names
from reconciler.environment.model import Environment
from reconciler.environment.reader import try_environment
from reconciler.errors import EXIT_DONE, EXIT_INVALID, InvalidInput, ReconcilerError
from reconciler.files import display_path, read_named
from reconciler.lockfile.history import History
from reconciler.lockfile.state import read_state, tracking_ref
from reconciler.output.documents.checks import platform_screen
from reconciler.output.github import Annotation, Level, workflow_command
from reconciler.output.visible import visible
from reconciler.problems import Location, Problem, counted, plain

PLAN = "plan"
"""The marker of the comment that shows a pull request's plan."""

NOT_ALLOWED = "No comment: the token may only read"
_MOST_TITLE_CHARACTERS = 255  # GitLab takes no longer one; GitHub takes one more

_COMMANDS = {
    "comment": CommandEntry("reconciler.cli.ci", "comment", "Keep one comment on a pull request."),
    "report": CommandEntry(
        "reconciler.cli.ci_report", "report", "Say on merged pull requests what was applied."
    ),
    "matrix": CommandEntry(
        "reconciler.cli.ci", "matrix", "List the environments that have something to apply."
    ),
    "doctor": CommandEntry("reconciler.cli.ci", "doctor", "Check the platform's settings."),
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


on_option = click.option(
    "--on", type=click.Choice(PLATFORMS), help="The platform; by default the one whose job this is."
)


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
            noun = platform.guidance.pull_request
            line = f"This {noun} comes from a fork, whose jobs get no token that may comment."
            line = f"{line} {platform.guidance.where_the_plan_is}"
            annotate(invocation, Level.NOTICE, f"No comment on a fork's {noun}", line)
            return EXIT_DONE
        number = pull or _number(event, platform.guidance.pull_request)
        text = _postable(platform, file, marker)
        try:
            invocation.say(done(keep_comment(platform, number, marker, text, only_update=only_update)))
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
            invocation.say(_closed(platform, marker) if close else _kept(platform, marker, file, title))
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


def annotate(invocation: Invocation, level: Level, title: str, line: str) -> None:
    """Say what was not done, and that this is no failure: on GitHub Actions as an annotation."""
    if invocation.environ.get("GITHUB_ACTIONS"):
        invocation.print_out(workflow_command(Annotation(level, (line,), title=title)))
    else:
        invocation.say(f"{title}: {line}")


def reason(error: ReconcilerError) -> str:
    """Why, in one sentence."""
    return " ".join(plain(problem.message) for problem in error.problems)


def done(kept: Kept | None) -> str:
    """What was done about a comment, in one line."""
    if kept is None:
        return "There is no comment to update, so none is posted."
    deleted = f"; {counted(kept.duplicates, 'duplicate')} deleted" if kept.duplicates else ""
    return f"Comment {kept.change}{deleted}: {kept.address}"


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


# `reconciler ci matrix`: which environments a workflow applies, each in a separate job.


@click.command("matrix")
@click.argument("file", metavar="PLANS.json", type=click.Path(path_type=Path))
@click.pass_obj
def matrix(invocation: Invocation, file: Path) -> int:
    """List the environments that apply has something to do for, as one line of JSON for a job matrix.

    PLANS.json is what `reconciler plan --out` saved. An environment whose lockfile waits to be
    published is listed too: on the branch reconciler/lockfile-ENV, or beside environment.yaml although that
    names a branch now. Each comes with its plan's digest for `reconciler apply --expect`.

    Example: reconciler ci matrix plans.json
    """
    listed = [
        {"environment": plan["environment"], "digest": plan["digest"]}
        for plan in _plans(file)
        if plan["would_act"] or _waits(invocation, plan["environment"])
    ]
    invocation.print_out(json.dumps({"include": listed}) + "\n")
    return EXIT_DONE


def _plans(file: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(read_text(file))
        plans = document.get("plans", [document])
        return [{key: plan[key] for key in ("environment", "digest", "would_act")} for plan in plans]
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        problem = Problem(
            ("This is not what `reconciler plan --out` saves.",), location=Location(display_path(file))
        )
        raise InvalidInput(problem) from None


def _waits(invocation: Invocation, name: str) -> bool:
    """Whether a lockfile waits to be published: on the fallback branch, or for a branch to be made."""
    environment = try_environment(invocation.panels, name).environment
    if environment is None or environment.is_embedded:
        return False
    state = read_state(environment)
    if state.unfetched is not None and state.on_disk is not None:
        return True
    history = History.of(environment)
    return history.repository.commit_of(tracking_ref(history.environment.fallback_branch)) is not None


# `reconciler ci doctor`: what only the platform knows, such as rules, environments and schedules.


@click.command("doctor")
@on_option
@format_option
@click.pass_obj
def doctor(invocation: Invocation, on: str | None) -> int:
    """Check the settings of the CI platform. It only reads.

    One line for each check: whether git may push, and no rule declines a push to the lockfile's branch and to
    reconciler/lockfile-ENV; whether a job may comment; whether each environment is protected, limited to the
    default branch, and has its key; whether the plan is a required check; whether schedules are alive. Each
    is ok, failed or unknown, with the reason and what to do. Settings that the token may not read, or that
    the platform does not have, are unknown. The exit code is 1 only if a check failed.

    Run it in a job that you start by hand, or on your machine: your own token reads more than a job's.
    Set GITHUB_REPOSITORY and GITHUB_TOKEN there, or CI_PROJECT_PATH and GITLAB_TOKEN.

    Example: reconciler ci doctor

    Example: reconciler ci doctor --on github --format markdown
    """
    environments, checks = _environments(invocation)
    wanted = Wanted(environments, datetime.now(UTC))
    with platform_for(invocation.environ, on) as platform:
        checks.append(
            push_check(invocation.panels, next(wanted.branches("reconciler/doctor"), "reconciler/doctor"))
        )
        checks += platform.settings_checks(wanted)
        found = Checked(platform.repository, tuple(checks))
        invocation.show(platform_screen(platform.name, found))
    return EXIT_INVALID if has_failed((found,)) else EXIT_DONE


def _environments(invocation: Invocation) -> tuple[list[Environment], list[Check]]:
    """Those with a real panel; and a failed check for each whose settings can't be read."""
    environments, checks = [], []
    for name in environment_names(invocation.panels):
        reading = try_environment(invocation.panels, name)
        if reading.environment is None:
            checks.append(failed(f"settings of {name}", reading.problems[0]))
        elif not reading.environment.is_embedded:
            environments.append(reading.environment)
    return environments, checks
