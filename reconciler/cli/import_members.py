"""`reconciler import`: a spreadsheet, an export or the panel becomes a member file."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import click

from reconciler.cli.import_panel import read_panel_to_import
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environment_argument, format_option, mask_option, yes_option
from reconciler.cli.progress import ImportProgress
from reconciler.cli.reading import import_options, max_calls_option, refuse_beside, source_options
from reconciler.cli.saving import check_place
from reconciler.cli.terminal import confirm
from reconciler.declaration import Declared, try_declaration
from reconciler.environment.discovery import SETTINGS_FILE
from reconciler.environment.reader import try_environment
from reconciler.errors import EXIT_DONE, EXIT_INCOMPLETE, InvalidInput, UsageError
from reconciler.files import display_path, is_link, link_problem
from reconciler.importing.panel import DEFAULT_FIELDS, parse_fields
from reconciler.importing.run import (
    Destination,
    Imported,
    check_source,
    is_below,
    prepare,
    rejected_path,
    write,
    write_rejected,
)
from reconciler.output.documents.imported import import_screen
from reconciler.problems import Code, Message, Problem, counted


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
    if from_panel:
        of_files: dict[str, object] = {"FILE": source, "--map": mappings, "--encoding": encoding}
        of_files |= {"--sheet": sheet, "--dates": dates, "--rejected": rejected_file, "--prune": prune}
        refuse_beside(of_files, "{} and --from-panel exclude each other.", "Import a file, or the panel.")
        destination = _destination(invocation, name, "panel", to)
        chosen = _fields(fields)
        imported = read_panel_to_import(
            invocation, name, destination, chosen, max_calls, is_dry_run=dry_run, yes=yes
        )
        if imported is None:
            return EXIT_INCOMPLETE
        rejected = None
    else:
        refuse_beside({"--fields": fields, "--max-calls": max_calls}, "{} needs --from-panel.")
        if source is None:
            raise UsageError(
                Problem(("There is nothing to import.",), ("Name a FILE, or give --from-panel.",))
            )
        destination = _destination(invocation, name, source.stem, to)
        check_source(source, destination.path)
        declared = try_declaration(invocation.panels, name)
        if declared.environment is not None:
            Declared(declared.environment, declared.roster, declared.unchecked).require_checked()
        with ImportProgress(invocation, source) as progress:
            imported = prepare(
                declared, invocation.panels / name, source, destination, options, progress.told
            )
        rejected = rejected_path(source, invocation.panels, rejected_file)
        _check_apart(rejected, source, destination.path)
        steps = _next_steps(invocation, name, imported, source, rejected)
        imported = replace(imported, next_steps=tuple(steps))
    imported = replace(imported, more="To see all: --format json.")
    if not dry_run:
        _write(invocation, imported, destination, rejected, yes=yes)
        imported = replace(imported, is_written=True)
    invocation.show(import_screen(imported))
    return EXIT_INCOMPLETE if imported.refused or imported.left_out else EXIT_DONE


def _fields(given: str | None) -> tuple[str, ...]:
    try:
        return DEFAULT_FIELDS if given is None else parse_fields(given)
    except ValueError as error:
        raise UsageError(Problem((f"--fields: {error}",))) from None


def _check_apart(rejected: Path, *others: Path) -> None:
    """Refuse to write refused rows over a file that is read or written besides.

    Raises:
        UsageError: they would be.
        InvalidInput: no file can be written there.
    """
    if any(rejected.resolve() == other.resolve() for other in others):
        hint = ("Name another file for the refused rows.",)
        raise UsageError(Problem(("--rejected names the source or the member file itself.",), hint))
    check_place(rejected)


def _write(
    invocation: Invocation,
    imported: Imported,
    destination: Destination,
    rejected: Path | None,
    *,
    yes: bool,
) -> None:
    """Ask before a file that exists is changed; then write all of it."""
    if imported.update.changes_the_file and destination.path.exists():
        preview = replace(imported, is_dry_run=True, next_steps=())
        invocation.tell_document(import_screen(preview).document())
        confirm(invocation.line("Change ", Code(imported.file), "?"), yes=yes)
    if imported.refused and rejected is not None:
        write_rejected(rejected, imported)
    write(imported, invocation.panels / imported.environment, destination)


def _next_steps(
    invocation: Invocation, name: str, imported: Imported, source: Path, rejected: Path
) -> Iterator[Message]:
    if imported.is_dry_run:
        yield ("Import it: run this again without --dry-run.",)
        return
    if imported.refused:
        yield ("Correct the refused rows in ", Code(display_path(rejected)), ", and import that file too.")
    if imported.opted_out:
        people = counted(len(imported.opted_out), "person", "people")
        command = invocation.command_line("drift", name, "--export", str(source), "--list-opted-out")
        yield (f"{people} opted out. Once this is applied, list them: `{command}`.",)
    if is_below(source, invocation.panels):
        yield (Code(display_path(source)), " lies below panels/, where git would keep it: move it out.")
    yield (f"See what apply would do: `{invocation.command_line('plan', name)}`.",)
    yield (f"Commit {imported.file} and import.yaml.",)


def _destination(invocation: Invocation, name: str, stem: str, to: Path | None) -> Destination:
    """`--to` is relative to the environment's folder, or a path that leads there.

    Raises:
        UsageError: it is no member file of the environment.
        InvalidInput: there is no such environment, or a link in the file's place.
    """
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
