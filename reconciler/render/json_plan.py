"""A plan as the object that `--format json` prints and `--out` saves. Never masked, never shortened."""

from collections.abc import Iterable
from typing import Any

from reconciler.lint.model import PlanLint
from reconciler.plan.model import GuardRefusal, Plan
from reconciler.plan.pull_request import PullRequestChanges, counts
from reconciler.plan.saved import FORMAT, action_document
from reconciler.render.json_report import problem_documents
from reconciler.render.listing import PlanListing
from reconciler.render.plan_words import PlanContext
from reconciler.render.sentence import plan_sentence


def plan_document(plan: Plan, known: PlanContext) -> dict[str, Any]:
    """The contract's shape; `sentence` and what stands behind it are ours.

    Where the plan is compared with a merge base, `base` tells of it, and each action whether it was
    `pending` before.
    """
    document = _plan(plan, known) | _lint(known.lint)
    share = known.share
    if share is None:
        return document
    for action, listed in zip(plan.actions, document["actions"], strict=True):
        listed["pending"] = not share.holds(action)
    return document | {"base": _base(plan, share)}


def plans_document(listing: PlanListing) -> dict[str, Any]:
    """Several plans; `problems` say why an environment has none, `unaffected` which were left out.

    `taken_away` are environments that the pull request deletes; `base` is null where the plans are compared
    with nothing.
    """
    return {
        "format": FORMAT,
        "plans": [plan_document(plan, known) for plan, known in listing.plans],
        "base": listing.base._asdict() if listing.base else None,
        "unaffected": list(listing.unaffected),
        "taken_away": list(listing.taken_away),
        "problems": problem_documents(listing.problems),
    }


def _lint(lint: PlanLint) -> dict[str, Any]:
    return {
        "warnings": problem_documents(lint.warnings),
        "corrections": [correction._asdict() for correction in lint.corrections],
    }


def _base(plan: Plan, share: PullRequestChanges) -> dict[str, Any]:
    return {
        "ref": share.base.ref,
        "commit": share.base.commit,
        "is_readable": share.keys is not None,
        "has_new_settings": share.has_new_settings,
        "settings": [change._asdict() for change in share.settings],
        "summary": counts(share.own(plan)) | {"settled": share.settled(plan)},
        "pending": counts(share.pending(plan)),
    }


def _plan(plan: Plan, known: PlanContext) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "environment": plan.environment,
        "digest": plan.digest,
        "roster_digest": plan.roster_digest,
        "lockfile_digest": plan.lockfile_digest,
        "summary": plan.summary._asdict(),
        "cost": {"calls": plan.cost.calls, "seconds": plan.cost.seconds, "allowance": plan.cost.allowance},
        "refusals": refusal_documents(plan.refusals),
        "actions": [action_document(action) for action in plan.actions],
        "expiring": [soon._asdict() for soon in plan.expiring],
        "expired": plan.expired,
        "sentence": plan_sentence(plan),
        "target": plan.target,
        **({} if plan.selection is None else {"members": list(plan.selection.members)}),
        "has_lockfile": plan.has_lockfile,
        "is_recovered": known.is_recovered,
        "would_act": known.would_act,
    }


def refusal_documents(refusals: Iterable[GuardRefusal]) -> list[dict[str, Any]]:
    """The guards that apply would raise."""
    return [
        {
            "guard": found.guard,
            "count": found.count,
            "limit": found.limit,
            "of": found.of,
            "lifted_by": found.lifted_by,
        }
        for found in refusals
    ]
