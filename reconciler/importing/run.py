"""One import: read the source and the member file, decide, and write all of it or nothing."""

import codecs
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from reconciler.declaration import DeclarationReading
from reconciler.errors import InvalidInput
from reconciler.files import display_path, replace_file
from reconciler.identity import identity
from reconciler.importing.columns import Columns, Decisions, decide, is_password
from reconciler.importing.import_yaml import IMPORT_FILE, Remembered, read_import_yaml, with_remembered
from reconciler.importing.sheet import Choices, Progress, Sheet, unreadable, untold
from reconciler.importing.source import read_sheet
from reconciler.importing.update import Fields, Person, RefusedRow, Update, people_of, update
from reconciler.importing.values import DateOrder
from reconciler.member import EMAIL_ADDRESS
from reconciler.problems import Location, Message, Problem, plain
from reconciler.readback.model import PanelRead
from reconciler.roster.csv_file import Rows, layout_of, spreadsheet_safe, with_line_feeds
from reconciler.text_source import Findings, bytes_of, decoded, text_of

_PRIVATE = 0o600


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

    Args:
        declared: what the environment declares now.
        folder: the environment's folder, which holds `import.yaml`.
        source: the workbook or text file.
        destination: the member file to bring up to date; it may not exist yet.
        options: what the command line says.
        progress: gets the progress of reading and checking.

    Raises:
        InvalidInput: the source, `import.yaml` or the member file can't be read, or the columns don't fit.
    """
    remembered = read_import_yaml(folder).get(destination.name, Remembered())
    sheet, columns, dates = read_source(source, options, remembered, progress)
    people, refused = people_of(sheet, columns, dates, Forbidden(declared), progress)
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


class Source(NamedTuple):
    """A source and how it is read: which column becomes which field, and the order of dates by field."""

    sheet: Sheet
    columns: Columns
    dates: Mapping[str, DateOrder]


def read_source(
    source: Path, options: ImportOptions, remembered: Remembered, progress: Progress = untold
) -> Source:
    """Read a workbook or text file; the options go before what is remembered of it.

    Raises:
        InvalidInput: it can't be read, or the columns don't fit.
    """
    decisions = Decisions(options.mapped, remembered.columns)
    sheet = read_sheet(
        source,
        Choices(
            decisions.knows,
            options.encoding or remembered.encoding,
            options.sheet or remembered.sheet,
            progress,
        ),
    )
    columns, problems = decide(sheet.header.cells, decisions)
    if problems:
        raise InvalidInput(*(_at(problem, source, sheet) for problem in problems))
    return Source(sheet, columns, {**remembered.dates, **options.dates})


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


def write_rejected(path: Path, imported: Imported) -> None:
    """Write the rows that were refused, with their reason, ready to be mended and imported again.

    Raises:
        InvalidInput: `path` is a symbolic link, or not a regular file.
        DiskFailure: it could not be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    kept = [index for index, heading in enumerate(imported.header) if not is_password(heading)]
    writer.writerow(("row", "reason", *(imported.header[index] for index in kept)))
    for row in imported.refused:
        cells = (row.cells[index] for index in kept if index < len(row.cells))
        writer.writerow((row.row, spreadsheet_safe(plain(row.reason)), *cells))
    replace_file(path, text.getvalue().encode("utf-8-sig"), mode=_PRIVATE)


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
    existing = _existing(destination.path, declared)
    elsewhere = _declared_elsewhere(declared, destination.path)
    found = update(existing.rows, people, columns, elsewhere, refused=refused, prune=prune)
    return found, _csv(found, existing)


class Forbidden(dict[str, str]):
    """By identity, why someone must not be imported; suppression lists may hold hashes, so each is asked."""

    def __init__(self, declared: DeclarationReading) -> None:
        super().__init__()
        self._suppression = declared.roster.suppression

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key in self._suppression

    def __getitem__(self, key: str) -> str:
        return f"is suppressed: {self._suppression.place_of(key)}"


def _at(problem: Problem, source: Path, sheet: Sheet) -> Problem:
    return Problem(problem.message, problem.hint, Location(display_path(source), sheet.header.number))


class _Existing(NamedTuple):
    """The member file as it is: its rows by identity, and what is kept of its form."""

    rows: Mapping[str, Fields]
    separator: str = ","
    head: str = ""


def _existing(path: Path, declared: DeclarationReading) -> _Existing:
    """The member file, which may not exist yet.

    Raises:
        InvalidInput: it has mistakes.
    """
    if not path.exists():
        return _Existing({})
    file = display_path(path)
    wrong = [problem for problem in declared.problems if problem.location and problem.location.file == file]
    if wrong:
        raise InvalidInput(*wrong)
    data = bytes_of(path, file)
    text = with_line_feeds(decoded(data, file))
    layout = layout_of(text)
    header, *rows = (cells for _, cells in Rows(text, layout, Findings(file)))
    names = [name.strip() for name in header]
    found: dict[str, Fields] = {}
    for cells in rows:
        fields = dict(zip(names, cells, strict=False))
        found[identity(fields[EMAIL_ADDRESS])] = fields
    mark = "\ufeff" if data.startswith(codecs.BOM_UTF8) else ""
    return _Existing(found, layout.separator, mark + text[: layout.start])


def _csv(found: Update, existing: _Existing) -> str:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=existing.separator, lineterminator="\n")
    writer.writerow(found.header)
    writer.writerows([fields.get(name, "") for name in found.header] for fields in found.rows.values())
    return existing.head + written.getvalue()


def _declared_elsewhere(declared: DeclarationReading, path: Path) -> dict[str, str]:
    file = display_path(path)
    return {key: member.source for key, member in declared.roster.members.items() if member.file != file}


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


def rejected_path(source: Path, panels: Path, given: Path | None) -> Path:
    """Where refused rows go: beside the source, but never below `panels/`, where they would be committed."""
    if given is not None:
        return given
    name = f"{source.name}.rejected.csv"
    inside = source.resolve().is_relative_to(panels.resolve())
    return Path(name) if inside else source.with_name(name)


def is_below(source: Path, panels: Path) -> bool:
    """Whether the source lies where git would keep it."""
    return source.resolve().is_relative_to(panels.resolve())
