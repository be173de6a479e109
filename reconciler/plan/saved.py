"""A plan as it is saved: the JSON of its actions, written here and read back here.

A saved plan decides nothing but which digest the plan must have. All else that it says is only compared
with the plan as it is now, to show what changed since it was reviewed.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, NoReturn, TypeAlias

from msgspec import UNSET, Struct, UnsetType, ValidationError, convert, to_builtins

from reconciler.errors import InvalidInput
from reconciler.lockfile.model import are_well_formed
from reconciler.member import FIELDS, Removal
from reconciler.plan.model import Action, Add, Change, FieldChange, Remove, StillRejected, Unremoved
from reconciler.problems import Code, Location, Message, Problem
from reconciler.suppression.model import Standing

FORMAT: Literal[1] = 1
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_SAVE = "Save one with `reconciler plan ENV --out FILE`."

ActionDocument: TypeAlias = Mapping[str, Any]
"""An action as a JSON object."""


class ActionJson(Struct, kw_only=True, omit_defaults=True, tag_field="action"):
    """What a plan does about one member. Keys with a default are left out where nothing differs from it.

    `pending` and `former` are those of a plan that is compared with a merge base.
    """

    key: str
    source: str | None
    pending: bool | UnsetType = UNSET
    former: str | None = None


class AddJson(ActionJson, kw_only=True, tag=Add.action):
    """`Add`."""

    attributes: dict[str, Any]
    doubtful: bool = False
    was_unsubscribed: bool = False


class ChangeJson(ActionJson, kw_only=True, tag=Change.action):
    """`Change`."""

    deliverable: bool
    changes: tuple[FieldChange, ...]


class RemoveJson(ActionJson, kw_only=True, tag=Remove.action):
    """`Remove`."""

    by: Removal | None
    known: bool = True
    doubtful: bool = False
    expired: str | None = None
    standing: Standing | None = Standing.UNLISTED
    was_rejected: bool = False
    has_departed: bool = False


class RejectedJson(ActionJson, kw_only=True, tag=StillRejected.action):
    """`StillRejected` and, if `by` is there, `Unremoved`.

    `personal` is what the reason repeats of the member: `reconciler show` hides it in masked output.
    """

    by: Removal | UnsetType = UNSET
    reason: str
    known: bool = True
    is_there: bool = False
    personal: list[str] = []


AnyActionJson: TypeAlias = AddJson | ChangeJson | RemoveJson | RejectedJson


def to_json(action: Action) -> AnyActionJson:
    """An action as it is saved."""
    key, source = action.key, action.source
    match action:
        case Add(attributes=attributes, doubtful=doubtful, was_unsubscribed=before):
            return AddJson(
                key=key,
                source=source,
                attributes=dict(attributes),
                doubtful=doubtful,
                was_unsubscribed=before,
            )
        case Change(deliverable=deliverable, changes=changes):
            return ChangeJson(key=key, source=source, deliverable=deliverable, changes=changes)
        case Remove():
            return RemoveJson(
                key=key,
                source=source,
                by=action.by,
                known=action.is_known,
                doubtful=action.doubtful,
                expired=action.expired,
                standing=action.standing,
                was_rejected=action.was_rejected,
                has_departed=action.has_departed,
            )
        case StillRejected(reason=reason, is_there=is_there):
            return RejectedJson(key=key, source=source, reason=reason, is_there=is_there)
        case Unremoved(by=by, reason=reason, is_known=is_known):
            return RejectedJson(key=key, source=source, by=by, reason=reason, known=is_known)


def from_json(saved: AnyActionJson) -> Action:
    """An action as far as it was saved: to be shown or compared, never to be applied."""
    key, source = saved.key, saved.source or ""
    match saved:
        case AddJson():
            return Add(key, source, saved.attributes, saved.doubtful, saved.was_unsubscribed)
        case ChangeJson():
            return Change(key, source, saved.changes, {}, saved.deliverable)
        case RemoveJson():
            return Remove(
                key,
                saved.by,
                {},
                doubtful=saved.doubtful,
                expired=saved.expired,
                source=saved.source,
                was_rejected=saved.was_rejected,
                standing=saved.standing,
                is_known=saved.known,
                has_departed=saved.has_departed,
            )
        case RejectedJson(by=by, reason=reason):
            repeated = {"personal": saved.personal}
            if by is UNSET:
                return StillRejected(key, source, reason, repeated, saved.is_there)
            return Unremoved(key, by, reason, repeated, saved.source, saved.known)


def action_document(action: Action) -> ActionDocument:
    """What a plan does about one member, as a JSON object."""
    document: ActionDocument = to_builtins(to_json(action))
    return document


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
    try:
        reviewed = convert(saved, _Reviewed)
    except ValidationError:
        reviewed = None
    if reviewed is None or not all(map(_is_sound, reviewed.actions)):
        _refuse(("This is no saved plan: it has no list of actions.",), file)
    actions = {each.key: action_document(from_json(each)) for each in reviewed.actions}
    return ReviewedPlan(saved["digest"], actions, reviewed.members)


class _Reviewed(Struct):
    actions: list[AnyActionJson]
    members: tuple[str, ...] | None = None


def _document(data: bytes, file: str) -> dict[str, Any]:
    try:
        saved = json.loads(data)
    except (ValueError, RecursionError):
        _refuse(("This is no saved plan: it is not JSON.",), file)
    if not isinstance(saved, dict):
        _refuse(("This is no saved plan: it has no digest.",), file)
    return saved


def _is_sound(saved: AnyActionJson) -> bool:
    match saved:
        case AddJson():
            return are_well_formed(saved.attributes)
        case ChangeJson():
            return all(change.field.partition("[")[0] in FIELDS for change in saved.changes)
        case _:
            return True


def _cut(value: Any) -> str:
    """A value of the file as JSON, cut to a length that fits in a message."""
    return json.dumps(value)[:60]


def _refuse(message: Message, file: str, hint: str = _SAVE) -> NoReturn:
    raise InvalidInput(Problem(message, (hint,), Location(file)))
