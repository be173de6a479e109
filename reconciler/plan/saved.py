"""A plan as it is saved: the JSON of its actions, written here and read back here.

A saved plan decides nothing but which digest the plan must have. All else that it says is only compared
with the plan as it is now, to show what changed since it was reviewed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, NoReturn, TypeAlias, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType, ValidationError, convert, to_builtins

from reconciler.errors import InvalidInput
from reconciler.lockfile.model import are_well_formed
from reconciler.member import FIELDS, Removal
from reconciler.plan.model import Action, Add, Change, FieldChange, Remove, StillRejected, Unremoved
from reconciler.problems import Code, Location, Message, Problem, Value
from reconciler.suppression.model import Standing

FORMAT: Literal[1] = 1
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_SAVE = "Save one with `reconciler plan ENV --out FILE`."

UNREADABLE = (ValidationError, UnicodeEncodeError)
"""What `convert` raises for JSON of another shape; the second for a lone surrogate in a key or a word."""

Identity = Annotated[str, Meta(description="The identity of the member.")]
ActionDocument: TypeAlias = Mapping[str, Any]
"""An action as a JSON object."""


class ActionJson(Struct, kw_only=True, omit_defaults=True, tag_field="action"):
    """What a plan does about one member. Keys with a default are left out where nothing differs from it.

    `pending` and `former` are those of a plan that is compared with a merge base: whether the action was
    there before the pull request, and where the member was last declared.
    """

    key: Identity
    source: str | None
    pending: bool | UnsetType = UNSET
    former: str | None = None


class AddJson(ActionJson, kw_only=True, tag=Add.action):
    """Add a member with these attributes.

    `doubtful`: they were sent before without a usable answer. `was_unsubscribed`: an earlier apply
    unsubscribed them, or may have.
    """

    attributes: dict[str, Any]
    doubtful: bool = False
    was_unsubscribed: bool = False


class ChangeJson(ActionJson, kw_only=True, tag=Change.action):
    """A member who is declared differently now. `deliverable` says whether apply sends them again."""

    deliverable: bool
    changes: tuple[FieldChange, ...]


class RemoveJson(ActionJson, kw_only=True, tag=Remove.action):
    """A member who is no longer declared.

    `by` says how they are removed; null if that depends on a secret that is missing. `known`: they are in
    the lockfile. `expired` is the day from which their declaration no longer counts.
    """

    by: Removal | None
    known: bool = True
    doubtful: bool = False
    expired: str | None = None
    standing: Standing | None = Standing.UNLISTED
    was_rejected: bool = False
    has_departed: bool = False


class RefusedJson(Struct, kw_only=True, omit_defaults=True):
    """A member that the API refused to add or, if `is_there`, to change; with `by`, to remove in this way.

    `personal` is what the reason repeats of the member: `reconciler show` hides it in masked output.
    """

    key: Identity
    source: str | None
    by: Removal | UnsetType = UNSET
    reason: str
    known: bool = True
    is_there: bool = False
    personal: list[str] = []


class RejectedJson(RefusedJson, kw_only=True, omit_defaults=True, tag_field="action", tag="rejected"):
    """A member that the API refused before, with the same declaration: not sent again."""

    pending: bool | UnsetType = UNSET
    former: str | None = None


AnyActionJson: TypeAlias = AddJson | ChangeJson | RemoveJson | RejectedJson
_Refused = TypeVar("_Refused", bound=RefusedJson)


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
        case StillRejected() | Unremoved():
            return refused_json(action, RejectedJson)


def refused_json(
    refused: StillRejected | Unremoved, shape: type[_Refused], personal: Sequence[str] = ()
) -> _Refused:
    """A refused member as they are saved."""
    found = shape(key=refused.key, source=refused.source, reason=refused.reason, personal=list(personal))
    match refused:
        case StillRejected(is_there=is_there):
            found.is_there = is_there
        case Unremoved(by=by, is_known=is_known):
            found.by, found.known = by, is_known
    return found


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
        case RejectedJson():
            return refused_of(saved)


def refused_of(saved: RefusedJson) -> StillRejected | Unremoved:
    """A refused member as far as they were saved."""
    repeated = {"personal": saved.personal}
    if saved.by is UNSET:
        return StillRejected(saved.key, saved.source or "", saved.reason, repeated, saved.is_there)
    return Unremoved(saved.key, saved.by, saved.reason, repeated, saved.source, saved.known)


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
    except UNREADABLE as error:
        why = Value(str(error)[:100])
        _refuse(("This is no saved plan: it has no list of actions that can be read: ", why, "."), file)
    if not all(map(_is_sound, reviewed.actions)):
        _refuse(("This is no saved plan: it has no list of actions with known fields.",), file)
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
