"""What is said of one person, row by row: the same words as text and as markdown, already masked."""

from collections.abc import Iterator
from typing import NamedTuple

from reconciler.explain import DeclaredAt, Explanation, LockfileIs
from reconciler.lockfile.model import Rejected
from reconciler.plan.model import Change
from reconciler.problems import Message, Value
from reconciler.render.counted import counted
from reconciler.render.listing import KnownMember
from reconciler.render.showing import RenderOptions
from reconciler.render.why_next import Commands, next_steps
from reconciler.render.why_reason import obstacles, verdict

_MOST_CHANGES = 6
_COMMIT = 12


class Row(NamedTuple):
    """A label, and the lines that stand beside it."""

    label: str
    lines: tuple[Message, ...]


def rows(explanation: Explanation, commands: Commands, showing: RenderOptions) -> list[Row]:
    """The rows in the order in which they are read."""
    return [
        Row("declared", _shown(_declared(explanation), showing)),
        Row("suppressed", _shown(_suppressed(explanation), showing)),
        Row("lockfile", (*_shown(_lockfile(explanation), showing), *_word_of_the_api(explanation, showing))),
        Row("apply", (*_shown(_apply(explanation), showing), *_changes(explanation, showing))),
        Row("next", _shown(next_steps(explanation, commands), showing)),
    ]


def known_member(explanation: Explanation) -> KnownMember | None:
    """The lockfile's entry, with the words for what it proves."""
    if explanation.entry is None:
        return None
    return KnownMember(explanation.environment, explanation.key, explanation.entry)


def _shown(lines: "Iterator[Message] | list[Message]", showing: RenderOptions) -> tuple[Message, ...]:
    return tuple(showing.words(line) for line in lines)


def _declared(explanation: Explanation) -> Iterator[Message]:
    for found in explanation.declared:
        yield (str(found.location),)
        yield from _written(found)
    if not explanation.declared:
        yield ("not where it can be read" if explanation.problems else "no",)
    if explanation.expiry is not None:
        yield (_expiry(explanation.expiry.day, explanation.expiry.days_left),)


def _written(found: DeclaredAt) -> Iterator[Message]:
    written = found.written
    if written is None:
        return
    if written.commit is None:
        yield ("not committed yet",)
        return
    when = f", {written.date}" if written.date else ""
    older = ", or before it: the history here is cut off there" if written.is_oldest else ""
    yield (f"commit {written.commit[:_COMMIT]}{when}, by ", Value(written.author or "nobody"), older)


def _expiry(day: str, left: int) -> str:
    if left > 0:
        return f"expires {day}, in {counted(left, 'day')}"
    since = f"{counted(-left, 'day')} ago" if left else "today"
    return f"expired {day}, {since}: counts as not declared"


def _suppressed(explanation: Explanation) -> Iterator[Message]:
    if explanation.suppressed is not None:
        yield (f"{explanation.suppressed}: must not be added again",)
    elif not explanation.unchecked:
        yield ("no",)
    for warning in explanation.unchecked[:1]:
        yield warning.message


def _lockfile(explanation: Explanation) -> Iterator[Message]:
    member = known_member(explanation)
    if member is not None:
        yield (f"{member.status}: {member.proves}",)
        yield (f"pushed {member.entry.pushed}",)
    else:
        yield (_unknown(explanation),)
    if explanation.is_recovered:
        yield ("the journal of an interrupted run is counted in",)


def _unknown(explanation: Explanation) -> str:
    match explanation.lockfile:
        case LockfileIs.READ:
            return "doesn't know them"
        case LockfileIs.MISSING:
            return "there is none"
        case LockfileIs.UNFETCHED:
            return f"its branch {explanation.unfetched} is not fetched here, or doesn't exist yet"
        case LockfileIs.UNREADABLE:
            return "can't be read"


def _word_of_the_api(explanation: Explanation, showing: RenderOptions) -> Iterator[Message]:
    """Why it refused; masked here, since it may repeat what the member declares."""
    member = known_member(explanation)
    if member is None:
        return
    entry, note = member.entry, member.undelivered
    if isinstance(entry, Rejected):
        yield ("the API's word: ", Value(showing.reason(entry.reason, entry.attributes)))
    if note is not None:
        reason = showing.reason(note.reason, note.attributes or entry.attributes)
        yield (f"refused to {note.action} on {note.tried}, the API's word: ", Value(reason))


def _apply(explanation: Explanation) -> Iterator[Message]:
    found = verdict(explanation)
    held_back = obstacles(explanation)
    yield (f"{found.does}{', but not now' if held_back and found.is_something else ''}. {found.because}",)
    yield from ((obstacle,) for obstacle in held_back)


def _changes(explanation: Explanation, showing: RenderOptions) -> Iterator[Message]:
    if not isinstance(explanation.action, Change):
        return
    changes = explanation.action.changes
    for change in changes[:_MOST_CHANGES]:
        before, after = showing.change(change.before, change.after)
        yield (f"{change.field}: ", Value(before), " → ", Value(after))
    if (more := len(changes) - _MOST_CHANGES) > 0:
        yield (f"… and {counted(more, 'field')} more",)
