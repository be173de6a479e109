"""`reconciler state`: the group of the commands about the lockfile."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from reconciler.apply import recovery
from reconciler.apply.recovery import known_state, remove_members
from reconciler.cli.invocation import Invocation
from reconciler.cli.lazy_group import CommandEntry, LazyGroup
from reconciler.cli.options import environment_argument, format_option, mask_option, yes_option
from reconciler.cli.planning import tell_of_journal
from reconciler.cli.terminal import confirm
from reconciler.environment.model import Environment
from reconciler.environment.reader import read_environment
from reconciler.errors import EXIT_DONE, EXIT_INCOMPLETE, InvalidInput, UsageError
from reconciler.explain import likeliest
from reconciler.files import command_path, display_path
from reconciler.git.process import NETWORK_SECONDS
from reconciler.git.remote import Committer
from reconciler.identity import InvalidAddress, identity
from reconciler.lockfile.model import SECTIONS, Departed, Departure, Entry, Lockfile, Outcome
from reconciler.lockfile.publish import Publication, PublicationEnd, publish_and_test
from reconciler.lockfile.publish import publish as publish_lockfile
from reconciler.lockfile.rename import rename_lockfile
from reconciler.lockfile.state import KnownState, check_known
from reconciler.output.documents.state import (
    KnownMember,
    listed_members,
    member_screen,
    members_csv,
    members_screen,
)
from reconciler.output.render import COMMON_FORMATS, Format
from reconciler.problems import Address, Location, Message, Problem, counted

_CSV = "csv"
OUTCOMES = tuple(dict.fromkeys((*map(str, Outcome), "rejected", "unconfirmed", *map(str, Departure))))

_COMMANDS = {
    "list": CommandEntry("reconciler.cli.state", "list_members", "List the members in the lockfile."),
    "show": CommandEntry("reconciler.cli.state", "show_member", "Show all that is known of one member."),
    "rm": CommandEntry("reconciler.cli.state", "remove", "Drop members from the lockfile."),
    "mv": CommandEntry("reconciler.cli.state", "move", "Keep the lockfile of a renamed environment."),
    "recover": CommandEntry("reconciler.cli.state", "recover", "Merge the journal of an interrupted run."),
    "publish": CommandEntry("reconciler.cli.state", "publish", "Bring lockfile and remote together."),
}


@click.group(cls=LazyGroup, entries=_COMMANDS)
def state() -> None:
    """Inspect and correct the lockfile. Nothing here calls the API.

    Example: reconciler state list production
    """


# `reconciler state list`: the members in the lockfile.


@click.command("list")
@environment_argument
@click.option("--outcome", type=click.Choice(OUTCOMES), multiple=True, help="List only these. Repeatable.")
@click.option(
    "--format",
    "chosen",
    type=click.Choice([*map(str, COMMON_FORMATS), _CSV]),
    default=str(Format.TEXT),
    show_default=True,
    help="How the result is printed; csv is for spreadsheets and never masked.",
)
@mask_option
@click.pass_obj
def list_members(invocation: Invocation, name: str, *, outcome: tuple[str, ...], chosen: str) -> int:
    """List everyone in the lockfile of ENV, with the outcome and the time of the call.

    Example: reconciler state list production

    Example: reconciler state list production --outcome rejected --format csv
    """
    lockfile = _known(invocation, name).lockfile
    if lockfile is not None and outcome:
        lockfile = _with_outcome(lockfile, outcome)
    if chosen == _CSV:
        invocation.print_out(members_csv(name, lockfile))
    else:
        invocation.format = Format(chosen)
        invocation.show(members_screen(name, lockfile))
    return EXIT_DONE


def _known(invocation: Invocation, name: str) -> KnownState:
    environment = read_environment(invocation.panels, name)
    check_known(environment)
    known = known_state(environment)
    tell_of_journal(invocation, name, known)
    return known


def _with_outcome(lockfile: Lockfile, outcomes: tuple[str, ...]) -> Lockfile:
    listed = listed_members(lockfile.environment, lockfile)
    chosen = {(member.section, member.key) for member in listed if member.status in outcomes}
    sections: dict[str, Any] = {
        name: {key: entry for key, entry in getattr(lockfile, name).items() if (name, key) in chosen}
        for name in SECTIONS
    }
    return Lockfile(lockfile.environment, lockfile.target, **sections)


# `reconciler state show`: all that is known of one member.


@click.command("show")
@environment_argument
@click.argument("address", metavar="EMAIL")
@format_option
@mask_option
@click.pass_obj
def show_member(invocation: Invocation, name: str, address: str) -> int:
    """Show all that the lockfile of ENV knows of EMAIL, and what it proves.

    Example: reconciler state show production ada@example.org
    """
    found = entries(_known(invocation, name).lockfile)
    key = known_key(address, found)
    invocation.show(member_screen(KnownMember(name, key, found[key])))
    return EXIT_DONE


# Finding a member in the lockfile by an address on the command line.


def entries(lockfile: Lockfile | None) -> dict[str, Entry | Departed]:
    """All members in the lockfile, in every section."""
    if lockfile is None:
        return {}
    return {**lockfile.departed, **lockfile.members, **lockfile.rejected, **lockfile.unconfirmed}


def typed_key(address: str) -> str:
    """The identity of an address on the command line."""
    try:
        return identity(address)
    except InvalidAddress as error:
        message: Message = ("This is not an e-mail address: ", Address(address), f". {error}")
        raise InvalidInput(Problem(message)) from error


def known_key(address: str, known: dict[str, Entry | Departed]) -> str:
    """The identity of a known member, or the hash by which the lockfile names them."""
    key = address.lower() if address.lower() in known else typed_key(address)
    if key not in known:
        hint: Message = (
            "`reconciler state list ENV` lists the members; `reconciler why ENV EMAIL` explains one.",
        )
        if meant := likeliest(key, known):
            hint = ("Did you mean ", Address(meant), "?")
        raise InvalidInput(Problem(("The lockfile doesn't know ", Address(key), "."), hint))
    return key


# `reconciler state rm`: drop members from the lockfile.


_MEANING = "They stay in the panel; the next apply adds members who are still declared again."


@click.command("rm")
@environment_argument
@click.argument("addresses", metavar="EMAIL...", nargs=-1, required=True)
@yes_option
@mask_option
@click.pass_obj
def remove(invocation: Invocation, name: str, addresses: tuple[str, ...], *, yes: bool) -> int:
    """Drop each EMAIL from the lockfile of ENV.

    The people stay in the panel. The next apply adds members who are still declared again.

    Example: reconciler state rm production ada@example.org
    """
    environment = read_environment(invocation.panels, name)
    check_known(environment)
    keys = _keys(addresses, entries(known_state(environment).lockfile))
    entry = counted(len(keys), "entry", "entries")
    for key in keys:
        invocation.tell("  - ", Address(key))
    confirm(
        invocation.line(f"Drop {entry} from the lockfile of {name} ({environment.target})? {_MEANING}"),
        yes=yes,
    )
    remove_members(environment, keys)
    invocation.say(f"{name}: {entry} dropped from the lockfile. {_MEANING}")
    return EXIT_DONE


def _keys(addresses: Sequence[str], known: dict[str, Entry | Departed]) -> list[str]:
    keys: list[str] = []
    errors: list[InvalidInput] = []
    for address in addresses:
        try:
            keys.append(known_key(address, known))
        except InvalidInput as error:
            errors.append(error)
    if errors:
        raise InvalidInput(*(problem for error in errors for problem in error.problems))
    return sorted(set(keys))


# `reconciler state recover`: merge the journal of an interrupted run into the lockfile.


@click.command("recover")
@environment_argument
@click.pass_obj
def recover(invocation: Invocation, name: str) -> int:
    """Merge the journal of an interrupted run into the lockfile of ENV, without network.

    Apply does the same first. Use this to have the lockfile right without applying.

    Example: reconciler state recover production
    """
    merged = recovery.recover(read_environment(invocation.panels, name))
    if not merged.is_recovered:
        invocation.say(f"{name}: there is no journal of an interrupted run. Nothing was changed.")
        return EXIT_DONE
    unconfirmed = len(merged.lockfile.unconfirmed) if merged.lockfile is not None else 0
    doubt = "The lockfile changed since that run began, or git can't tell, so the journal proves nothing."
    settled = counted(merged.recovered, "member")
    facts = [
        f"{name}: the journal of an interrupted run is merged: {settled} settled.",
        f"{unconfirmed} unconfirmed in the lockfile." if unconfirmed else "",
        doubt if merged.doubted else "",
    ]
    invocation.say(" ".join(filter(None, facts)))
    return EXIT_DONE


# `reconciler state publish`: bring the lockfile and the remote's together.


@click.command("publish")
@environment_argument
@click.option("--remote", default="origin", show_default=True, help="The remote, by its name in git.")
@click.option(
    "--branch", help="The branch that the file is committed to; by default the one that is checked out."
)
@click.option(
    "--test-push",
    is_flag=True,
    help="Push an empty commit if there is nothing to publish, to be sure that the server accepts a push.",
)
@click.option(
    "--signed-by-github",
    is_flag=True,
    help="Let GitHub make and sign the commit, instead of a push. Needs GITHUB_TOKEN; up to 29 MB.",
)
@mask_option
@click.pass_obj
def publish(
    invocation: Invocation,
    name: str,
    *,
    remote: str,
    branch: str | None,
    test_push: bool,
    signed_by_github: bool,
) -> int:
    """Merge the lockfile of ENV with the one at the remote, and push the result.

    Run it before and after apply. Both sides are merged by member, so several people may publish at once,
    as often as they like. Nothing is checked out: HEAD, the index and all other files stay as they are.

    The lockfile goes to the branch that environment.yaml names, or else to the one that it is committed to.
    If the server declines that, it goes to the branch reconciler/lockfile-ENV, and the next publish merges it
    from there.

    Someone who is new here and not at the remote becomes unconfirmed if a commit in between recorded them.

    With --test-push before an apply, you learn that the server accepts the lockfile before anyone is sent.

    With --signed-by-github, in a job on GitHub, commits are made by its API (createCommitOnBranch), for rules
    that require signatures. A branch that doesn't exist yet begins with the files of the default branch.

    Example: reconciler state publish production
    """
    environment = read_environment(invocation.panels, name)
    if environment.is_embedded:
        invocation.say(f"{name}: nothing to publish for an embedded environment.")
        return EXIT_DONE
    if environment.journal_path.exists():
        recover = invocation.command_line("state", "recover", name)
        line = f"An interrupted run left a journal, which is not published. Merge it first: `{recover}`."
        invocation.tell(line)
    bring_together = publish_and_test if test_push else publish_lockfile
    with _committer(invocation, is_wanted=signed_by_github) as committer:
        published = bring_together(environment, remote, branch, committer)
    _tell(invocation, environment, published)
    invocation.say(f"{name}: {_published(published)}")
    return EXIT_INCOMPLETE if published.end is PublicationEnd.FALLBACK else EXIT_DONE


@contextmanager
def _committer(invocation: Invocation, *, is_wanted: bool) -> Iterator[Committer | None]:
    """GitHub as the committer, with --signed-by-github."""
    if not is_wanted:
        yield None
        return
    from reconciler.ci.github import GitHub  # noqa: PLC0415 - the other commands need no network

    with GitHub(invocation.environ, seconds=NETWORK_SECONDS) as github:
        github.check_variables()
        yield github.commit_on_branch


def _tell(invocation: Invocation, environment: Environment, published: Publication) -> None:
    """What needs the user's attention."""
    for conflict in published.conflicts:
        invocation.tell(*conflict.words())
    if published.doubted:
        line = (
            f"{counted(len(published.doubted), 'member')} now unconfirmed: new here, not at the remote, and "
            "its history recorded them in between, or can't be read in full. The next apply sends them again."
        )
        invocation.tell(line)
    if published.is_tracked:
        path = display_path(environment.lockfile_path)
        command = f"git rm --cached {command_path(environment.lockfile_path)}"
        line = f"{path} is under version control still, where it grows old: `{command}`, commit."
        invocation.tell(line)
    if published.end is PublicationEnd.FALLBACK:
        invocation.tell_problems([_declined(invocation, environment, published)])


def _declined(invocation: Invocation, environment: Environment, published: Publication) -> Problem:
    again = invocation.command_line("state", "publish", environment.name)
    return Problem(
        (f"The server declined the push to {published.branch}: {published.reason}",),
        (
            f"Nothing is lost: the lockfile is on the branch {published.fallback} at {published.remote}, ",
            f"and the next `{again}` merges it from there. ",
            "Best give the lockfile its own branch, without protection: ",
            "write lockfile: {branch: reconciler-state} in environment.yaml. ",
            "Or let the workflow's token bypass the rule: on GitHub Settings, Rules, Rulesets, Bypass list; ",
            "it takes a deploy key or an app. Then run the apply workflow again by hand.",
        ),
        Location(display_path(environment.lockfile_path)),
    )


def _published(published: Publication) -> str:
    where = f"{published.branch} at {published.remote}"
    match published.end:
        case PublicationEnd.UP_TO_DATE:
            return f"nothing to publish; {where} holds all of it."
        case PublicationEnd.PUBLISHED:
            return f"published to {where}, commit {published.commit[:12]}."
        case PublicationEnd.FALLBACK:
            return f"saved on {published.fallback} at {published.remote}, since {where} declined it."


# `reconciler state mv`: what the lockfile records of an environment stays when it is renamed.


@click.command("mv")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--same-panel",
    is_flag=True,
    help="The target differs, but it is the same panel: only its address changed.",
)
@click.pass_obj
def move(invocation: Invocation, old: str, new: str, *, same_panel: bool) -> int:
    """Give the lockfile of OLD the name NEW, after you renamed the environment's folder.

    What is recorded stays. If the target differs, all members become unconfirmed, unless --same-panel says
    that it is the same panel. Refused while an interrupted run's journal is there, or if NEW has a lockfile.

    Example: reconciler state mv staging rehearsal
    """
    if Path(old).name != old or old == new:
        raise UsageError(Problem(("OLD is the former name of the environment NEW.",)))
    environment = read_environment(invocation.panels, new)
    renamed = rename_lockfile(invocation.panels / old, environment, same_panel=same_panel)
    members = counted(len(renamed.members) + len(renamed.unconfirmed), "member")
    doubt = f" {len(renamed.unconfirmed)} of them unconfirmed." if renamed.unconfirmed else ""
    invocation.say(f"{old} is now {new} in the lockfile: {members}.{doubt}")
    return EXIT_DONE
