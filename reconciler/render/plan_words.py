"""What a plan has to say in words, whatever the format: warnings, refusals, notes, cost, what to do next."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from reconciler.lint.model import PlanLint
from reconciler.lockfile.state import fetch_command
from reconciler.member import Removal
from reconciler.plan.guards import in_words
from reconciler.plan.model import (
    Action,
    Add,
    Change,
    GuardRefusal,
    Plan,
    Remove,
    StillRejected,
    Unremoved,
)
from reconciler.plan.pull_request import PullRequestChanges
from reconciler.render.counted import counted
from reconciler.render.showing import RenderOptions

_SECONDS_A_MINUTE = 60
_LEAST_SHARE = 0.001

HEADINGS: dict[type[Action], str] = {
    Add: "To add",
    Change: "Changed",
    Remove: "To remove",
    StillRejected: "Rejected",
    Unremoved: "Not removed",
}

_WAYS = {
    Removal.FORGET: "Forget: they stay in the panel, and only the lockfile's entry goes.",
    Removal.UNSUBSCRIBE: (
        "Unsubscribe, by POST /micropanel/members/unsubscribe: they stay in the panel and get no more mail."
    ),
    Removal.DELETE: (
        "Delete, by DELETE /micropanel/members: they go from the panel, for good. Apply asks again before it "
        "deletes; where there is no terminal, it needs `--allow delete`."
    ),
}


_HASH = "hmac-sha256:"
_MOST_SELECTED = 20


class PlanContext(NamedTuple):
    """What a reader should know beside the plan itself.

    `command` is what would apply this plan; `recover` what takes the journal in without network.
    `is_recovered` tells that an interrupted run left a journal, and that the plan counts it in;
    `is_applying` that the plan is shown by apply itself, which needs no telling what to do next; `share` is
    what of the plan comes of a pull request, where it is compared with a merge base.

    `publish` is what publishes the lockfile; `unfetched` its branch, where nothing is known of that here;
    `conflicts` how many members that branch and the file here disagree about. `lint` tells what looks odd
    about the members whom the plan concerns; `today` is the day that --today named, None for the present one.
    `allowed` are the guards that are lifted; `would_act` tells whether apply would call the API or write the
    lockfile.
    """

    command: str
    recover: str
    is_recovered: bool = False
    is_applying: bool = False
    share: PullRequestChanges | None = None
    publish: str = ""
    unfetched: str | None = None
    conflicts: int = 0
    lint: PlanLint = PlanLint()
    today: str | None = None
    allowed: tuple[str, ...] = ()
    would_act: bool = False


def setting_warning(plan: Plan, circumstances: PlanContext) -> str | None:
    """What a reviewer must see before anything else: that a pull request changes where data goes."""
    changes = circumstances.share.settings if circumstances.share else ()
    if not changes:
        return None
    told = "; ".join(
        f"{change.setting}: {_setting(change.before)} → {_setting(change.after)}" for change in changes
    )
    return f"This pull request changes settings of {plan.environment} that decide where data goes: {told}."


def _setting(value: str | None) -> str:
    return "not set" if value is None else f"`{value}`"


def warnings(plan: Plan, circumstances: PlanContext) -> Iterator[str]:
    """What a reader should know before anything else."""
    if circumstances.is_recovered:
        yield (
            "An interrupted run left a journal, or an apply is under way. What it learnt so far is counted "
            "in here. Where none is under way, "
            f"`{circumstances.command}` or `{circumstances.recover}` takes it into the lockfile."
        )
    if circumstances.today is not None:
        yield f"Declarations are counted as on {circumstances.today}, since --today says so."
    if circumstances.allowed:
        yield f"Lifted for this run: {', '.join(circumstances.allowed)}."
    yield from _branch_warnings(circumstances)
    if not plan.has_lockfile and circumstances.unfetched is None:
        yield (
            "There is no lockfile, and the panel may not be empty. Whoever is there already comes back as "
            "existing: nobody is added twice. If there was a lockfile, restore it from git first."
        )
    if circumstances.share is not None:
        yield from _share_warnings(circumstances.share)


def _branch_warnings(circumstances: PlanContext) -> Iterator[str]:
    branch = circumstances.unfetched
    if branch is not None:
        yield (
            f"The branch {branch} is not fetched here, or doesn't exist yet, so nothing is known of what was "
            f"pushed. If it exists: `{fetch_command(branch)}`. If not: `{circumstances.publish}` makes it. "
            "Until then apply would refuse."
        )
    if circumstances.conflicts:
        yield (
            "The lockfile here and the published one disagree about "
            f"{counted(circumstances.conflicts, 'member')}. This plan takes what is proven better; "
            f"`{circumstances.publish}` names them."
        )


def _share_warnings(share: PullRequestChanges) -> Iterator[str]:
    commit = share.base.commit[:12]
    if share.keys is None:
        yield (
            f"What was declared before ({commit}, where this left {share.base.ref}) can't be read, so all is "
            "shown as this pull request's own."
        )
    if share.has_new_settings:
        yield "This pull request changes `environment.yaml` too: look at its settings in the diff."


def selection_lines(plan: Plan, showing: RenderOptions) -> list[str]:
    """The members that the plan is limited to, as one line; none for a plan about everyone."""
    if plan.selection is None:
        return []
    members = plan.selection.members
    names = [name if name.startswith(_HASH) else showing.address(name) for name in members[:_MOST_SELECTED]]
    more = f" and {len(members) - len(names)} more" if len(names) < len(members) else ""
    return [f"Only:   {', '.join(names)}{more}. Everyone else is left as they are."]


def refusal(found: GuardRefusal) -> str:
    """A guard that apply would raise: the figures, the setting, the flag."""
    return f"Apply would refuse this: {in_words(found)}. If that is meant: `{found.lifted_by}`."


def note(kind: type[Action], actions: Sequence[Action]) -> str:
    """What has to be said of all these members, whom one kind of action concerns; empty where nothing."""
    if kind is Add:
        return _doubt(actions)
    if kind is Change:
        return _delivery([action for action in actions if isinstance(action, Change)])
    if kind is Remove:
        return _ways([action for action in actions if isinstance(action, Remove)])
    if kind is StillRejected:
        return (
            "The API refused them. They are sent again once their declaration changes, or with "
            "`--retry-rejected`."
        )
    return (
        "The API refused to remove them, and they stay in the panel. See in QuestionPro why, and apply with "
        "`--retry-rejected`; or remove them there by hand, and then by `reconciler state rm`."
    )


def _delivery(changes: Sequence[Change]) -> str:
    """Whether these changes are sent, and what can't come of it."""
    sent = [change for change in changes if change.deliverable]
    if not sent and all(field.after is None for change in changes for field in change.changes):
        return "No call of this API clears a field. Apply leaves them as they are: clear it in QuestionPro."
    if not sent:
        return "This API can't change a member who is in the panel already. Apply leaves them as they are."
    words = ["Sent again. The API doesn't confirm updates, so whether they take effect can't be known."]
    if any(field.after is None for change in changes for field in change.changes):
        words.append("A field that is no longer declared can't be cleared this way: the panel keeps it.")
    if left := len(changes) - len(sent):
        words.append(f"{left} of them would clear fields and nothing else: apply leaves them as they are.")
    return " ".join(words)


def _ways(removes: Sequence[Remove]) -> str:
    """How these members are removed, and what isn't known about them."""
    rejected = sum(remove.was_rejected for remove in removes)
    ways = {remove.by for remove in removes if not remove.was_rejected}
    words = [_WAYS[way] for way in Removal if way in ways]
    if rejected:
        words.append(
            f"{rejected} of them the API refused to add: only the lockfile's entry goes, and no guard counts "
            "that."
        )
    if doubtful := sum(remove.doubtful and remove.calls_the_api for remove in removes):
        words.append(
            f"{doubtful} of them may not be there: an earlier call about them got no answer. "
            "Asking again is safe."
        )
    return " ".join(words)


def adds_by_file(actions: Iterable[Action]) -> list[tuple[str, int]]:
    """How many each member file adds, in the files' order by name."""
    adds = (action for action in actions if isinstance(action, Add))
    return sorted(Counter(action.source.rpartition(":")[0] for action in adds).items())


def expiry(plan: Plan) -> Iterator[str]:
    """How many declarations have ended, and how many end soon."""
    if plan.expired:
        yield f"Expired: {plan.expired}. Still in the files, and counted as not declared."
    if plan.expiring:
        yield f"Expire within 30 days: {len(plan.expiring)}."


def cost(plan: Plan) -> str:
    """What an undisturbed apply spends: calls, time, share of the allowance."""
    spent = plan.cost
    if not spent.calls:
        return "no calls"
    share = _share(spent.calls, spent.allowance) if spent.allowance else ""
    return f"{counted(spent.calls, 'call')}, about {_duration(spent.seconds)}{share}"


def next_step(plan: Plan, circumstances: PlanContext) -> str:
    """What to do now; empty where apply is about to do it."""
    if circumstances.is_applying:
        return ""
    if circumstances.today is not None:
        return f"nothing now: this is a rehearsal of {circumstances.today}."
    if plan.refusals:
        flags = " ".join(found.lifted_by for found in plan.refusals)
        return f"if it is meant, `{circumstances.command} {flags}`"
    if plan.has_something_to_apply or circumstances.is_recovered:
        return (
            f"review and merge, then `{circumstances.command}`"
            if circumstances.share
            else f"`{circumstances.command}`"
        )
    return "nothing; there is nothing to apply."


def _doubt(actions: Iterable[Action]) -> str:
    doubtful = sum(isinstance(action, Add) and action.doubtful for action in actions)
    if not doubtful:
        return ""
    were = "was" if doubtful == 1 else "were"
    return (
        f"{doubtful} of them {were} sent before without an answer, and may be in the panel. "
        "Sending again is safe."
    )


def _duration(seconds: float) -> str:
    if seconds < _SECONDS_A_MINUTE:
        return f"{seconds:.1f} seconds"
    minutes, rest = divmod(round(seconds), _SECONDS_A_MINUTE)
    return f"{minutes} min {rest} s"


def _share(calls: int, allowance: int) -> str:
    share = calls / allowance
    percent = f"{share:.1%}" if share >= _LEAST_SHARE else "under 0.1%"
    return f", {percent} of the allowance of {counted(allowance, 'call')}"
