"""A plan for a terminal or a log: to whom, from where, at what cost, and what can't be carried out."""

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
from reconciler.problems import plain
from reconciler.render.lint_words import MOST_ODD, lint_problems, rest_of_lint
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
from reconciler.render.visible import readable, visible

MOST_ROWS = 20
_WIDEST_KEY = 40

_SYMBOLS: dict[type[Action], tuple[str, str]] = {
    Add: ("+", "green"),
    Change: ("~", "yellow"),
    Remove: ("-", "red"),
    StillRejected: ("!", "magenta"),
    Unremoved: ("!", "magenta"),
}


def text_plan(plan: Plan, showing: RenderOptions, circumstances: PlanContext) -> str:
    """The whole plan, each kind of action bounded unless all is asked for."""
    return setting_warnings([(plan, circumstances)], showing) + plan_text(plan, showing, circumstances)


def setting_warnings(plans: Iterable[tuple[Plan, PlanContext]], showing: RenderOptions) -> str:
    """The settings that a pull request changes, above all plans; empty where it changes none."""
    found = filter(None, (setting_warning(plan, circumstances) for plan, circumstances in plans))
    lines = [showing.paint(f"! {visible(warning)}", "red") for warning in found]
    return "\n".join((*lines, "", "")) if lines else ""


def plan_text(plan: Plan, showing: RenderOptions, circumstances: PlanContext) -> str:
    """The plan below the warnings about settings."""
    blocks = [
        [
            plan_sentence(plan),
            f"Target: {visible(plan.target)}",
            *(visible(line) for line in selection_lines(plan, showing)),
        ],
        list(_findings(plan, showing, circumstances)),
        *(block for part in parts(plan, circumstances.share) for block in _part(part, showing)),
        list(_expiring(plan, showing)),
        list(_ending(plan, circumstances)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _part(part: Part, showing: RenderOptions) -> Iterator[list[str]]:
    if part.heading:
        yield [visible(part.heading)]
    for kind, actions in showing.sections(part.actions):
        yield list(_section(kind, actions, showing))


def _findings(plan: Plan, showing: RenderOptions, circumstances: PlanContext) -> Iterator[str]:
    for warning in warnings(plan, circumstances):
        yield showing.paint(f"! {visible(warning)}", "yellow")
    for found in plan.refusals:
        yield showing.paint(f"! {visible(refusal(found))}", "red")
    yield from _lint(circumstances.lint, showing)


def _lint(lint: PlanLint, showing: RenderOptions) -> Iterator[str]:
    listed = lint_problems(lint)[: None if showing.full else MOST_ODD]
    for problem in listed:
        told = " ".join(plain(showing.words(words)) for words in (problem.message, problem.hint))
        yield showing.paint(f"! {visible(f'{problem.location}: {told}')}", "yellow")
    if rest := rest_of_lint(lint, len(listed)):
        yield f"  {rest}"


def _section(kind: type[Action], actions: Sequence[Action], showing: RenderOptions) -> Iterator[str]:
    yield f"{HEADINGS[kind]}: {len(actions)}. {visible(note(kind, actions))}".rstrip()
    if kind is Add:
        yield from _files(actions, showing)
    symbol, colour = _SYMBOLS[kind]
    rows = actions if showing.full else actions[:MOST_ROWS]
    keys = [readable(showing.address(action.key)) for action in rows]
    width = min(max(map(len, keys)), _WIDEST_KEY)
    for key, action in zip(keys, rows, strict=True):
        yield f"  {showing.paint(symbol, colour)} {key:{width}}  {_where(action)}".rstrip()
        yield from (f"      {line}" for line in _particulars(action, showing))
    if more := len(actions) - len(rows):
        yield f"  … and {more} more. To see all: --full --only {actions[0].action}"


def _files(actions: Sequence[Action], showing: RenderOptions) -> Iterator[str]:
    counts = adds_by_file(actions)
    rows = counts if showing.full else counts[:MOST_ROWS]
    width = max(len(str(count)) for _, count in counts)
    yield from (f"  {count:{width}} from {readable(file)}" for file, count in rows)
    if more := len(counts) - len(rows):
        yield f"  … and from {more} more files"


def _where(action: Action) -> str:
    match action:
        case Add(source=source, doubtful=True):
            return f"{readable(source)}  (sent before without an answer)"
        case Add(source=source) | Change(source=source) | StillRejected(source=source):
            return readable(source)
        case Remove(expired=str(expired), source=source):
            return f"{readable(source or '')}  (expired {expired})"
        case Unremoved(by=by):
            return f"(refused: {visible(by)})"
        case Remove():
            return ""


def _particulars(action: Action, showing: RenderOptions) -> Iterator[str]:
    match action:
        case Change(changes=changes):
            yield from (change_text(change, showing) for change in changes)
        case (
            StillRejected(reason=reason, attributes=attributes)
            | Unremoved(reason=reason, attributes=attributes)
        ):
            yield f"the API's word: {readable(showing.reason(reason, attributes))}"
        case _:
            return


def change_text(change: FieldChange, showing: RenderOptions) -> str:
    """`field: before → after`."""
    before, after = showing.change(change.before, change.after)
    return f"{visible(change.field)}: {before} → {after}"


def _expiring(plan: Plan, showing: RenderOptions) -> Iterator[str]:
    yield from expiry(plan)
    rows = plan.expiring if showing.full else plan.expiring[:MOST_ROWS]
    for soon in rows:
        yield f"  {soon.expires}  {readable(showing.address(soon.key))}  {readable(soon.source)}"
    if more := len(plan.expiring) - len(rows):
        yield f"  … and {more} more. To see all: --full"


def _ending(plan: Plan, circumstances: PlanContext) -> Iterator[str]:
    yield f"Cost:   {cost(plan)}"
    yield f"Digest: {visible(plan.digest)}"
    if step := next_step(plan, circumstances):
        yield f"Next:   {visible(step)}"
