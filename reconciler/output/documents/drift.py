"""How a panel differs from what is declared."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from reconciler.output.document import (
    Block,
    Difference,
    Document,
    Heading,
    Headline,
    Paragraph,
    Row,
    Section,
    Table,
    Text,
)
from reconciler.output.json_shapes import problem_list, read_data
from reconciler.output.render import Screen
from reconciler.output.visible import value_text
from reconciler.problems import Address, Code, Message, Value, counted
from reconciler.readback.model import Drift, Finding, ListedOptOut, MemberDrift


class _Words(NamedTuple):
    """How one kind of finding is called above its table and in the headline, and what it means."""

    title: str
    clause: str
    meaning: str


_WORDS = {
    Finding.OPTED_OUT: _Words(
        "Opted out",
        "opted out",
        "They unsubscribed in the panel. Remove them from the member files: adding them again does not "
        "subscribe them.",
    ),
    Finding.DIFFERS: _Words(
        "Different fields",
        "with different fields",
        "The panel has other values than the member files. Members can edit their profile: correct the "
        "files, or the panel by hand. The setting `drift.ignore` leaves fields out.",
    ),
    Finding.NOT_SEEN: _Words(
        "Not seen",
        "not seen",
        "They are recorded as present, were on no page, and a look-up did not find them. That is no proof "
        "that they are gone: look for them in QuestionPro.",
    ),
    Finding.ONLY_IN_PANEL: _Words(
        "Only in the panel",
        "only in the panel",
        "They are in the panel and in no member file. Declare them, or remove them in QuestionPro.",
    ),
}


_NOT_IN_EXPORT = (
    "They are recorded as present and are not in the export. It may be older than they are, or hold part of "
    "the panel: that is no proof that they are gone. Look for them in QuestionPro."
)


def drift_screen(drift: Drift) -> Screen:
    """All findings; the first line says why the read is not complete, if it is not."""
    return Screen(lambda: _document(drift), lambda: _data(drift))


def _document(drift: Drift) -> Document:
    first, *others = _sentences(drift)
    blocks: list[Block] = [Headline(first), *map(Paragraph, others)]
    for finding, words in _WORDS.items():
        if found := [member for member in drift.members if member.finding is finding]:
            sides = "declared → in the panel" if finding is Finding.DIFFERS else "fields"
            more = "`--full` lists them all."
            table = Table(("member", "declared in"), found, _row, details=sides, more=more)
            meaning = _NOT_IN_EXPORT if drift.export and finding is Finding.NOT_SEEN else words.meaning
            blocks.append(Section(f"{words.title}: {len(found)}", (Paragraph(meaning), table)))
    blocks += _listed(drift)
    return Document(tuple(blocks), title=f"Drift of {drift.environment}")


def opt_outs_document(opted_out: Sequence[MemberDrift]) -> Document:
    """Those who are about to be listed, for a question."""
    table = Table(("member", "declared in"), opted_out, _row, more="`--full` lists them all.")
    return Document((table,))


def _listed(drift: Drift) -> Iterator[Block]:
    """The list that was written, and the entries that contradict it now."""
    if drift.listed is None:
        return
    new = [entry for entry in drift.listed if not entry.was_there]
    old = len(drift.listed) - len(new)
    yield Heading("The opt-out list")
    if not new:
        yield Paragraph(
            f"Nothing was written: {old} were there already." if old else "Nobody who was read has opted out."
        )
        return
    people = counted(len(new), "person", "people")
    yield Paragraph((f"Written to {new[0].location.file}: {people}; {old} were there already.",))
    declared = [entry for entry in new if entry.declared is not None]
    if declared:
        yield Paragraph(
            "Remove these entries from the member files, in the same pull request. Until then `validate`, "
            "`plan` and `apply` refuse the environment. No call is made about these people."
        )
        yield Table(
            ("entry", "member", "listed at"),
            declared,
            lambda entry: Row(
                ((Code(entry.declared or ""),), (Address(entry.key),), (Code(str(entry.location)),))
            ),
            noun="entry",
            more="`--full` lists them all.",
        )


def _row(member: MemberDrift) -> Row:
    no_file = "no file: suppressed" if member.is_suppressed else "no file"
    where: Text = (Code(member.source),) if member.source else no_file
    return Row(((Address(member.key),), where), tuple(_details(member)))


def _data(drift: Drift) -> dict[str, Any]:
    """The contract's shape; `suppressed`, `listed` and `problems` only if there is something to say."""
    read = drift.read
    kinds = (Finding.DIFFERS, Finding.NOT_SEEN, Finding.ONLY_IN_PANEL, Finding.OPTED_OUT)
    document = {
        "format": 1,
        "environment": drift.environment,
        "source": drift.source,
        "read": read_data(read),
        "summary": {"same": drift.same, **{kind.value: drift.count(kind) for kind in kinds}},
        "members": [_member(member) for member in drift.members],
    }
    problems = [*([read.denial] if read.denial else ()), *drift.problems]
    return (
        document
        | ({} if drift.listed is None else {"listed": [_entry(entry) for entry in drift.listed]})
        | ({"problems": problem_list(problems)} if problems else {})
    )


def _entry(entry: ListedOptOut) -> dict[str, Any]:
    place = {"file": entry.location.file, "line": entry.location.line}
    return {"key": entry.key, **place, "was_there": entry.was_there, "declared": entry.declared}


def _member(member: MemberDrift) -> dict[str, Any]:
    return {
        "key": member.key,
        "finding": member.finding.value,
        "fields": [found._asdict() for found in member.fields],
        **({"suppressed": True} if member.is_suppressed else {}),
    }


def _sentences(drift: Drift) -> Iterator[Message]:
    if drift.read.reason:
        yield (f"{drift.environment}: the read is not complete: ", *drift.read.reason, ".")
    clauses = [f"{count} {words.clause}" for kind, words in _WORDS.items() if (count := drift.count(kind))]
    if not clauses and drift.read.is_complete:
        clauses.append("no drift")
    yield (f"{drift.environment}: {', '.join((*clauses, f'{drift.same} the same'))}.",)
    read = counted(len(drift.read.members), "member")
    if drift.export:
        yield (
            "Read from ",
            Code(drift.export),
            f", without a call: {read}. The panel may have changed since.",
        )
    else:
        yield (f"The panel at {drift.target} was read with {counted(drift.read.calls, 'call')}: {read}.",)
    yield from drift.notes
    if drift.pending:
        who = counted(drift.pending, "declared member is", "declared members are")
        yield (f"{who} not recorded as present yet, so they were not looked for: apply first.",)
    if drift.read.without_address:
        entries = counted(drift.read.without_address, "entry", "entries")
        yield (f"{entries} without a usable address can't be compared.",)


def _details(member: MemberDrift) -> Iterator[Message | Difference]:
    for field, declared, panel in member.fields:
        there = Value(value_text(panel))
        if member.finding is Finding.OPTED_OUT:
            yield (f"{field}: ", there)
        else:
            here = Value(value_text(declared))
            line = (f"{field}: ", here, " declared, ", there, " in the panel")
            yield Difference(field, (here, there), line)
