"""`reconciler import`: a spreadsheet, an export or the panel becomes a member file."""

import math
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from reconciler.apply.recovery import known_state
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environment_argument, format_option, mask_option, yes_option
from reconciler.cli.planning import tell_of_journal
from reconciler.cli.progress import ImportProgress
from reconciler.cli.reading import (
    import_options,
    max_calls_option,
    read_from_api,
    refuse_beside,
    source_options,
)
from reconciler.cli.saving import check_place
from reconciler.cli.terminal import confirm
from reconciler.declaration import Declared, try_declaration
from reconciler.environment.discovery import SETTINGS_FILE
from reconciler.environment.model import Environment
from reconciler.environment.reader import try_environment
from reconciler.errors import EXIT_DONE, EXIT_INCOMPLETE, InvalidInput, UsageError
from reconciler.files import command_path, display_path, is_link, link_problem
from reconciler.importing.panel import DEFAULT_FIELDS, parse_fields, prepare_from_panel
from reconciler.importing.rejected import rejected_path, remember_imported, write_rejected
from reconciler.importing.run import (
    Destination,
    Imported,
    ImportOptions,
    check_source,
    is_below,
    prepare,
    write,
)
from reconciler.lockfile.state import check_known
from reconciler.output.documents.imported import import_screen
from reconciler.output.documents.problems import problems_screen
from reconciler.output.json_shapes import read_data
from reconciler.output.render import Format, Screen
from reconciler.problems import Code, Message, Problem, counted
from reconciler.questionpro.panel import PAGE_SIZE
from reconciler.readback.drift import known_in
from reconciler.readback.model import PanelRead

_ALL_EXISTING = "They are in the panel, so apply records all as `existing`; nobody is added twice."
_SIZE_UNKNOWN = (
    f"How many members the panel has is unknown. Each {PAGE_SIZE} take one call, and there is one more: give "
    "--max-calls N for a large panel."
)


@click.command("import")
@environment_argument
@click.argument("source", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--from-panel", is_flag=True, help="Read the panel instead of FILE. It costs calls.")
@click.option(
    "--to",
    metavar="MEMBER_FILE",
    type=click.Path(path_type=Path),
    help="The CSV member file to write. Default: members/<name of FILE>.csv, or members/panel.csv.",
)
@click.option(
    "--fields",
    metavar="NAME,…",
    help="With --from-panel, the fields to import. Default: names, birthday, zipCode, city, address1, "
    "address2, mobileNumber, custom1 to custom5.",
)
@max_calls_option
@source_options
@click.option(
    "--rejected",
    "rejected_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where refused rows are written. Default: <FILE>.rejected.csv beside FILE.",
)
@click.option(
    "--prune", is_flag=True, help="Also remove people who are no longer in FILE from the member file."
)
@click.option("--dry-run", is_flag=True, help="Write nothing; show the first rows as they would be written.")
@yes_option
@format_option
@mask_option
@click.pass_obj
def import_members(
    invocation: Invocation,
    name: str,
    *,
    source: Path | None,
    from_panel: bool,
    to: Path | None,
    fields: str | None,
    max_calls: int | None,
    mappings: tuple[str, ...],
    encoding: str | None,
    sheet: str | None,
    dates: tuple[str, ...],
    rejected_file: Path | None,
    prune: bool,
    dry_run: bool,
    yes: bool,
) -> int:
    """Turn a spreadsheet (.xlsx, CSV, or text with tabs) or the panel into a member file of ENV.

    Nothing is sent. Headings are recognised in several languages. The choices are written to import.yaml
    beside environment.yaml: review it, edit it, and the next import of the same file uses it. Run it again
    with a newer export to update the member file.

    With --from-panel, it reads the panel with the API's call that lists members: one call for each 100, and
    one more. It says so and asks first. The next apply finds everyone and records them as existing.

    Exits with 3 if rows were refused; they are in a separate file, with the reason.

    Example: reconciler import production contacts.xlsx

    Example: reconciler import production export.csv --to members/team.csv --map "Job title=custom1"

    Example: reconciler import production --from-panel --max-calls 150
    """
    options = import_options(mappings, encoding, sheet, dates)._replace(prune=prune, is_dry_run=dry_run)
    rejected = None
    imported: Imported | None
    if from_panel:
        of_files: dict[str, object] = {"FILE": source, "--map": mappings, "--encoding": encoding}
        of_files |= {"--sheet": sheet, "--dates": dates, "--rejected": rejected_file, "--prune": prune}
        refuse_beside(of_files, "{} and --from-panel exclude each other.", "Import a file, or the panel.")
        destination = _destination(invocation, name, "panel", to)
        chosen = _fields(fields)
        imported = _read_panel(invocation, name, destination, chosen, max_calls, is_dry_run=dry_run, yes=yes)
        if imported is None:
            return EXIT_INCOMPLETE
    else:
        refuse_beside({"--fields": fields, "--max-calls": max_calls}, "{} needs --from-panel.")
        if source is None:
            raise UsageError(
                Problem(("There is nothing to import.",), ("Name a FILE, or give --from-panel.",))
            )
        destination = _destination(invocation, name, source.stem, to)
        rejected = rejected_path(source, invocation.panels, rejected_file)
        imported = _read_file(invocation, name, source, destination, options, rejected)
    imported = replace(imported, more="To see all: --format json.")
    if not dry_run:
        imported = _write(invocation, imported, destination, source, rejected, yes=yes)
    invocation.show(import_screen(imported))
    return EXIT_INCOMPLETE if imported.refused or imported.left_out else EXIT_DONE


def _fields(given: str | None) -> tuple[str, ...]:
    try:
        return DEFAULT_FIELDS if given is None else parse_fields(given)
    except ValueError as error:
        raise UsageError(Problem((f"--fields: {error}",))) from None


def _write(
    invocation: Invocation,
    imported: Imported,
    destination: Destination,
    source: Path | None,
    rejected: Path | None,
    *,
    yes: bool,
) -> Imported:
    """Ask before a file that exists is changed; then write all of it."""
    folder = invocation.panels / imported.environment
    if imported.update.changes_the_file and destination.path.exists():
        preview = replace(imported, is_dry_run=True, next_steps=())
        invocation.tell_document(import_screen(preview).document())
        confirm(invocation.line("Change ", Code(imported.file), "?"), yes=yes)
    kept = None
    if imported.refused and rejected is not None:
        kept = write_rejected(rejected, imported, folder)
    write(imported, folder, destination)
    if source is not None and not imported.refused:
        remember_imported(source, folder)
    if kept is not None:
        command = invocation.command_line(
            "import", imported.environment, command_path(kept), "--to", destination.name
        )
        where = Code(display_path(kept))
        message = ("The file of refused rows had been edited; it is kept in ", where)
        kept_step: Message = (*message, f". Unless you imported it already: `{command}`.")
        imported = replace(imported, next_steps=(kept_step, *imported.next_steps))
    return replace(imported, is_written=True)


# From a file.


def _read_file(
    invocation: Invocation,
    name: str,
    source: Path,
    destination: Destination,
    options: ImportOptions,
    rejected: Path,
) -> Imported:
    check_source(source, destination.path)
    declared = try_declaration(invocation.panels, name)
    if declared.environment is not None:
        Declared(declared.environment, declared.roster, declared.unchecked).require_checked()
    with ImportProgress(invocation, source) as progress:
        imported = prepare(declared, invocation.panels / name, source, destination, options, progress.show)
    if any(rejected.resolve() == other.resolve() for other in (source, destination.path)):
        hint = ("Name another file for the refused rows.",)
        raise UsageError(Problem(("--rejected names the source or the member file itself.",), hint))
    check_place(rejected)
    steps = tuple(_steps_after_file(invocation, imported, source, destination, rejected))
    return replace(imported, next_steps=steps)


def _steps_after_file(
    invocation: Invocation, imported: Imported, source: Path, destination: Destination, rejected: Path
) -> Iterator[Message]:
    name = imported.environment
    if imported.is_dry_run:
        yield ("Import it: run this again without --dry-run.",)
        return
    if imported.refused:
        command = invocation.command_line("import", name, command_path(rejected), "--to", destination.name)
        yield (
            "Correct the refused rows in ",
            Code(display_path(rejected)),
            f", and import them: `{command}`.",
        )
    if imported.opted_out:
        people = counted(len(imported.opted_out), "person", "people")
        command = invocation.command_line("drift", name, "--export", str(source), "--list-opted-out")
        yield (f"{people} opted out. Once this is applied, list them: `{command}`.",)
    if is_below(source, invocation.panels):
        yield (Code(display_path(source)), " lies below panels/, where git would keep it: move it out.")
    yield (f"See what apply would do: `{invocation.command_line('plan', name)}`.",)
    yield (f"Commit {imported.file} and import.yaml.",)


# From the panel.


def _read_panel(
    invocation: Invocation,
    name: str,
    destination: Destination,
    fields: Sequence[str],
    max_calls: int | None,
    *,
    is_dry_run: bool,
    yes: bool,
) -> Imported | None:
    """Read the panel and say what importing it does; None for a read that is not whole, once it is said."""
    own, folder = (invocation.panels / name).resolve(), destination.path.parent
    if not folder.exists() and own.is_dir() and folder.parent.resolve() == own:
        folder.mkdir(exist_ok=True)  # that the folder of the member file is missing is no mistake here
    declared = try_declaration(invocation.panels, name)
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
    spent, seen = counted(read.calls, "call"), counted(len(read.members), "member")
    if not read.is_whole:
        again = read.hint or f"Run it again: a call for each {PAGE_SIZE} members, and one more."
        why: Message = ("Nothing was written, since the panel was not read to its end: ", *read.reason, ".")
        _fail(invocation, read, Problem(why, (f"{spent} brought {seen}. {again}",)))
        return None
    imported = prepare_from_panel(declared, name, destination, read, fields, is_dry_run=is_dry_run)
    notes: list[Message] = [(f"The panel at {environment.target} was read with {spent}: {seen}.",)]
    if read.reason:
        notes.append(("The read is not complete: ", *read.reason, ". The later values were taken."))
    steps = tuple(_steps_after_panel(invocation, environment, imported, recorded))
    return replace(imported, notes=tuple(notes), next_steps=steps)


def _fail(invocation: Invocation, read: PanelRead, problem: Problem) -> None:
    """Say why nothing was imported; JSON tells what was read all the same."""
    invocation.tell_problems([problem])
    if invocation.format is not Format.TEXT:
        screen = problems_screen([problem], invocation.environment)
        invocation.show(Screen(screen.document, lambda: {**screen.data(), "read": read_data(read)}))


def _steps_after_panel(
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


# Where it is written.


def _destination(invocation: Invocation, name: str, stem: str, to: Path | None) -> Destination:
    """The member file to write; `--to` is relative to the environment's folder, or a path that leads in."""
    folder = invocation.panels / name
    if to is None:
        to = Path("members") / f"{stem}.csv"
    root = _real(folder)
    path = to if _real(to).is_relative_to(root) else folder / to
    if is_link(path):
        raise InvalidInput(link_problem(path))
    if path.suffix.lower() != ".csv":
        hint = "Name a file that ends in .csv. A member file in YAML is edited by hand."
        raise UsageError(Problem(("--to takes a member file in CSV.",), (hint,)))
    if not _real(path).is_relative_to(root):
        hint = f"For example: --to members/{stem}.csv."
        raise UsageError(Problem(("--to takes a file in the environment's folder.",), (hint,)))
    reading = try_environment(invocation.panels, name)
    places = reading.member_places
    if places is not None and not _is_read(path, places, reading.suppression_lists):
        read = ", ".join(map(display_path, places)) or "nowhere"
        message = (Code(display_path(path)), f" would not be read: {name} takes its members from {read}.")
        settings = display_path(folder / SETTINGS_FILE)
        hint = f"Name a file with --to that is, or add this one to members in {settings}."
        raise UsageError(Problem(message, (hint, " Names that begin with a dot are never read.")))
    return Destination(path, _real(path).relative_to(root).as_posix())


def _is_read(path: Path, places: Iterable[Path], lists: Iterable[Path]) -> bool:
    """Whether a file of this name, once it is there, is a member file of the environment."""
    file = _real(path)
    if file in map(_real, lists):
        return False
    below = [file.relative_to(place).parts for place in map(_real, places) if file.is_relative_to(place)]
    return any(not any(part.startswith(".") for part in parts) for parts in below)


def _real(path: Path) -> Path:
    """Where links lead; unlike `Path.resolve`, it takes one that leads to itself."""
    return Path(os.path.realpath(path))
