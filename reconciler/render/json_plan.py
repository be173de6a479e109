"""A plan as the object that `--format json` prints and `--out` saves. Never masked, never shortened."""

from typing import Any

from reconciler.plan.model import Action, Add, Change, Plan, Remove, StillRejected
from reconciler.render.json_text import FORMAT
from reconciler.render.sentence import plan_sentence


def plan_document(plan: Plan, *, is_recovered: bool = False) -> dict[str, Any]:
    """The contract's shape; `sentence`, `target`, `has_lockfile` and `is_recovered` are ours."""
    return {
        "format": FORMAT,
        "environment": plan.environment,
        "digest": plan.digest,
        "roster_digest": plan.roster_digest,
        "lockfile_digest": plan.lockfile_digest,
        "summary": plan.summary._asdict(),
        "cost": {"calls": plan.cost.calls, "seconds": plan.cost.seconds, "allowance": plan.cost.allowance},
        "refusals": [
            {
                "guard": found.guard,
                "count": found.count,
                "limit": found.limit,
                "of": found.of,
                "lifted_by": found.lifted_by,
            }
            for found in plan.refusals
        ],
        "actions": [_action(action) for action in plan.actions],
        "sentence": plan_sentence(plan),
        "target": plan.target,
        "has_lockfile": plan.has_lockfile,
        "is_recovered": is_recovered,
    }


def _action(action: Action) -> dict[str, Any]:
    named = {"action": action.action, "key": action.key}
    match action:
        case Add():
            doubt = {"doubtful": True} if action.doubtful else {}
            return named | {"source": action.source, "attributes": dict(action.attributes)} | doubt
        case Change():
            changes = [change._asdict() for change in action.changes]
            return named | {"source": action.source, "deliverable": action.deliverable, "changes": changes}
        case Remove():
            return named | {"source": None, "by": action.by}
        case StillRejected():
            return named | {"source": action.source, "reason": action.reason}
