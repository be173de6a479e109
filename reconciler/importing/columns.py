"""Which column of a source becomes which field, and how that is decided. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.headings import field_of
from reconciler.importing.sheet import Cell
from reconciler.member import EMAIL_ADDRESS
from reconciler.problems import Code, Message, Problem, nearest, plain
from reconciler.roster.csv_file import column_of
from reconciler.roster.fields import unknown_field

_OWN_COLUMNS = frozenset({"row", "reason"})  # of the files with rejected rows


class Column(NamedTuple):
    """One column that is imported: where it is in the source, its heading there, and its field."""

    position: int
    heading: str
    field: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that are imported, and the headings that are left out, each in the source's order."""

    imported: tuple[Column, ...]
    left_out: tuple[str, ...]

    def position_of(self, field: str) -> int:
        """Where the column of a field is in the source; the field must be imported."""
        return next(column.position for column in self.imported if column.field == field)

    @property
    def decided(self) -> dict[str, str | None]:
        """What `import.yaml` remembers: by heading the field, or None for a column that is left out."""
        known: dict[str, str | None] = {column.heading: column.field for column in self.imported}
        return known | {heading: None for heading in self.left_out if heading not in known}


@dataclass(frozen=True, slots=True)
class Decisions:
    """What was said about headings: `mapped` by the command line, `remembered` by `import.yaml`.

    None, for a field, leaves a column out.
    """

    mapped: Mapping[str, str | None]
    remembered: Mapping[str, str | None]

    def field_for(self, heading: str) -> str | None:
        """The field of a heading; None for one that is not known, or that is left out.

        The order is the contract's: --map, import.yaml, exact field names, known headings.
        """
        if is_password(heading):
            return None
        for said in (self.mapped, self.remembered):
            if heading in said:
                return said[heading]
        return heading if is_field(heading) else field_of(heading)

    def knows(self, heading: str) -> bool:
        """Whether a heading becomes a field, so that its row may be the header."""
        return self.field_for(heading) is not None


def is_field(name: str) -> bool:
    """Whether a member file in CSV can have a column of this name."""
    return column_of(name) is not None


def no_field(name: str) -> str:
    """What is wrong with a name that is no column of a member file, and what to write."""
    message, hint = unknown_field(name, is_heading=True)
    return plain((*message, " ", *hint))


def parse_mapping(given: Sequence[str]) -> dict[str, str | None]:
    """The mapping of `--map HEADER=FIELD`; `HEADER=` leaves the column out.

    Raises:
        ValueError: one is not of that form, or names no field; the message says what to write.
    """
    mapped: dict[str, str | None] = {}
    for text in given:
        heading, sign, field = text.rpartition("=")
        if not sign or not heading.strip():
            raise ValueError(f'"{text}" is not of the form HEADER=FIELD.')
        if field and not is_field(field):
            raise ValueError(no_field(field))
        mapped[heading.strip()] = field or None
    return mapped


def decide(header: Sequence[Cell], decisions: Decisions) -> tuple[Columns, tuple[Problem, ...]]:
    """The columns to import, and what is wrong with them."""
    headings = [str(cell) for cell in header]
    imported = []
    left_out = []
    for index, heading in enumerate(headings):
        field = decisions.field_for(heading)
        if field is not None:
            imported.append(Column(index, heading, field))
        elif heading and _folded(heading) not in _OWN_COLUMNS:
            left_out.append(heading)
    columns = Columns(tuple(imported), tuple(dict.fromkeys(left_out)))
    return columns, tuple(_problems(columns, headings, decisions))


def _problems(columns: Columns, headings: Sequence[str], decisions: Decisions) -> Iterator[Problem]:
    for heading in decisions.mapped:
        if heading not in headings:
            close = nearest(heading, headings)
            hint: Message = ("Did you mean ", Code(close), "?") if close else _named(headings)
            yield Problem(("--map: there is no column ", Code(heading), "."), hint)
    by_field: dict[str, list[str]] = {}
    for column in columns.imported:
        by_field.setdefault(column.field, []).append(column.heading)
    for field, names in by_field.items():
        if len(set(names)) > 1:
            message: Message = (f"{len(names)} columns are mapped to {field}: ", Code(", ".join(names)), ".")
            hint = ("Keep one, and leave the others out: --map ", Code(f'"{names[-1]}="'), ".")
            yield Problem(message, hint)
        elif len(names) > 1:
            message = ("The column ", Code(names[0]), " is in the header twice.")
            yield Problem(message, ("Rename or delete one of the two.",))
    if EMAIL_ADDRESS not in by_field:
        hint = ("Name it: --map ", Code(f'"HEADING={EMAIL_ADDRESS}"'), ". ", *_named(headings))
        yield Problem(("No column holds the e-mail addresses.",), hint)


def _named(headings: Sequence[str]) -> Message:
    return ("The headings are ", Code(", ".join(heading for heading in headings if heading)), ".")


def is_password(heading: str) -> bool:
    """Whether a column holds passwords, which are never written anywhere."""
    return _folded(heading) == "password"


def _folded(heading: str) -> str:
    return heading.strip().casefold()
