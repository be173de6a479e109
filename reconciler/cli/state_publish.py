"""`reconciler state publish`: bring the lockfile and the remote's together."""

import click

from reconciler.apply.journal import journal_path
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environment_argument, mask_option
from reconciler.environment.model import Environment
from reconciler.environment.reader import read_environment
from reconciler.errors import EXIT_DONE, EXIT_INCOMPLETE
from reconciler.files import display_path
from reconciler.lockfile.publication import Publication, PublicationEnd
from reconciler.problems import Location, Problem
from reconciler.render.visible import visible


@click.command("publish")
@environment_argument
@click.option("--remote", default="origin", show_default=True, help="The remote, by its name in git.")
@click.option(
    "--branch", help="The branch that the file is committed to; by default the one that is checked out."
)
@mask_option
@click.pass_obj
def publish(invocation: Invocation, name: str, *, remote: str, branch: str | None) -> int:
    """Bring the lockfile of ENV and the one at the remote together, and push the result.

    Run it before and after apply. Both sides are merged by member, so that several may publish at once, and
    as often as they like. Nothing is checked out: neither HEAD, nor the index, nor any other file changes.

    The lockfile goes to the branch that environment.yaml names, or else to the one that it is committed to.
    Where a protected branch declines it, it is set aside on the branch reconciler/lockfile-ENV, and the next
    publish takes it in.

    Example: reconciler state publish production
    """
    environment = read_environment(invocation.panels, name)
    if environment.is_embedded:
        invocation.show(visible(f"{name}: nothing to publish for an embedded environment.") + "\n")
        return EXIT_DONE
    _warn_of_journal(invocation, environment)
    from reconciler.lockfile import publishing  # noqa: PLC0415 - an embedded environment needs no git

    published = publishing.publish(environment, remote, branch)
    _tell(invocation, environment, published)
    invocation.show(visible(f"{name}: {_outcome(published)}") + "\n")
    return EXIT_INCOMPLETE if published.end is PublicationEnd.SET_ASIDE else EXIT_DONE


def _warn_of_journal(invocation: Invocation, environment: Environment) -> None:
    if journal_path(environment).exists():
        recover = invocation.command_line("state", "recover", environment.name)
        line = f"An interrupted run left a journal, which is not published; `{recover}` takes it in first."
        invocation.tell(f"{visible(line)}\n")


def _tell(invocation: Invocation, environment: Environment, published: Publication) -> None:
    """What somebody has to look at."""
    for conflict in published.conflicts:
        invocation.tell(f"{visible(invocation.in_words(conflict.words()))}\n")
    if published.is_tracked:
        path = display_path(environment.lockfile_path)
        line = f"{path} is under version control still, where it grows old: `git rm --cached {path}`, commit."
        invocation.tell(f"{visible(line)}\n")
    if published.end is PublicationEnd.SET_ASIDE:
        invocation.tell_problems([_set_aside(invocation, environment, published)])


def _set_aside(invocation: Invocation, environment: Environment, published: Publication) -> Problem:
    again = invocation.command_line("state", "publish", environment.name)
    return Problem(
        (f"The server declined the push to {published.branch}: {published.reason}",),
        (
            f"Nothing is lost: the lockfile is on the branch {published.aside} at {published.remote}, ",
            f"and the next `{again}` takes it in from there. ",
            "Best, let it have a branch of its own, and protected ones stay as they are: ",
            "write lockfile: {branch: reconciler-state} in environment.yaml. ",
            "Or let the workflow's token bypass the rule: on GitHub Settings, Rules, Rulesets, Bypass list; ",
            "a deploy key or an app's token can stand there. Then run the apply workflow again by hand.",
        ),
        Location(display_path(environment.lockfile_path)),
    )


def _outcome(published: Publication) -> str:
    where = f"{published.branch} at {published.remote}"
    match published.end:
        case PublicationEnd.UP_TO_DATE:
            return f"nothing to publish; {where} holds all of it."
        case PublicationEnd.PUBLISHED:
            return f"published to {where}, commit {published.commit[:12]}."
        case PublicationEnd.SET_ASIDE:
            return f"set aside on {published.aside} at {published.remote}; {where} did not take it."
