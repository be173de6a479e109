"""`reconciler import`: a spreadsheet or an export becomes a member file."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environment_argument, format_option, mask_option, yes_option
from reconciler.cli.reading import import_options, source_options
from reconciler.cli.terminal import confirm
from reconciler.declaration import try_declaration
from reconciler.errors import EXIT_DONE, EXIT_INCOMPLETE, UsageError
from reconciler.files import display_path
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
from reconciler.output.wording import counted
from reconciler.problems import Code, Message, Problem


@click.command("import")
@environment_argument
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--to",
    metavar="MEMBER_FILE",
    type=click.Path(path_type=Path),
    help="The CSV member file to write. Default: members/<name of FILE>.csv.",
)
@source_options
@click.option(
    "--rejected",
    "rejected_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where refused rows are written. Default: <FILE>.rejected.csv beside FILE.",
)
@click.option(
    "--prune", is_flag=True, help="Also remove people from the member file who are no longer in FILE."
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
    source: Path,
    to: Path | None,
    mappings: tuple[str, ...],
    encoding: str | None,
    sheet: str | None,
    dates: tuple[str, ...],
    rejected_file: Path | None,
    prune: bool,
    dry_run: bool,
    yes: bool,
) -> int:
    """Turn a spreadsheet (.xlsx, CSV, or text with tabs) into a member file of ENV. Nothing is sent.

    Headings are recognised in several languages. What was decided is written to import.yaml beside
    environment.yaml: review it, edit it, and the next import of the same file uses it. Run it again with a
    newer export to update the member file.

    Exits with 3 if rows were refused; they are in a file of their own, with the reason.

    Example: reconciler import production contacts.xlsx

    Example: reconciler import production export.csv --to members/team.csv --map "Job title=custom1"
    """
    options = import_options(mappings, encoding, sheet, dates)._replace(prune=prune, is_dry_run=dry_run)
    declared = try_declaration(invocation.panels, name)
    folder = invocation.panels / name
    destination = _destination(folder, source, to)
    check_source(source, destination.path)
    imported = prepare(declared, folder, source, destination, options)
    rejected = rejected_path(source, invocation.panels, rejected_file)
    steps = _next_steps(invocation, name, imported, source, rejected)
    imported = replace(imported, next_steps=tuple(steps), more="To see all: --format json.")
    if not dry_run:
        _write(invocation, imported, folder, destination, rejected, yes=yes)
        imported = replace(imported, is_written=True)
    invocation.show(import_screen(imported))
    return EXIT_INCOMPLETE if imported.refused else EXIT_DONE


def _write(
    invocation: Invocation,
    imported: Imported,
    folder: Path,
    destination: Destination,
    rejected: Path,
    *,
    yes: bool,
) -> None:
    """Ask before a file that exists is changed; then write all of it."""
    if imported.update.changes_the_file and destination.path.exists():
        preview = replace(imported, is_dry_run=True, next_steps=())
        invocation.tell_document(import_screen(preview).document())
        confirm(invocation.line("Change ", Code(imported.file), "?"), yes=yes)
    if imported.refused:
        write_rejected(rejected, imported)
    write(imported, folder, destination)


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


def _destination(folder: Path, source: Path, to: Path | None) -> Destination:
    """`--to` is relative to the environment's folder, or a path that leads there."""
    if to is None:
        to = Path("members") / f"{source.stem}.csv"
    root = folder.resolve()
    path = to if to.resolve().is_relative_to(root) else folder / to
    if path.suffix.lower() != ".csv":
        hint = "Name a file that ends in .csv. A member file in YAML is edited by hand."
        raise UsageError(Problem(("--to takes a member file in CSV.",), (hint,)))
    if not path.resolve().is_relative_to(root):
        hint = f"For example: --to members/{source.stem}.csv."
        raise UsageError(Problem(("--to takes a file in the environment's folder.",), (hint,)))
    return Destination(path, path.resolve().relative_to(root).as_posix())
