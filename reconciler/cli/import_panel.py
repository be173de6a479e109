"""`reconciler import ENV --from-panel`: read the panel, and say what becomes of it."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reconciler.apply.recovery import known_state
from reconciler.cli.invocation import Invocation
from reconciler.cli.planning import tell_of_journal
from reconciler.cli.reading import read_from_api
from reconciler.declaration import DeclarationReading, Declared, try_declaration
from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.importing.panel import prepare_from_panel
from reconciler.importing.run import Destination, Imported
from reconciler.lockfile.state import check_known
from reconciler.problems import Code, Message, Problem, counted
from reconciler.questionpro.panel import PAGE_SIZE
from reconciler.readback.drift import known_in
from reconciler.readback.model import PanelRead

_ALL_EXISTING = "They are in the panel, so apply records all as `existing`; nobody is added twice."
_SIZE_UNKNOWN = (
    f"How many members the panel has is unknown. Each {PAGE_SIZE} take one call, and there is one more: give "
    "--max-calls N for a large panel."
)


def read_panel_to_import(
    invocation: Invocation,
    name: str,
    destination: Destination,
    fields: Sequence[str],
    max_calls: int | None,
    *,
    is_dry_run: bool,
    yes: bool,
) -> Imported | None:
    """Read the panel and say what importing it does; None, and why, if the read did not see all of it.

    Raises:
        InvalidInput: the environment has mistakes, a suppression list can't be checked, or the API refused.
        Refusal: the answer is not yes.
    """
    declared = _declaration(invocation, name, destination.path.parent)
    if declared.environment is None or declared.problems:
        raise InvalidInput(*declared.problems)
    environment = declared.environment
    Declared(environment, declared.roster, declared.unchecked).require_checked()
    check_known(environment)
    state = known_state(environment)
    tell_of_journal(invocation, name, state)
    recorded = state.lockfile.members.keys() if state.lockfile else frozenset()
    size = max(len(declared.roster.members), len(recorded))
    # Where nothing was applied yet, nobody can prove that this is the panel: apply will.
    known = known_in(state.lockfile) or None
    if max_calls is None:
        invocation.tell(_SIZE_UNKNOWN)
    read = read_from_api(invocation, environment, size, {}, known, max_calls, yes=yes)
    if read.denial is not None:
        raise InvalidInput(read.denial)
    if not read.is_whole:
        invocation.fail([_not_whole(read)])
        return None
    imported = prepare_from_panel(declared, name, destination, read, fields, is_dry_run=is_dry_run)
    steps = _next_steps(invocation, environment, imported, recorded)
    return replace(imported, notes=tuple(_notes(environment, read)), next_steps=tuple(steps))


def _declaration(invocation: Invocation, name: str, folder: Path) -> DeclarationReading:
    """What is declared now. That the folder of the member file is still missing is no mistake here."""
    own = (invocation.panels / name).resolve()
    if not folder.exists() and own.is_dir() and folder.parent.resolve() == own:
        folder.mkdir(exist_ok=True)
    return try_declaration(invocation.panels, name)


def _not_whole(read: PanelRead) -> Problem:
    spent, seen = counted(read.calls, "call"), counted(len(read.members), "member")
    return Problem(
        ("Nothing was written, since the panel was not read to its end: ", *read.reason, "."),
        (f"{spent} brought {seen}. Run it again: a call for each {PAGE_SIZE} members, and one more.",),
    )


def _notes(environment: Environment, read: PanelRead) -> Iterator[Message]:
    spent, seen = counted(read.calls, "call"), counted(len(read.members), "member")
    yield (f"The panel at {environment.target} was read with {spent}: {seen}.",)
    if read.reason:
        yield ("The read is not complete: ", *read.reason, ". The later values were taken.")


def _next_steps(
    invocation: Invocation, environment: Environment, imported: Imported, recorded: Collection[str]
) -> Iterator[Message]:
    if imported.is_dry_run:
        yield ("Import it: run this again without --dry-run. That reads the panel again.",)
        return
    name = environment.name
    new = sum(person.key not in recorded for person in imported.update.new)
    if new:
        size = environment.api.batch_size
        calls = f"{counted(math.ceil(new / size), 'call')} of up to {size}"
        yield (f"The plan will add {counted(new, 'member')}: {calls}. {_ALL_EXISTING}",)
    yield (f"See what apply would do: `{invocation.command_line('plan', name)}`.",)
    yield ("Commit ", Code(imported.file), ".")
    if imported.opted_out:
        people = counted(len(imported.opted_out), "person", "people")
        command = invocation.command_line("drift", name, "--list-opted-out")
        yield (f"{people} opted out. Once this is applied, list them: `{command}`.",)
