"""The documented answers: two counts of those saved, four of those unsubscribed or deleted.

Sources: the vendor's pages *save panel members*, *communities/member-unsubscribe* and
*communities/delete-member*. Keys beside the documented ones are let through, since answers often carry
`requestID` although the schemas forbid it. The counts themselves are taken strictly: what is no whole number
from 0 upwards proves nothing, and none of them may be missing.
"""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError
from pydantic_core import ErrorDetails

from reconciler.member import Removal
from reconciler.panel import Counted, CountedAway, Request, Save


class _Saved(BaseModel):
    model_config = ConfigDict(strict=True)
    added: NonNegativeInt = Field(alias="membersAddedSuccessfully")
    failed: NonNegativeInt = Field(alias="membersFailedToBeAdded")


class _Unsubscribed(BaseModel):
    model_config = ConfigDict(strict=True)
    done: NonNegativeInt = Field(alias="membersUnsubscribedSuccessfully")
    unavailable: NonNegativeInt = Field(alias="membersUnavailable")
    already: NonNegativeInt = Field(alias="membersAlreadyUnsubscribed")
    blocked: NonNegativeInt = Field(alias="membersBlocked")


class _Deleted(BaseModel):
    model_config = ConfigDict(strict=True)
    done: NonNegativeInt = Field(alias="membersDeletedSuccessfully")
    unavailable: NonNegativeInt = Field(alias="membersUnavailable")
    already: NonNegativeInt = Field(alias="membersAlreadyDeleted")
    blocked: NonNegativeInt = Field(alias="membersBlocked")


_Counts = TypeVar("_Counts", bound=BaseModel)


class _Body(BaseModel, Generic[_Counts]):
    model_config = ConfigDict(strict=True)
    response: _Counts


_REMOVALS: dict[Removal, type[_Body[_Unsubscribed] | _Body[_Deleted]]] = {
    Removal.UNSUBSCRIBE: _Body[_Unsubscribed],
    Removal.DELETE: _Body[_Deleted],
}


class NotTheCounts(ValueError):
    """Another answer than the documented one; the message says what came, and echoes nothing of it."""


class BrokenOff(NotTheCounts):
    """JSON as far as it goes, but it has no end."""


def read_counts(body: bytes, request: Request) -> Counted | CountedAway:
    """The counts that answer this request.

    Raises:
        BrokenOff: the body stops in the middle.
        NotTheCounts: it is anything else than the documented JSON.
    """
    try:
        if isinstance(request, Save):
            saved = _Body[_Saved].model_validate_json(body).response
            return Counted(added=saved.added, failed=saved.failed)
        away = _REMOVALS[request.by].model_validate_json(body).response
    except ValidationError as error:
        raise _described(error.errors(include_url=False, include_input=False)[0], body) from None
    return CountedAway(
        done=away.done, unavailable=away.unavailable, already=away.already, blocked=away.blocked
    )


def _described(first: ErrorDetails, body: bytes) -> NotTheCounts:
    if first["type"] == "json_invalid":
        return _not_json(str(first.get("ctx", {}).get("error", "")), body.strip())
    name = str(first["loc"][-1]) if first["loc"] else "the whole"
    match first["type"]:
        case "missing":
            return NotTheCounts(f"JSON in which {name} is missing")
        case "greater_than_equal":
            return NotTheCounts(f"JSON in which {name} is below zero")
        case _:
            kind = "a whole number" if name.startswith("members") else "an object"
            return NotTheCounts(f"JSON in which {name} is not {kind}")


def _not_json(reason: str, body: bytes) -> NotTheCounts:
    if not body:
        return NotTheCounts("an answer without content")
    if body.startswith(b"<"):
        return NotTheCounts("a web page, such as a login page, and no JSON")
    if reason.startswith("EOF while parsing"):
        return BrokenOff("JSON that breaks off in the middle")
    return NotTheCounts("text that is no JSON")
