"""The actions of a plan, as tables: the members of each kind, and what to know about all of them."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from reconciler.member import Attributes, Removal
from reconciler.output.document import (
    Block,
    Difference,
    Paragraph,
    Row,
    Section,
    Span,
    Table,
    Text,
    Tone,
)
from reconciler.output.masking import word_of_api
from reconciler.output.visible import value_text
from reconciler.output.wording import REMOVALS, RETRY_REMOVAL, UNDECIDED
from reconciler.plan.model import Action, Add, Change, FieldChange, Remove, StillRejected, Unremoved
from reconciler.problems import Address, Code, Message, Value
from reconciler.suppression.model import Standing


def action_sections(
    actions: Iterable[Action], former: Mapping[str, str], only: Collection[str]
) -> Iterator[Block]:
    """A section for each kind of action that `only` names; `former` is where members were declared."""
    kinds: dict[type[Action], list[Any]] = {}
    for action in actions:
        if not only or action.action in only:
            kinds.setdefault(type(action), []).append(action)
    for kind, found in kinds.items():
        title, place, details, symbol, note_on = _SECTIONS[kind]
        table = Table(
            ("member", *place),
            found,
            partial(_row, former=former),
            details,
            symbol,
            more=f"To see all: `--full --only {kind.action}`",
        )
        note = note_on if isinstance(note_on, str) else note_on(found)
        notes = (Paragraph(note),) if note else ()
        files = _files(found) if kind is Add else ()
        yield Section(f"{title}: {len(found)}", (*notes, *files, table))


def _files(adds: Sequence[Add]) -> tuple[Table, ...]:
    """How many each member file adds, if there are several."""
    counts = sorted(Counter(action.source.rpartition(":")[0] for action in adds).items())
    if len(counts) == 1:
        return ()
    return (Table(("members", "file"), counts, lambda row: Row((str(row[1]), (Code(row[0]),))), noun="file"),)


_NOTE_ON_REJECTED = (
    "The API refused them. They are sent again once their declaration changes, or with `--retry-rejected`."
)
_NOTE_ON_UNREMOVED = f"The API refused to remove them, and they stay in the panel. {RETRY_REMOVAL}"


def _note_on_adds(adds: Sequence[Add]) -> str:
    doubtful = sum(action.doubtful for action in adds)
    if not doubtful:
        return ""
    were = "was" if doubtful == 1 else "were"
    return (
        f"{doubtful} of them {were} sent before without an answer, and may be in the panel. "
        "Sending again is safe."
    )


def _note_on_changes(changes: Sequence[Change]) -> str:
    """Whether these changes are sent, and what they can't do."""
    sent = [change for change in changes if change.deliverable]
    if not sent and all(change.only_clears for change in changes):
        return "The API can't clear a field. Apply leaves them as they are: clear it in QuestionPro."
    if not sent:
        return "The API can't change a member who is already in the panel. Apply leaves them as they are."
    notes = ["They are sent again. The API doesn't confirm updates, so whether they take effect is unknown."]
    if any(field.after is None for change in changes for field in change.changes):
        notes.append("The API can't clear a field: the panel keeps fields that are no longer declared.")
    if left := len(changes) - len(sent):
        notes.append(f"{left} of them would only clear fields: apply leaves those as they are.")
    return " ".join(notes)


def _note_on_removals(removes: Sequence[Remove]) -> str:
    """How these members are removed, and what isn't known about them."""
    used = {remove.by for remove in removes if remove.is_counted}
    notes = [f"{way.capitalize()}: they {REMOVALS[way]}." for way in Removal if way in used]
    if None in used:
        notes.append(
            f"{UNDECIDED.capitalize()}: suppression lists have hashes, which can't be compared without their "
            "secret, and decide how members leave. Apply refuses this digest: plan where the secret is set."
        )
    if Removal.DELETE in used:
        notes.append("Apply asks again before it deletes; without a terminal it needs `--allow delete`.")
    if rejected := sum(remove.was_rejected for remove in removes):
        notes.append(
            f"{rejected} of them were refused by the API before: only the lockfile entry is dropped, and no "
            "guard counts that."
        )
    if unknown := sum(not remove.is_known for remove in removes):
        notes.append(
            f"Suppressed and not recorded as present: {unknown}. They leave in case others have added them "
            "(policy.on_suppress)."
        )
    if departed := sum(remove.has_departed for remove in removes):
        notes.append(
            f"No longer suppressed: {departed}. Only the record of their earlier removal is dropped, and no "
            "guard counts that."
        )
    if doubtful := sum(remove.doubtful and remove.calls_the_api for remove in removes):
        notes.append(
            f"{doubtful} of them may not be in the panel: an earlier call about them got no answer. "
            "Asking again is safe."
        )
    return " ".join(notes)


_SECTIONS: Mapping[type[Action], tuple[str, tuple[str, ...], str, str, str | Callable[[Any], str]]] = {
    Add: ("To add", ("declared in",), "", "+", _note_on_adds),
    Change: ("Changed", ("declared in",), "before → after", "~", _note_on_changes),
    Remove: ("To remove", ("by", "last declared in"), "", "-", _note_on_removals),
    StillRejected: ("Rejected", ("declared in",), "reason", "!", _NOTE_ON_REJECTED),
    Unremoved: ("Not removed", ("by",), "reason", "!", _NOTE_ON_UNREMOVED),
}
"""Title, headings behind the member, heading of the details, symbol, and what to know about all of them."""

_LISTED: Mapping[Standing | None, str] = {
    Standing.SUPPRESSED: ", suppressed",
    Standing.OPTED_OUT: ", opted out",
}


def _row(action: Action, former: Mapping[str, str]) -> Row:
    member = (Address(action.key),)
    match action:
        case Add():
            sent_before = ", sent before without an answer" if action.doubtful else ""
            return Row((member, (Code(action.source), sent_before)), tone=Tone.GOOD)
        case Change():
            changes = tuple(map(_difference, action.changes))
            return Row((member, (Code(action.source),)), changes, Tone.CAREFUL)
        case Remove():
            source = action.source or former.get(action.key)
            expired = f", expired {action.expired}" if action.expired else ""
            declared: Text = (Code(source), expired) if source else ""
            how = f"{action.by or UNDECIDED}{_LISTED.get(action.standing, '')}"
            return Row((member, how, declared), tone=Tone.BAD)
        case StillRejected() | Unremoved():
            return refused_row(action)


def refused_row(action: StillRejected | Unremoved) -> Row:
    """Someone that the API refused to add, change or remove, with what it says of them."""
    where: Text = f"refused: {action.by}" if isinstance(action, Unremoved) else (Code(action.source),)
    return Row(((Address(action.key),), where), (api_says(action.reason, action.attributes),), Tone.HELD)


def api_says(reason: str, attributes: Attributes) -> Message:
    """The API's reason for refusing a member."""
    return ("the API says: ", word_of_api(reason, attributes))


def change_text(change: FieldChange) -> Message:
    """`field: before → after`; two texts that look the same, with the code points that differ."""
    return _difference(change).line


def _difference(change: FieldChange) -> Difference:
    before, after = value_span(change.before), value_span(change.after)
    if isinstance(before, Value) and isinstance(after, Value):
        seen, other = (unicodedata.normalize("NFKC", value.text) for value in (before, after))
        if seen == other:
            before, after = Value(ascii(change.before)), Value(ascii(change.after))
    line = (Code(change.field), ": ", before, " → ", after)
    return Difference(change.field, (before, after), line)


def value_span(value: Any) -> Span:
    """A field's value. That a field is not declared is no secret."""
    return value_text(value) if value is None else Value(value_text(value))
