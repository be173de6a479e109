"""One import: read the source and the member file, decide, and write all of it or nothing."""

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from reconciler.declaration import DeclarationReading
from reconciler.errors import InvalidInput
from reconciler.files import display_path, replace_file
from reconciler.identity import identity
from reconciler.importing.columns import Columns, Decisions, decide
from reconciler.importing.import_yaml import IMPORT_FILE, Remembered, read_import_yaml, with_remembered
from reconciler.importing.sheet import Choices, Progress, Sheet, unreadable, untold
from reconciler.importing.source import read_sheet
from reconciler.importing.update import Fields, Person, RefusedRow, Update, people_of, update
from reconciler.importing.values import DateOrder
from reconciler.member import EMAIL_ADDRESS
from reconciler.problems import Location, Message
from reconciler.readback.model import PanelRead
from reconciler.roster.csv_file import csv_table, csv_text, with_line_feeds
from reconciler.text_source import bytes_of, decoded, text_of


class ImportOptions(NamedTuple):
    """What the command line says. `mapped` and `dates` go before what `import.yaml` remembers."""

    mapped: Mapping[str, str | None]
    dates: Mapping[str, DateOrder]
    encoding: str | None = None
    sheet: str | None = None
    prune: bool = False
    is_dry_run: bool = False


class Destination(NamedTuple):
    """The member file that is written: its path, and its name in `import.yaml`."""

    path: Path
    name: str

    @property
    def display(self) -> str:
        """The path as it is displayed."""
        return display_path(self.path)


class LeftOutValue(NamedTuple):
    """A value of the panel that a member file can't declare, and why."""

    key: str
    field: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import found and, unless `is_dry_run`, wrote. `file` is the member file's display path.

    If the source is the panel, `read` is the read, and `left_out` are values that could not be taken.
    """

    environment: str
    file: str
    columns: Columns
    update: Update
    refused: tuple[RefusedRow, ...]
    notes: tuple[str | Message, ...]
    header: tuple[str, ...]
    text: str
    import_yaml: str | None
    is_dry_run: bool
    is_written: bool = False
    next_steps: tuple[Message, ...] = ()
    more: str = ""
    read: PanelRead | None = None
    left_out: tuple[LeftOutValue, ...] = ()

    @property
    def opted_out(self) -> tuple[str, ...]:
        """Those who opted out according to the source, so that they are not imported."""
        return tuple(row.key for row in self.refused if row.opted_out and row.key is not None)


def prepare(
    declared: DeclarationReading,
    folder: Path,
    source: Path,
    destination: Destination,
    options: ImportOptions,
    progress: Progress = untold,
) -> Imported:
    """Read the source and say what importing it does. Nothing is written.

    `folder` is the environment's, with `import.yaml`. The destination may not exist yet.

    Raises:
        InvalidInput: the source, `import.yaml` or the member file can't be read, or the columns don't fit.
    """
    remembered = read_import_yaml(folder).get(destination.name, Remembered())
    sheet, columns, dates = read_source(source, options, remembered, progress)
    people, refused = people_of(sheet, columns, dates, declared.roster.suppression, progress)
    if not people and not refused:
        hint = "Nothing was written. Check that the export is whole, and that this is the right sheet."
        raise unreadable(source, "There are no rows below the header.", hint, sheet.header.number)
    found, text = updated(declared, destination, columns, people, refused, prune=options.prune)
    decided = Remembered({**remembered.columns, **columns.decided}, sheet.encoding, dates, sheet.name)
    return Imported(
        environment=folder.name,
        file=destination.display,
        columns=columns,
        update=found,
        refused=tuple(refused),
        notes=sheet.notes,
        header=tuple(str(cell) for cell in sheet.header.cells),
        text=text,
        import_yaml=_changed_memory(folder, destination.name, decided, remembered),
        is_dry_run=options.is_dry_run,
    )


def read_source(
    source: Path, options: ImportOptions, remembered: Remembered, progress: Progress = untold
) -> tuple[Sheet, Columns, dict[str, DateOrder]]:
    """Read a workbook or text file: its rows, which column becomes which field, and the order of dates.

    The options go before what is remembered.

    Raises:
        InvalidInput: it can't be read, or the columns don't fit.
    """
    decisions = Decisions(options.mapped, remembered.columns)
    encoding, name = options.encoding or remembered.encoding, options.sheet or remembered.sheet
    sheet = read_sheet(source, Choices(decisions.knows, encoding, name, progress))
    columns, problems = decide(sheet.header.cells, decisions)
    if problems:
        header = Location(display_path(source), sheet.header.number)
        raise InvalidInput(*(replace(problem, location=header) for problem in problems))
    return sheet, columns, {**remembered.dates, **options.dates}


def write(imported: Imported, folder: Path, destination: Destination) -> None:
    """Write the member file, then `import.yaml`: each in one step, the first also without the second.

    Raises:
        InvalidInput: one of them is a symbolic link, or not a regular file.
        DiskFailure: one of them could not be written.
    """
    if imported.update.changes_the_file or not destination.path.exists():
        destination.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(destination.path, imported.text.encode())
    if imported.import_yaml is not None:
        replace_file(folder / IMPORT_FILE, imported.import_yaml.encode(), mode=None)


def updated(
    declared: DeclarationReading,
    destination: Destination,
    columns: Columns,
    people: Sequence[Person],
    refused: Sequence[RefusedRow],
    *,
    prune: bool = False,
) -> tuple[Update, str]:
    """The member file brought up to date with these people, and its text. Nothing is written.

    Raises:
        InvalidInput: the member file has mistakes.
    """
    path, file = destination.path, destination.display
    rows: dict[str, Fields] = {}
    separator, head = ",", ""
    if path.exists():
        wrong = [found for found in declared.problems if found.location and found.location.file == file]
        if wrong:
            raise InvalidInput(*wrong)
        data = bytes_of(path, file)
        text = decoded(data, file)
        layout, names, cells = csv_table(text)
        rows = {
            identity(each[names.index(EMAIL_ADDRESS)]): dict(zip(names, each, strict=False)) for each in cells
        }
        separator = layout.separator
        head = ("\ufeff" if data.startswith(codecs.BOM_UTF8) else "") + with_line_feeds(text)[: layout.start]
    members = declared.roster.members.items()
    elsewhere = {key: member.source for key, member in members if member.file != file}
    found = update(rows, people, columns, elsewhere, refused=refused, prune=prune)
    table = [[fields.get(name, "") for name in found.header] for fields in found.rows.values()]
    return found, head + csv_text([found.header, *table], separator)


def _changed_memory(folder: Path, name: str, decided: Remembered, before: Remembered) -> str | None:
    """The new text of `import.yaml`, or None where it says all of this already."""
    if decided == before:
        return None
    path = folder / IMPORT_FILE
    return with_remembered(text_of(path, display_path(path)) if path.exists() else "", name, decided)


def check_source(source: Path, destination: Path) -> None:
    """Refuse a source that is the destination itself, or a YAML file.

    Raises:
        InvalidInput: it is.
    """
    if source.suffix.lower() in {".yaml", ".yml"}:
        raise unreadable(source, "This is a YAML file, not a spreadsheet.", "Name a workbook or a CSV file.")
    if source.exists() and destination.exists() and source.samefile(destination):
        raise unreadable(source, "This is the member file itself.", "Name the export to update it from.")


def is_below(source: Path, panels: Path) -> bool:
    """Whether the source lies where git would keep it."""
    return source.resolve().is_relative_to(panels.resolve())
