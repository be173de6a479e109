"""A plan for a comment on a pull request: the same facts as in the text, in tables that fold away."""

from collections.abc import Iterator, Sequence

from reconciler.plan.model import Action, Add, Change, FieldChange, Plan, Remove, StillRejected
from reconciler.render.counted import counted
from reconciler.render.markdown_text import code, details, prose, table
from reconciler.render.plan_words import (
    HEADINGS,
    Circumstances,
    adds_by_file,
    cost,
    next_step,
    note,
    refusal,
    warnings,
)
from reconciler.render.sentence import plan_sentence
from reconciler.render.showing import Showing

MOST_CHARACTERS = 60_000
"""GitHub takes comments of 65,536 characters; whoever posts this may want to add a few."""

_MOST_OPEN_ROWS = 20
_ROWS = (100, 50, 20, 5)


def markdown_plan(plan: Plan, showing: Showing, circumstances: Circumstances) -> str:
    """The whole plan; tables are cut until it fits into a comment, unless all is asked for."""
    if showing.full:
        return _comment(plan, showing, circumstances, rows=len(plan.actions))
    for rows in _ROWS:
        comment = _comment(plan, showing, circumstances, rows=rows)
        if len(comment) <= MOST_CHARACTERS:
            return comment
    return _comment(plan, showing, circumstances, rows=0)


def _comment(plan: Plan, showing: Showing, circumstances: Circumstances, *, rows: int) -> str:
    blocks = [
        [f"**{prose(plan_sentence(plan))}**"],
        [
            *(f"- **Warning.** {prose(warning)}" for warning in warnings(plan, circumstances)),
            *(f"- **Refusal.** {prose(refusal(found))}" for found in plan.refusals),
        ],
        *(list(_section(kind, actions, plan, showing, rows)) for kind, actions in showing.sections(plan)),
        list(_ending(plan, circumstances)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _section(
    kind: type[Action], actions: Sequence[Action], plan: Plan, showing: Showing, most: int
) -> Iterator[str]:
    yield f"#### {HEADINGS[kind]}: {len(actions)}"
    yield ""
    if words := note(kind, plan):
        yield from (prose(words), "")
    if kind is Add:
        yield from (*_files(plan, most), "")
    rows = actions[:most]
    lines = table(_HEADINGS[kind], (_cells(action, showing) for action in rows)) if rows else []
    folded = len(actions) > _MOST_OPEN_ROWS and lines
    yield from details(f"{len(rows)} of {counted(len(actions), 'member')}", lines) if folded else lines
    if more := len(actions) - len(rows):
        yield from ("", prose(f"… and {more} more. To see all: `--full --only {actions[0].action}`"))


_HEADINGS: dict[type[Action], tuple[str, ...]] = {
    Add: ("member", "declared in", ""),
    Change: ("member", "declared in", "before → after"),
    Remove: ("member", "by"),
    StillRejected: ("member", "declared in", "the API's word"),
}


def _files(plan: Plan, most: int) -> Iterator[str]:
    counts = adds_by_file(plan)
    yield from (f"- {count} from {code(file)}" for file, count in counts[:most])
    if more := len(counts) - len(counts[:most]):
        yield f"- … and from {more} more files"


def _cells(action: Action, showing: Showing) -> tuple[str, ...]:
    key = code(showing.address(action.key))
    match action:
        case Add(source=source, doubtful=doubtful):
            return key, code(source), "sent before without an answer" if doubtful else ""
        case Change(source=source, changes=changes):
            return key, code(source), "<br>".join(_change(change, showing) for change in changes)
        case Remove(by=by):
            return key, prose(by)
        case StillRejected(source=source, reason=reason, attributes=attributes):
            return key, code(source), code(showing.reason(reason, attributes))


def _change(change: FieldChange, showing: Showing) -> str:
    before, after = (
        prose("not declared") if value is None else code(showing.value(value))
        for value in (change.before, change.after)
    )
    return f"{code(change.field)}: {before} → {after}"


def _ending(plan: Plan, circumstances: Circumstances) -> Iterator[str]:
    yield f"- Cost: {prose(cost(plan))}"
    yield f"- Digest: {code(plan.digest)}"
    if step := next_step(plan, circumstances):
        yield f"- Next: {prose(step)}"
