"""A plan for a comment on a pull request: the same facts as in the text, in tables that fold away."""

from collections.abc import Iterable, Iterator, Sequence

from reconciler.lint.model import PlanLint
from reconciler.plan.model import (
    Action,
    Add,
    Change,
    FieldChange,
    Plan,
    Remove,
    StillRejected,
    Unremoved,
)
from reconciler.plan.pull_request import hidden_line
from reconciler.render.counted import counted
from reconciler.render.lint_words import MOST_ODD, lint_problems, rest_of_lint
from reconciler.render.markdown_fit import COMMENT_BYTES, fitted, whole_blocks
from reconciler.render.markdown_text import code, details, link, prose, table, words
from reconciler.render.parts import Part, parts
from reconciler.render.plan_words import (
    HEADINGS,
    PlanContext,
    adds_by_file,
    cost,
    expiry,
    next_step,
    note,
    refusal,
    selection_lines,
    setting_warning,
    warnings,
)
from reconciler.render.sentence import plan_sentence
from reconciler.render.showing import RenderOptions

_MOST_OPEN_ROWS = 20
_MOST_SETTING_WARNINGS = 10


def markdown_plan(plan: Plan, showing: RenderOptions, circumstances: PlanContext) -> str:
    """The whole plan; tables are cut until it fits where it goes, unless all is asked for."""
    beginning = setting_warnings([(plan, circumstances)])
    ending = [*([link(showing.link)] if showing.link else []), hidden_line(plan)]

    def render(rows: int) -> str:
        return "\n\n".join((*beginning, *plan_blocks(plan, showing, circumstances, rows), *ending)) + "\n"

    rows = len(plan.actions)
    if showing.full:
        return render(rows)
    text = fitted(render, rows=rows, most_bytes=showing.most_bytes)
    if text is not None:
        return text
    blocks = plan_blocks(plan, showing, circumstances, 0)
    return whole_blocks((*beginning, blocks[0], *ending, *blocks[1:]), showing.most_bytes or COMMENT_BYTES)


def setting_warnings(plans: Iterable[tuple[Plan, PlanContext]]) -> list[str]:
    """The settings that a pull request changes, above all plans, as at most one paragraph."""
    found = [*filter(None, (setting_warning(plan, circumstances) for plan, circumstances in plans))]
    lines = [f"- **Warning.** {prose(warning)}" for warning in found[:_MOST_SETTING_WARNINGS]]
    if more := len(found) - len(lines):
        lines.append(f"- **Warning.** It changes settings of {counted(more, 'more environment')}.")
    return ["\n".join(lines)] if lines else []


def plan_blocks(plan: Plan, showing: RenderOptions, circumstances: PlanContext, rows: int) -> list[str]:
    """The plan, paragraph by paragraph, with so many rows in each table at most."""
    blocks = [
        [f"**{prose(plan_sentence(plan))}**", "", f"Target: {code(plan.target)}"],
        [prose(line) for line in selection_lines(plan, showing)],
        [
            *(f"- **Warning.** {prose(warning)}" for warning in warnings(plan, circumstances)),
            *(f"- **Refusal.** {prose(refusal(found))}" for found in plan.refusals),
            *_lint(circumstances.lint, showing),
        ],
        *(block for part in parts(plan, circumstances.share) for block in _part(part, showing, rows)),
        list(_expiring(plan, showing, rows)),
        list(_ending(plan, circumstances)),
    ]
    return ["\n".join(block) for block in blocks if block]


def _lint(lint: PlanLint, showing: RenderOptions) -> Iterator[str]:
    listed = lint_problems(lint)[: None if showing.full else MOST_ODD]
    for problem in listed:
        told = " ".join(words(showing.words(said)) for said in (problem.message, problem.hint))
        yield f"- **Warning.** {code(str(problem.location))}: {told}"
    if rest := rest_of_lint(lint, len(listed)):
        yield f"- {prose(rest)}"


def _part(part: Part, showing: RenderOptions, rows: int) -> Iterator[list[str]]:
    if part.heading:
        yield [f"### {prose(part.heading)}"]
    for kind, actions in showing.sections(part.actions):
        yield list(_section(kind, actions, showing, rows))


def _section(
    kind: type[Action], actions: Sequence[Action], showing: RenderOptions, most: int
) -> Iterator[str]:
    yield f"#### {HEADINGS[kind]}: {len(actions)}"
    yield ""
    if said := note(kind, actions):
        yield from (prose(said), "")
    if kind is Add:
        yield from (*_files(actions, most), "")
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
    Unremoved: ("member", "by", "the API's word"),
}


def _files(actions: Sequence[Action], most: int) -> Iterator[str]:
    counts = adds_by_file(actions)
    yield from (f"- {count} from {code(file)}" for file, count in counts[:most])
    if more := len(counts) - len(counts[:most]):
        yield f"- … and from {more} more files"


def _cells(action: Action, showing: RenderOptions) -> tuple[str, ...]:
    key = code(showing.address(action.key))
    match action:
        case Add(source=source, doubtful=doubtful):
            return key, code(source), "sent before without an answer" if doubtful else ""
        case Change(source=source, changes=changes):
            return key, code(source), "<br>".join(_change(change, showing) for change in changes)
        case Remove(by=by):
            return key, prose(f"{by}, expired {action.expired}" if action.expired else by)
        case StillRejected(source=source, reason=reason, attributes=attributes):
            return key, code(source), code(showing.reason(reason, attributes))
        case Unremoved(by=by, reason=reason, attributes=attributes):
            return key, prose(by), code(showing.reason(reason, attributes))


def _change(change: FieldChange, showing: RenderOptions) -> str:
    values = (change.before, change.after)
    before, after = (
        prose("not declared") if value is None else code(shown)
        for value, shown in zip(values, showing.change(*values), strict=True)
    )
    return f"{code(change.field)}: {before} → {after}"


def _expiring(plan: Plan, showing: RenderOptions, most: int) -> Iterator[str]:
    yield from (f"- {prose(said)}" for said in expiry(plan))
    soon = plan.expiring[: min(most, _MOST_OPEN_ROWS)]
    rows = [(found.expires, code(showing.address(found.key)), code(found.source)) for found in soon]
    if rows:
        yield from ("", *table(("expires", "member", "declared in"), rows))
    if more := len(plan.expiring) - len(rows):
        yield from ("", f"… and {more} more.")


def _ending(plan: Plan, circumstances: PlanContext) -> Iterator[str]:
    yield f"- Cost: {prose(cost(plan))}"
    yield f"- Digest: {code(plan.digest)}"
    if step := next_step(plan, circumstances):
        yield f"- Next: {prose(step)}"
