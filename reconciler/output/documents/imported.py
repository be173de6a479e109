"""What an import read, what it does to the member file, and what it could not take."""

from collections.abc import Iterator

from reconciler.importing.run import Imported
from reconciler.importing.update import Difference, Person, RefusedRow
from reconciler.member import EMAIL_ADDRESS
from reconciler.output.document import (
    Block,
    Document,
    Fields,
    Heading,
    Headline,
    Items,
    Paragraph,
    Row,
    Table,
)
from reconciler.output.json_shapes import read_data
from reconciler.output.render import Screen
from reconciler.problems import Address, Code, Value, counted, plain
from reconciler.readback.model import PanelRead

_PREVIEW = 5


def import_screen(imported: Imported) -> Screen:
    """An import, or what it would do with `--dry-run`."""
    return Screen(lambda: _document(imported), lambda: _data(imported))


def _document(imported: Imported) -> Document:
    return Document(
        (
            Headline(_sentence(imported)),
            *(Paragraph(note) for note in imported.notes),
            *_columns(imported),
            *_preview(imported),
            *_people(imported),
            *_refused(imported),
            *_left_out(imported),
            *_next(imported),
        )
    )


def _sentence(imported: Imported) -> tuple[str | Code, ...]:
    update = imported.update
    counts = [f"{len(update.new)} new", f"{len(update.differs)} changed", f"{update.same} unchanged"]
    if update.elsewhere:
        counts.append(f"{len(update.elsewhere)} declared in other files")
    if update.gone:
        counts.append(f"{len(update.gone)} {'removed' if update.is_pruned else 'not in the source'}")
    if imported.refused:
        counts.append(f"{counted(len(imported.refused), _noun(imported))} refused")
    would = " (nothing is written yet)" if imported.is_dry_run else ""
    return (Code(imported.file), f": {', '.join(counts)}{would}.")


def _noun(imported: Imported) -> str:
    return "row" if imported.read is None else "member"


def _columns(imported: Imported) -> Iterator[Block]:
    columns = imported.columns
    if imported.read is not None:
        yield Paragraph(("Fields: ", Code(", ".join(column.field for column in columns.imported)), "."))
        return
    yield Heading("Columns")
    yield Fields([(column.field, [(Code(column.heading),)]) for column in columns.imported])
    if columns.left_out:
        yield Paragraph(("Left out: ", Code(", ".join(columns.left_out)), "."))
        yield Paragraph('To import one of them: `--map "HEADING=FIELD"`.')


def _preview(imported: Imported) -> Iterator[Block]:
    if not imported.is_dry_run:
        return
    first = [*imported.update.rows.items()][:_PREVIEW]
    header = imported.update.header
    if first:
        yield Heading(f"The first {counted(len(first), 'row')} as they would be written")
        yield Table(
            header,
            first,
            lambda item: Row(tuple(_cell(name, item[1].get(name, "")) for name in header)),
            short=None,
        )


def _cell(name: str, text: str) -> tuple[Address | Value]:
    return (Address(text),) if name == EMAIL_ADDRESS else (Value(text),)


def _people(imported: Imported) -> Iterator[Block]:
    update, more = imported.update, imported.more
    if update.new:
        yield Heading(f"New: {len(update.new)}")
        with_rows = ("member", "row") if imported.read is None else ("member",)
        yield Table(with_rows, update.new, _new_row, symbol="+", more=more)
    if update.differs:
        yield Heading(f"Changed: {len(update.differs)}")
        changed = [(key, change) for key, changes in update.differs.items() for change in changes]
        headings = ("member", "field", "before", "after")
        yield Table(headings, changed, _changed_row, symbol="~", noun="field", more=more)
    if update.gone:
        verb = "Removed from the file" if update.is_pruned else "In the file, but not in the source"
        yield Heading(f"{verb}: {len(update.gone)}")
        yield Table(("member",), update.gone, lambda key: Row(((Address(key),),)), symbol="-", more=more)
        if not update.is_pruned:
            by_hand = "take their entries out" if imported.read else "import again with `--prune`"
            yield Paragraph(f"They stay declared. To remove them from the file, {by_hand}.")
    if update.elsewhere:
        yield Heading(f"Declared in other files, so not written twice: {len(update.elsewhere)}")
        yield Table(("member", "declared at"), [*update.elsewhere.items()], _elsewhere_row, more=more)


def _new_row(person: Person) -> Row:
    return Row(((Address(person.key),), *_number(person.row)))


def _number(row: int | None) -> tuple[str, ...]:
    return () if row is None else (str(row),)


def _changed_row(found: tuple[str, Difference]) -> Row:
    key, change = found
    before, after = ((Value(text),) if text else "not declared" for text in (change.before, change.after))
    return Row(((Address(key),), (Code(change.field),), before, after))


def _elsewhere_row(found: tuple[str, str]) -> Row:
    key, place = found
    return Row(((Address(key),), (Code(place),)))


def _refused(imported: Imported) -> Iterator[Block]:
    if imported.refused:
        noun = _noun(imported)
        headings = ("row", "reason") if imported.read is None else ("reason",)
        yield Heading(f"Refused: {counted(len(imported.refused), noun)}")
        yield Table(headings, imported.refused, _refused_row, symbol="!", noun=noun, more=imported.more)


def _left_out(imported: Imported) -> Iterator[Block]:
    if imported.left_out:
        yield Heading(f"Values that were left out: {len(imported.left_out)}")
        yield Table(
            ("member", "field", "reason"),
            imported.left_out,
            lambda value: Row(((Address(value.key),), (Code(value.field),), value.reason)),
            symbol="!",
            noun="value",
            more=imported.more,
        )


def _refused_row(row: RefusedRow) -> Row:
    return Row((*_number(row.row), row.reason))


def _next(imported: Imported) -> Iterator[Block]:
    if imported.next_steps:
        yield Heading("Next")
        yield Items(imported.next_steps)


def _data(imported: Imported) -> dict[str, object]:
    update = imported.update
    from_panel = {} if imported.read is None else _read_data(imported, imported.read)
    return from_panel | {
        "format": 1,
        "environment": imported.environment,
        "file": imported.file,
        "summary": {
            "new": len(update.new),
            "same": update.same,
            "differs": len(update.differs),
            "gone": 0 if update.is_pruned else len(update.gone),
            "pruned": len(update.gone) if update.is_pruned else 0,
            "refused": len(imported.refused),
            "elsewhere": len(update.elsewhere),
        },
        "columns": {column.heading: column.field for column in imported.columns.imported},
        "left_out_columns": list(imported.columns.left_out),
        "refused": [{"row": row.row, "reason": plain(row.reason)} for row in imported.refused],
        "opted_out": list(imported.opted_out),
        "written": not imported.is_dry_run and imported.is_written,
    }


def _read_data(imported: Imported, read: PanelRead) -> dict[str, object]:
    left_out = [value._asdict() | {"reason": plain(value.reason)} for value in imported.left_out]
    return {"read": read_data(read), "left_out_values": left_out}
