"""A plan, and the plans of several environments."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.lint.model import Correction
from reconciler.lockfile.state import fetch_command
from reconciler.member import Attributes, Removal
from reconciler.output.document import (
    Block,
    Chart,
    Difference,
    Document,
    Fields,
    Heading,
    Headline,
    Hidden,
    Items,
    Paragraph,
    Problems,
    Row,
    Section,
    Span,
    Table,
    Text,
    Tone,
    enumerated,
    spans,
)
from reconciler.output.json_shapes import plan_data, plans_data
from reconciler.output.masking import word_of_api
from reconciler.output.render import Screen
from reconciler.output.results import PlanContext, PlanListing
from reconciler.output.visible import value_text
from reconciler.output.wording import (
    REMOVALS,
    RETRY_REMOVAL,
    UNDECIDED,
    action_clauses,
    counted,
    interrupted_run,
    plan_sentence,
)
from reconciler.plan.guards import guard_problem
from reconciler.plan.model import Action, Add, Change, FieldChange, Plan, Remove, StillRejected, Unremoved
from reconciler.plan.pull_request import PullRequestChanges, hidden_line
from reconciler.problems import Address, Code, Location, Message, Problem, Severity, Value
from reconciler.suppression.model import PREFIX, Standing
from reconciler.warning_codes import CORRECTED_ADDRESS

_MOST_ODD = 10
_MOST_NAMES = 20
_SECONDS_A_MINUTE = 60
_LEAST_SHARE = 0.001


def plan_screen(plan: Plan, context: PlanContext, only: Collection[str] = ()) -> Screen:
    """A plan; `only` names the actions whose members are listed, all of them if it is empty."""
    return Screen(lambda: _document(plan, context, only), lambda: plan_data(plan, context))


def plans_screen(listing: PlanListing, only: Collection[str] = ()) -> Screen:
    """The plans of several environments."""
    return Screen(lambda: _plans(listing, only), lambda: plans_data(listing))


def _document(plan: Plan, context: PlanContext, only: Collection[str]) -> Document:
    blocks = (*_settings_block([(plan, context)]), *_blocks(plan, context, only))
    return Document(blocks, title=f"Plan for {plan.environment}")


def _plans(listing: PlanListing, only: Collection[str]) -> Document:
    settings = _settings_block(listing.plans)
    plans = (
        Document(tuple(_blocks(plan, context, only)), title=f"Plan for {plan.environment}")
        for plan, context in listing.plans
    )
    nothing = Paragraph("There is nothing to plan.")
    ending = [Paragraph(remark) for remark in _remarks(listing, _MOST_NAMES)]
    blocks: list[Block] = [*settings, *plans]
    blocks += [Problems(listing.problems, is_told=True)] if listing.problems else []
    blocks += ending if listing.plans or listing.problems else [nothing, *ending]
    return Document(tuple(blocks), brief=Document((*settings, *_brief(listing))))


def _brief(listing: PlanListing) -> Iterator[Block]:
    """The counts of all plans, for a comment or a summary that has no room for the plans themselves."""
    actions = (action for plan, _ in listing.plans for action in plan.actions)
    total = ", ".join(action_clauses(actions)) or "nothing to do"
    yield Headline(f"{counted(len(listing.plans), 'environment')}: {total}.")
    lines: list[Text] = [(plan_sentence(plan), " Target: ", Code(plan.target)) for plan, _ in listing.plans]
    yield Items(lines)
    if listing.problems:
        yield Paragraph(f"Other environments have no plan: {counted(len(listing.problems), 'problem')}.")
    yield from (Paragraph(remark) for remark in _remarks(listing, 0))
    yield from (Hidden(hidden_line(plan)) for plan, _ in listing.plans)


def _settings_block(plans: Iterable[tuple[Plan, PlanContext]]) -> tuple[Block, ...]:
    """What a reviewer must see before all else: that a pull request changes where keys and data go."""
    found = [
        _settings_warning(plan, context.share)
        for plan, context in plans
        if context.share and context.share.settings
    ]
    more = "Settings of these environments are changed too."
    return (Problems(found, has_total=False, most=_MOST_ODD, more=more),) if found else ()


def _settings_warning(plan: Plan, share: PullRequestChanges) -> Problem:
    changes: list[Span] = []
    for change in share.settings:
        before, after = (
            "not set" if value is None else Code(value) for value in (change.before, change.after)
        )
        changes += [f"{'; ' if changes else ''}{change.setting}: ", before, " → ", after]
    where = f"This {share.base.request} changes settings of {plan.environment} that decide where data goes: "
    return _warning("settings-changed", (where, *changes, "."))


def _blocks(plan: Plan, context: PlanContext, only: Collection[str]) -> Iterator[Block]:
    yield Headline(plan_sentence(plan), tuple(_below(plan, context)))
    yield _chart(plan)
    findings = [*_warnings(plan, context), *map(guard_problem, plan.refusals)]
    if findings:
        yield Problems(findings, has_total=False)
    # Corrected addresses first, since only a plan can tell of those.
    if odd := [*map(_correction, context.lint.corrections), *context.lint.warnings]:
        yield Problems(odd, has_total=False, most=_MOST_ODD, more="To see all warnings: `--full`")
    yield from _parts(plan, context.share, only)
    yield from _expiring(plan)
    yield Fields(tuple(_ending(plan, context)))
    yield Hidden(hidden_line(plan))


def _below(plan: Plan, context: PlanContext) -> Iterator[Text]:
    """Where it goes, and what limits or lifts it."""
    yield ("Target: ", Code(plan.target))
    if plan.selection is not None:
        # Hashes name nobody.
        names = [Code(name) if name.startswith(PREFIX) else Address(name) for name in plan.selection.members]
        yield ("Only ", *enumerated(names, _MOST_NAMES), ". Everyone else is left as they are.")
    if context.allowed:
        yield f"Lifted for this run: {', '.join(context.allowed)}."


# What a reader should know first.


def _warnings(plan: Plan, context: PlanContext) -> Iterator[Problem]:
    if context.is_recovered:
        yield interrupted_run(f"`{context.command}` or `{context.recover}`")
    if context.today is not None:
        yield _warning("rehearsal", f"This plan is made as on {context.today}, because of --today.")
    if context.unfetched is not None:
        yield _warning(
            "branch-not-fetched",
            f"The branch {context.unfetched} is not fetched here, or doesn't exist yet. So it is unknown "
            "what was sent before, and apply would refuse.",
            f"If it exists: `{fetch_command(context.unfetched)}`. If not: `{context.publish}` creates it.",
        )
    elif not plan.has_lockfile:
        yield _warning(
            "no-lockfile",
            "No lockfile found. Members who are already in the panel will be recorded as `existing`; "
            "nobody is added twice.",
            "If there was a lockfile, restore it from git first.",
        )
    if plan.is_first:
        yield _warning(
            "first-apply",
            "Nobody is recorded here yet. On panels with double opt-in, each member who is added gets a "
            "verification e-mail.",
            f"Begin small: `{context.command} --max-calls 1` sends one batch, and the next apply carries on.",
        )
    if context.conflicts:
        members = counted(context.conflicts, "member")
        yield _warning(
            "lockfile-conflict",
            (f"The lockfile here and the published one disagree about {members}.",),
            f"This plan uses the entry with better proof. `{context.publish}` names the members.",
        )
    if context.share is not None:
        yield from _share_warnings(context.share)


def _share_warnings(share: PullRequestChanges) -> Iterator[Problem]:
    if share.keys is None:
        base = f"{share.base.commit[:12]}, where this branch left {share.base.ref},"
        yield _warning(
            "base-not-readable",
            f"The declarations at {base} can't be read. "
            f"So everything is shown as this {share.base.request}'s own change.",
        )
    if share.has_new_settings and not share.settings:
        yield _warning(
            "settings-changed",
            (f"This {share.base.request} changes `environment.yaml` too. Check its settings in the diff.",),
        )


def _correction(found: Correction) -> Problem:
    return _warning(
        CORRECTED_ADDRESS,
        (
            Address(found.removed),
            " is removed and ",
            Address(found.added),
            " is added. Is this a correction?",
        ),
        "The API can't change an address, so this adds a second member.",
        Location.of(found.source),
    )


def _warning(code: str, message: Text, hint: str = "", location: Location | None = None) -> Problem:
    hints = (hint,) if hint else ()
    return Problem(spans(message), hints, location, severity=Severity.WARNING, code=code)


# Who is concerned.


def _parts(plan: Plan, share: PullRequestChanges | None, only: Collection[str]) -> Iterator[Block]:
    """All actions; compared with a merge base, the pull request's own before those that were pending."""
    former: Mapping[str, str] = share.former if share else {}
    if share is None:
        yield from _sections(plan.actions, former, only)
        return
    own, pending = share.own(plan), share.pending(plan)
    yield Heading(f"This {share.base.request}: {_own(own, share.settled(plan))}.")
    yield from _sections(own, former, only)
    if pending:
        yield Heading(f"Pending before it: {', '.join(action_clauses(pending))}.")
        yield from _sections(pending, former, only)


def _own(actions: Sequence[Action], settled: int) -> str:
    clauses = action_clauses(actions) or ["nothing to do"]
    if settled:
        needs = "differs but needs" if settled == 1 else "differ but need"
        clauses.append(f"and {counted(settled, 'declaration')} that {needs} no action")
    return ", ".join(clauses)


def _sections(actions: Iterable[Action], former: Mapping[str, str], only: Collection[str]) -> Iterator[Block]:
    kinds: dict[type[Action], list[Action]] = {}
    for action in actions:
        if not only or action.action in only:
            kinds.setdefault(type(action), []).append(action)
    for kind, found in kinds.items():
        yield _section(kind, found, former)


def _section(kind: type[Action], actions: Sequence[Any], former: Mapping[str, str]) -> Section:
    more = f"To see all: `--full --only {kind.action}`"
    if kind is Add:
        table = Table(("member", "declared in"), actions, _add, symbol="+", more=more)
        return _titled("To add", actions, _note_on_adds(actions), *_files(actions), table)
    if kind is Change:
        table = Table(("member", "declared in"), actions, _change, "before → after", "~", more=more)
        return _titled("Changed", actions, _note_on_changes(actions), table)
    if kind is Remove:
        headings = ("member", "by", "last declared in")
        table = Table(headings, actions, lambda action: _remove(action, former), symbol="-", more=more)
        return _titled("To remove", actions, _note_on_removals(actions), table)
    if kind is StillRejected:
        table = Table(
            ("member", "declared in"), actions, refused_row, details="reason", symbol="!", more=more
        )
        return _titled("Rejected", actions, _NOTE_ON_REJECTED, table)
    table = Table(("member", "by"), actions, refused_row, details="reason", symbol="!", more=more)
    return _titled("Not removed", actions, _NOTE_ON_UNREMOVED, table)


def _titled(title: str, actions: Sequence[Action], note: str, *tables: Table) -> Section:
    notes = (Paragraph(note),) if note else ()
    return Section(f"{title}: {len(actions)}", (*notes, *tables))


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
    if not sent and all(field.after is None for change in changes for field in change.changes):
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
    ways = [way for way in Removal if way in used]
    notes = [f"{way.capitalize()}: they {REMOVALS[way]}." for way in ways]
    if None in used:
        notes.append(
            f"{UNDECIDED.capitalize()}: suppression lists have hashes, which can't be compared without their "
            "secret, and decide how members leave. Apply refuses this digest: plan where the secret is set."
        )
    if Removal.DELETE in ways:
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


def _add(action: Add) -> Row:
    sent_before = ", sent before without an answer" if action.doubtful else ""
    return Row((_member(action), (Code(action.source), sent_before)), tone=Tone.GOOD)


def _change(action: Change) -> Row:
    changes = tuple(map(_difference, action.changes))
    return Row((_member(action), (Code(action.source),)), changes, Tone.CAREFUL)


_LISTED: Mapping[Standing | None, str] = {
    Standing.SUPPRESSED: ", suppressed",
    Standing.OPTED_OUT: ", opted out",
}


def _remove(action: Remove, former: Mapping[str, str]) -> Row:
    source = action.source or former.get(action.key)
    expired = f", expired {action.expired}" if action.expired else ""
    declared: Text = (Code(source), expired) if source else ""
    listed = _LISTED.get(action.standing, "")
    return Row((_member(action), f"{action.by or UNDECIDED}{listed}", declared), tone=Tone.BAD)


def refused_row(action: StillRejected | Unremoved) -> Row:
    """Someone that the API refused to add, change or remove, with what it says of them."""
    where: Text = f"refused: {action.by}" if isinstance(action, Unremoved) else (Code(action.source),)
    return Row((_member(action), where), (api_says(action.reason, action.attributes),), Tone.HELD)


def api_says(reason: str, attributes: Attributes) -> Message:
    """The API's reason for refusing a member."""
    return ("the API says: ", word_of_api(reason, attributes))


def _member(action: Action) -> Text:
    return (Address(action.key),)


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


def _chart(plan: Plan) -> Chart:
    """What the plan does to the members that are declared or recorded."""
    summary = plan.summary
    return Chart(
        (
            ("unchanged", summary.unchanged, "present"),
            ("to add", summary.add, Tone.GOOD),
            ("changed", summary.change, Tone.CAREFUL),
            ("to remove", summary.remove, Tone.BAD),
            ("rejected", summary.rejected, Tone.HELD),
        )
    )


def value_span(value: Any) -> Span:
    """A field's value. That a field is not declared is no secret."""
    return value_text(value) if value is None else Value(value_text(value))


# What else there is to say.


def _expiring(plan: Plan) -> Iterator[Block]:
    if plan.expired:
        verb = "has" if plan.expired == 1 else "have"
        yield Paragraph(
            f"{counted(plan.expired, 'declaration')} {verb} expired: still in the files, but not counted."
        )
    if plan.expiring:
        table = Table(
            ("expires", "member", "declared in"),
            plan.expiring,
            lambda soon: Row((soon.expires, (Address(soon.key),), (Code(soon.source),))),
            more="To see all: `--full`",
        )
        yield Section(f"Expire within 30 days: {len(plan.expiring)}", (table,))


def _ending(plan: Plan, context: PlanContext) -> Iterator[tuple[str, tuple[Text, ...]]]:
    yield "Cost", (_cost(plan),)
    yield "Digest", ((Code(plan.digest),),)
    if not context.is_applying:
        yield "Next", (_next_step(plan, context),)


def _cost(plan: Plan) -> str:
    """What an undisturbed apply spends: calls, time, share of the allowance."""
    spent = plan.cost
    if not spent.calls:
        return "no calls"
    minutes, seconds = divmod(round(spent.seconds), _SECONDS_A_MINUTE)
    is_short = spent.seconds < _SECONDS_A_MINUTE
    duration = f"{spent.seconds:.1f} seconds" if is_short else f"{minutes} min {seconds} s"
    text = f"{counted(spent.calls, 'call')}, about {duration}"
    if not spent.allowance:
        return text
    share = spent.calls / spent.allowance
    percent = f"{share:.1%}" if share >= _LEAST_SHARE else "under 0.1%"
    return f"{text}, {percent} of the allowance of {counted(spent.allowance, 'call')}"


def _next_step(plan: Plan, context: PlanContext) -> str:
    if context.today is not None:
        return f"nothing: this plan is a rehearsal of {context.today}"
    if plan.refusals:
        flags = " ".join(found.lifted_by for found in plan.refusals)
        return f"if you intend this, `{context.command} {flags}`"
    if plan.has_something_to_apply or context.is_recovered:
        before = "review and merge, then " if context.share else ""
        return f"{before}`{context.command}`"
    return "nothing to apply"


def _remarks(listing: PlanListing, most: int) -> Iterator[str]:
    """Environments that have no plan here, and why; so many of them are named at most."""
    if listing.unaffected:
        since = f" since `{listing.base.ref}`" if listing.base else ""
        yield f"Not affected (nothing of theirs changed{since}): {_named(listing.unaffected, most)}."
    if listing.taken_away and listing.base:
        yield (
            f"Deleted by this {listing.base.request}: {_named(listing.taken_away, most)}. Their members stay "
            "in the panel; from then on only git's history records who was sent."
        )


def _named(names: Sequence[str], most: int) -> str:
    named = ", ".join(names[:most])
    more = len(names) - most
    if more <= 0:
        return named
    return f"{named} and {more} more" if named else counted(more, "environment")
