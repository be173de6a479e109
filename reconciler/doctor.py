"""What a first apply of an environment needs, checked with one reading call and without adding anyone."""

import asyncio
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TypeAlias

from reconciler.apply.recovery import known_state
from reconciler.apply.stop_messages import said, said_in
from reconciler.checks import Check, Checked, failed, ok, unknown
from reconciler.declaration import DeclarationReading, try_declaration
from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput, ReconcilerError, Refusal
from reconciler.files import display_path
from reconciler.git.process import said as said_by_git
from reconciler.git.remote import Remote
from reconciler.git.repository import Repository
from reconciler.hosts import Hop, host_of, is_loopback
from reconciler.lockfile.state import REMOTE, fetch_command
from reconciler.network import route_to
from reconciler.problems import Location, Problem
from reconciler.questionpro.key import HOSTS
from reconciler.questionpro.panel import (
    AllowanceUsedUp,
    Denied,
    Page,
    PanelReader,
    ReadPage,
    Reply,
    Unreachable,
)

Connect: TypeAlias = Callable[[], AbstractAsyncContextManager[PanelReader]]
Connector: TypeAlias = Callable[[Environment], Connect]
"""Reads the key, and gives what opens the connection. Raises `Refusal` and `InvalidInput`, as `key_for`."""

DECLARATION = "declaration"
VARIABLE = "variable"
HOST = "host allowed"
ADDRESS = "address"
TLS_AND_PROXY = "TLS and proxy"
KEY = "key"
GIT = "git remote and lockfile branch"
PERMISSION = "permission to add"

_UNAUTHORIZED = 401
_ANSWERS_OF_THE_API = frozenset({_UNAUTHORIZED, 403, 429})  # any web server has a page for the others
_PERMISSION = unknown(
    PERMISSION,
    "only adding a member shows it",
    "Begin with one batch: apply with `--max-calls 1`, and read the report.",
)


def examine(panels: Path, name: str, connector: Connector) -> Checked:
    """All checks of one environment, in the order in which an apply needs them.

    Raises:
        InvalidInput: there is no environment of this name.
    """
    reading = try_declaration(panels, name)
    declaration = _declaration(name, reading)
    environment = reading.environment
    if environment is None:
        names = (VARIABLE, HOST, ADDRESS, TLS_AND_PROXY, KEY, GIT)
        left = (unknown(each, "environment.yaml has problems: correct them first") for each in names)
        return Checked(name, (declaration, *left, _PERMISSION))
    access, connect = _access(environment, connector)
    connection, calls = _connection(environment, connect)
    return Checked(name, (declaration, *access, *connection, _git(environment), _PERMISSION), calls)


def _declaration(name: str, reading: DeclarationReading) -> Check:
    problems = (*reading.problems, *reading.unchecked)
    if problems:
        first, number = problems[0], len(problems)
        more = f" `reconciler validate {name}` shows all {number} problems." if number > 1 else ""
        return failed(DECLARATION, Problem(first.message, (*first.hint, more), first.location))
    members, files = len(reading.roster.members), len(reading.member_files)
    return ok(DECLARATION, f"members declared: {members}, in member files: {files}")


def _access(environment: Environment, connector: Connector) -> tuple[tuple[Check, ...], Connect | None]:
    """Whether the key is there and may go to the host; and what opens the connection, if both is so."""
    if environment.api_key is None:
        nothing = "an embedded panel needs none"
        return (ok(VARIABLE, nothing), ok(HOST, nothing)), connector(environment)
    limit = f"{HOSTS} allows it" if os.environ.get(HOSTS, "").strip() else f"{HOSTS} sets no limit"
    host = ok(HOST, f"{host_of(environment.target)} may get the key; {limit}")
    try:
        connect = connector(environment)
    except Refusal as error:
        not_read = unknown(
            VARIABLE, "the key is not read for a host that may not get it: see the check of the host"
        )
        return (not_read, failed(HOST, error.problems[0])), None
    except InvalidInput as error:
        return (failed(VARIABLE, error.problems[0]), host), None
    source = environment.api_key.described(environment.folder)
    return (ok(VARIABLE, f"{source} holds a key"), host), connect


# The reading call, and what its answer says about the way and the key.


def _connection(environment: Environment, connect: Connect | None) -> tuple[tuple[Check, ...], int]:
    """The checks that the reading call decides, and how many calls it took: one, or none."""
    if connect is None:
        reason = "no call was made without a key that may be sent: see what failed above"
        return tuple(unknown(each, reason) for each in (ADDRESS, TLS_AND_PROXY, KEY)), 0
    try:
        reply = asyncio.run(_read(connect))
    except ReconcilerError as error:
        wrong = ADDRESS if environment.is_embedded else TLS_AND_PROXY
        return _no_connection(failed(wrong, error.problems[0])), 0
    if isinstance(reply.answer, Unreachable):
        return _no_connection(_unreachable(environment, reply.answer)), 0
    checks = _address(environment, reply), ok(TLS_AND_PROXY, _way(environment)), _key(reply)
    return checks, int(reply.sent)


async def _read(connect: Connect) -> Reply:
    async with connect() as panel:
        return await panel.read(ReadPage(1))


def _no_connection(wrong: Check) -> tuple[Check, ...]:
    """The check that says why there was none, among those that it leaves unknown."""
    names = (ADDRESS, TLS_AND_PROXY, KEY)
    return tuple(
        wrong if each == wrong.name else unknown(each, "there was no connection: see what failed")
        for each in names
    )


def _unreachable(environment: Environment, answer: Unreachable) -> Check:
    if answer.at is Hop.HOST:
        hint = "Check datacenter or base_url in environment.yaml, and the network: docs/network.md."
        location = Location(display_path(environment.folder / "environment.yaml"))
        return failed(ADDRESS, Problem((answer.reason,), (hint,), location))
    what = "the proxy" if answer.at is Hop.PROXY else "certificates and the proxy"
    return failed(
        TLS_AND_PROXY, Problem((answer.reason,), (f"Check the variables for {what}: docs/network.md.",))
    )


def _address(environment: Environment, reply: Reply) -> Check:
    """Whether the API is there: a redirect, any web server's page or silence don't show it."""
    if isinstance(reply.answer, Page | AllowanceUsedUp) or reply.status in _ANSWERS_OF_THE_API:
        return ok(ADDRESS, f"{environment.target} answers")
    return unknown(
        ADDRESS, f"{environment.target} doesn't answer as the API does: see what the key check got"
    )


def _key(reply: Reply) -> Check:
    """What the answer proves about the key; adding has a call and a right of its own."""
    match reply.answer:
        case Page():
            return ok(KEY, "accepted: the call that lists members answered")
        case Denied(reason, remedy) if reply.status == _UNAUTHORIZED:
            return failed(KEY, Problem(said(reason), (remedy,)))
        case Denied(reason, remedy):
            return unknown(KEY, Problem(said(reason), (remedy,)))
        case AllowanceUsedUp(reason):
            return failed(KEY, Problem(said(reason), ("Ask your QuestionPro representative for calls.",)))
        case answer:
            hint = "Run it again later. If it stays so, check datacenter or base_url in environment.yaml."
            return unknown(KEY, Problem(said_in(answer), (hint,)))


def _way(environment: Environment) -> str:
    if environment.is_embedded:
        return "an embedded panel needs no network"
    route = route_to(environment.target)
    if is_loopback(environment.target):
        return "not needed on this machine"
    return f"the certificate is trusted; proxy: {route.proxy_variable or 'none'}"


def push_check(folder: Path, branch: str) -> Check:
    """Whether git may push to a branch of the remote, by a push that changes nothing."""
    name = "git push"
    try:
        remote = Remote.of(Repository.around(folder), REMOTE)
    except InvalidInput as error:
        return unknown(name, error.problems[0])
    done = remote.dry_run(branch)
    if done.code == 0:
        return ok(name, f"git may push to {REMOTE}; only a real push asks rules and hooks")
    hint = "In a workflow: `permissions: contents: write`, and git's credentials as in apply.yml."
    return failed(name, Problem((f"git may not push to {REMOTE}. {said_by_git(done)}",), (hint,)))


# Where the lockfile goes.


def _git(environment: Environment) -> Check:
    """Whether git can keep the lockfile. Without a branch of its own, an apply works without git too."""
    branch = environment.lockfile_branch
    try:
        state = known_state(environment)
    except ReconcilerError as error:
        return failed(GIT, error.problems[0])
    if environment.is_embedded:
        return ok(GIT, "the lockfile can be read; that of an embedded panel is not published")
    try:
        repository = Repository.around(environment.folder)
        there = Remote.of(repository, REMOTE).branches([branch or "HEAD"])
    except InvalidInput as error:
        return failed(GIT, error.problems[0]) if branch else unknown(GIT, error.problems[0])
    if branch in there and state.unfetched:
        fetch = f"Fetch it: `{fetch_command(state.unfetched)}`."
        return failed(GIT, Problem((f"{REMOTE} has {branch}, and it is not fetched here.",), (fetch,)))
    return ok(GIT, f"{REMOTE} can be read. {_goes_to(environment, is_there=branch in there)}")


def _goes_to(environment: Environment, *, is_there: bool) -> str:
    """Where the lockfile goes; and what shows whether it may, since only a push can."""
    branch = environment.lockfile_branch
    where = "The lockfile is committed beside environment.yaml."
    if branch is not None:
        where = f"It has {branch}." if is_there else f"`state publish` makes {branch} before the first apply."
    return f"{where} To test a push: `reconciler state publish {environment.name} --test-push`."
