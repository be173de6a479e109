"""The documented answer: two counts (the vendor's page *save panel members*).

Keys beside the documented ones are let through, since answers often carry `requestID` although the
page's schema forbids it. The two counts themselves are taken strictly: what is no whole number from
0 upwards proves nothing.
"""

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError
from pydantic_core import ErrorDetails

from reconciler.panel import Counted


class _Counts(BaseModel):
    model_config = ConfigDict(strict=True)
    added: NonNegativeInt = Field(alias="membersAddedSuccessfully")
    failed: NonNegativeInt = Field(alias="membersFailedToBeAdded")


class _Body(BaseModel):
    model_config = ConfigDict(strict=True)
    response: _Counts


class NotTheCounts(ValueError):
    """Another answer than the documented one; the message says what came, and echoes nothing of it."""


class BrokenOff(NotTheCounts):
    """JSON as far as it goes, but it has no end."""


def read_counts(body: bytes) -> Counted:
    """The two counts.

    Raises:
        BrokenOff: the body stops in the middle.
        NotTheCounts: it is anything else than the documented JSON.
    """
    try:
        counts = _Body.model_validate_json(body).response
    except ValidationError as error:
        raise _described(error.errors(include_url=False, include_input=False)[0], body) from None
    return Counted(added=counts.added, failed=counts.failed)


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
