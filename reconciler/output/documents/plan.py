"""A plan, and the plans of several environments."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from reconciler.lint.model import Correction
from reconciler.lockfile.state import fetch_command
from reconciler.output.document import (
    Block,
    Chart,
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
from reconciler.output.documents.actions import action_sections
from reconciler.output.plan_json import PlanContext, PlanListing, plan_data, plans_data
from reconciler.output.render import Screen
from reconciler.output.wording import action_clauses, interrupted_run, plan_sentence
from reconciler.plan.guards import guard_problem
from reconciler.plan.model import Action, Plan
from reconciler.plan.pull_request import PullRequestChanges, hidden_line
from reconciler.problems import Address, Code, Location, Problem, Severity, counted
from reconciler.suppression.model import PREFIX
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
    ending = _remarks(listing, _MOST_NAMES)
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
    yield from _remarks(listing, 0)
    yield from (Hidden(hidden_line(plan)) for plan, _ in listing.plans)


def _settings_block(plans: Iterable[tuple[Plan, PlanContext]]) -> tuple[Block, ...]:
    """What a reviewer must see before all else: that a pull request changes where keys and data go."""
    found = [
        _settings_warning(plan, context.pull_request)
        for plan, context in plans
        if context.pull_request and context.pull_request.settings
    ]
    more = "Settings of these environments are changed too."
    return (Problems(found, has_total=False, most=_MOST_ODD, more=more),) if found else ()


def _settings_warning(plan: Plan, pull_request: PullRequestChanges) -> Problem:
    changes: list[Span] = []
    for change in pull_request.settings:
        before, after = (
            "not set" if value is None else Code(value) for value in (change.before, change.after)
        )
        changes += [f"{'; ' if changes else ''}{change.setting}: ", before, " → ", after]
    what = f"settings of {plan.environment} that decide where data goes"
    message = (f"This {pull_request.base.request} changes {what}: ", *changes, ".")
    return _warning("settings-changed", message)


def _blocks(plan: Plan, context: PlanContext, only: Collection[str]) -> Iterator[Block]:
    yield Headline(plan_sentence(plan), tuple(_below(plan, context)))
    yield _chart(plan)
    findings = [*_warnings(plan, context), *map(guard_problem, plan.refusals)]
    if findings:
        yield Problems(findings, has_total=False)
    # Corrected addresses first, since only a plan can tell of those.
    if odd := [*map(_correction, context.lint.corrections), *context.lint.warnings]:
        yield Problems(odd, has_total=False, most=_MOST_ODD, more="To see all warnings: `--full`")
    yield from _parts(plan, context.pull_request, only)
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
    if context.pull_request is not None:
        yield from _pull_request_warnings(context.pull_request)


def _pull_request_warnings(pull_request: PullRequestChanges) -> Iterator[Problem]:
    request = pull_request.base.request
    if pull_request.keys is None:
        base = f"{pull_request.base.commit[:12]}, where this branch left {pull_request.base.ref},"
        yield _warning(
            "base-not-readable",
            f"The declarations at {base} can't be read. "
            f"So everything is shown as this {request}'s own change.",
        )
    if pull_request.has_new_settings and not pull_request.settings:
        yield _warning(
            "settings-changed",
            (f"This {request} changes `environment.yaml` too. Check its settings in the diff.",),
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


def _parts(plan: Plan, pull_request: PullRequestChanges | None, only: Collection[str]) -> Iterator[Block]:
    """All actions; compared with a merge base, the pull request's own before those that were pending."""
    former: Mapping[str, str] = pull_request.former if pull_request else {}
    if pull_request is None:
        yield from action_sections(plan.actions, former, only)
        return
    own, pending = pull_request.own(plan), pull_request.pending(plan)
    yield Heading(f"This {pull_request.base.request}: {_own(own, pull_request.settled(plan))}.")
    yield from action_sections(own, former, only)
    if pending:
        yield Heading(f"Pending before it: {', '.join(action_clauses(pending))}.")
        yield from action_sections(pending, former, only)


def _own(actions: Sequence[Action], settled: int) -> str:
    clauses = action_clauses(actions) or ["nothing to do"]
    if settled:
        needs = "differs but needs" if settled == 1 else "differ but need"
        clauses.append(f"and {counted(settled, 'declaration')} that {needs} no action")
    return ", ".join(clauses)


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
        before = "review and merge, then " if context.pull_request else ""
        return f"{before}`{context.command}`"
    return "nothing to apply"


def _remarks(listing: PlanListing, most: int) -> Iterator[Paragraph]:
    """Environments that have no plan here, and why; so many of them are named at most."""
    if listing.unaffected:
        since = f" since `{listing.base.ref}`" if listing.base else ""
        why = f"Not affected (nothing of theirs changed{since}): "
        yield Paragraph((why, *_named(listing.unaffected, most), "."))
    if listing.taken_away and listing.base:
        then = ". Their members stay in the panel; from then on only git's history records who was sent."
        who = _named(listing.taken_away, most)
        yield Paragraph((f"Deleted by this {listing.base.request}: ", *who, then))


def _named(names: Sequence[str], most: int) -> Iterator[Span]:
    return enumerated(names, most) if most else iter((counted(len(names), "environment"),))
