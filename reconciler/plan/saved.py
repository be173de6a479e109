"""A plan as it is saved: the JSON of its actions, written here and read back here.

A saved plan decides nothing but which digest the plan must have. All else that it says is only compared
with the plan as it is now, to show what changed since it was reviewed.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn, TypeAlias

from reconciler.errors import InvalidInput
from reconciler.lockfile.model import are_well_formed
from reconciler.member import FIELDS
from reconciler.plan.model import Action, Add, Change, Remove, StillRejected, Unremoved
from reconciler.problems import Code, Location, Message, Problem
from reconciler.suppression.model import Standing

FORMAT = 1
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_SAVE = "Save one with `reconciler plan ENV --out FILE`."

ActionDocument: TypeAlias = Mapping[str, Any]
"""An action as a JSON object; see `action_document`."""


def action_document(action: Action) -> dict[str, Any]:
    """What a plan does about one member, as a JSON object."""
    named = {"action": action.action, "key": action.key}
    match action:
        case Add():
            doubt = {"doubtful": True} if action.doubtful else {}
            doubt |= {"was_unsubscribed": True} if action.was_unsubscribed else {}
            return named | {"source": action.source, "attributes": dict(action.attributes)} | doubt
        case Change():
            changes = [change._asdict() for change in action.changes]
            return named | {"source": action.source, "deliverable": action.deliverable, "changes": changes}
        case Remove():
            doubt = {"doubtful": True} if action.doubtful else {}
            expired = {"expired": action.expired} if action.expired else {}
            listed = {} if action.standing is Standing.UNLISTED else {"standing": action.standing}
            known = {} if action.is_known else {"known": False}
            dropped = {"was_rejected": True} if action.was_rejected else {}
            dropped |= {"has_departed": True} if action.has_departed else {}
            how = {"source": action.source, "by": action.by}
            return named | how | known | doubt | expired | listed | dropped
        case StillRejected():
            return named | {"source": action.source, "reason": action.reason}
        case Unremoved():
            known = {} if action.is_known else {"known": False}
            return named | {"source": action.source, "by": action.by, "reason": action.reason} | known


class ReviewedPlan(NamedTuple):
    """The plan that apply must still come to.

    `actions` are those of a saved plan, by identity; None if only the digest is known. `members` is its
    selection, None for a plan about everyone.
    """

    digest: str
    actions: Mapping[str, ActionDocument] | None = None
    members: tuple[str, ...] | None = None


def read_saved_plan(data: bytes, *, environment: str, file: str) -> ReviewedPlan:
    """The plan that these bytes hold.

    Args:
        data: the whole file that `plan --out` wrote.
        environment: the environment that it must be for.
        file: its path as it is shown in problems.

    Raises:
        InvalidInput: it is no plan, has another format, or is for another environment or for several.
    """
    saved = _document(data, file)
    if "plans" in saved:
        hint = f"Save the plan of one: `reconciler plan {environment} --out FILE`."
        _refuse(("This file holds the plans of several environments.",), file, hint)
    if not _DIGEST.fullmatch(str(saved.get("digest"))):
        _refuse(("This is no saved plan: it has no digest.",), file)
    if saved.get("format") != FORMAT:
        found = _cut(saved.get("format"))
        _refuse((f"The plan's format is {found}, and this version reads {FORMAT}.",), file)
    if saved.get("environment") != environment:
        _refuse(("The plan is for ", Code(_cut(saved.get("environment"))), f", not for {environment}."), file)
    actions, members = saved.get("actions"), saved.get("members")
    if not (isinstance(actions, list) and all(map(_is_action, actions)) and _are_names(members)):
        _refuse(("This is no saved plan: it has no list of actions.",), file)
    return ReviewedPlan(
        saved["digest"],
        {action["key"]: action for action in actions},
        None if members is None else tuple(members),
    )


def _document(data: bytes, file: str) -> dict[str, Any]:
    try:
        saved = json.loads(data)
    except (ValueError, RecursionError):
        _refuse(("This is no saved plan: it is not JSON.",), file)
    if not isinstance(saved, dict):
        _refuse(("This is no saved plan: it has no digest.",), file)
    return saved


def _is_action(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and isinstance(document.get("key"), str)
        and document.get("action") in ("add", "change", "remove", "rejected")
        and ("attributes" not in document or are_well_formed(document["attributes"]))
        and all(map(_is_field_change, document.get("changes", ())))
    )


def _is_field_change(change: Any) -> bool:
    return isinstance(change, dict) and str(change.get("field")).partition("[")[0] in FIELDS


def _are_names(members: Any) -> bool:
    return members is None or (isinstance(members, list) and all(isinstance(name, str) for name in members))


def _cut(value: Any) -> str:
    """A value of the file as JSON, cut to a length that fits in a message."""
    return json.dumps(value)[:60]


def _refuse(message: Message, file: str, hint: str = _SAVE) -> NoReturn:
    raise InvalidInput(Problem(message, (hint,), Location(file)))
