"""The page that the reading call answers: members as the vendor lists them, with its oddities.

Sources: the vendor's pages *cx/get-panel-members* and *cx/search-by-respondents* (request, answer and the
two examples), *pagination* and *limits*. In the examples `status`, `deviceType` and `profileFields` are null
and `statusType` is 0, whatever the member has; dates come in two forms; the totals are 0 beside a member;
`moderator` is missing, `panelMemberId` and `state` are there. The pages name no largest page, so a larger
`perPage` is cut without a word.
"""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs

from reconciler.member import FIELDS, NUMBER_FIELDS
from reconciler.sandbox.bodies import read_filter
from reconciler.sandbox.store import Resident, Store

_FIELDS = tuple(field for field in FIELDS if field != "moderator")
_NEVER_SHOWN = ("status", "deviceType", "profileFields")
_EMPTY_TEXTS = ("firstName", "lastName", "mobileNumber")
_LARGEST_NUMBER = 2**53


class Reading(StrEnum):
    """How the reading call of an account may differ from what the vendor's pages show."""

    FORBIDDEN = "forbidden"
    """The key may not read."""
    ELSEWHERE = "elsewhere"
    """It reads another panel than the one that is filled: an empty one."""
    REPEATS = "repeats"
    """A page behind the end is the last page again, for ever."""
    FULL = "full"
    """The fields that are null in the vendor's examples are shown."""


def page_of(
    store: Store, query: str, body: bytes, *, largest: int, reading: AbstractSet[Reading]
) -> dict[str, Any] | None:
    """The answer to a reading call; None if `page` or `perPage` is not a whole number from 1.

    A page holds `largest` members at most.

    Raises:
        WrongBody: the body is no JSON, or not of the schema.
    """
    wanted = read_filter(body)
    given = parse_qs(query, keep_blank_values=True)
    page, size = _number(given, "page", 1), _number(given, "perPage", largest)
    if page is None or size is None:
        return None
    size = min(size, largest)

    def residents(number: int) -> list[Resident]:
        if Reading.ELSEWHERE in reading:
            return []
        start = (number - 1) * size
        return store.page(start, size, ids=wanted.ids, search=wanted.search_field, status=wanted.status)

    found = residents(page)
    while Reading.REPEATS in reading and not found and page > 1:
        page -= 1
        found = residents(page)
    return {
        "response": [_listed(resident, is_full=Reading.FULL in reading) for resident in found],
        "pagination": {
            "perPage": size,
            "totalItems": 0,
            "currentPage": page,
            "totalPages": 0,
            "links": dict.fromkeys(("self", "prev", "next", "first", "last")),
        },
    }


def _number(given: dict[str, list[str]], name: str, default: int) -> int | None:
    text = given.get(name, [str(default)])[0]
    is_whole = text.isascii() and text.isdecimal() and len(text) < len(str(_LARGEST_NUMBER))
    return int(text) if is_whole and int(text) else None


def _listed(resident: Resident, *, is_full: bool) -> dict[str, Any]:
    stored = {
        "creationDate": resident.created,
        "unsubscribeDate": resident.unsubscribed,
        **{field: value for field, value in resident.attributes.items() if value is not None},
    }
    fields: dict[str, Any] = {"panelMemberId": resident.number}
    for field in _FIELDS:
        empty = 0 if field in NUMBER_FIELDS else "" if field in _EMPTY_TEXTS else None
        fields[field] = stored.get(field, empty)
        if field == "zipCode":
            fields["state"] = None
    for field in ("creationDate", "unsubscribeDate"):
        fields[field] = _date(fields[field], in_the_other_form=bool(resident.number % 2))
    if not is_full:
        fields |= dict.fromkeys(_NEVER_SHOWN) | {"statusType": 0}
    return fields


def _date(text: str | None, *, in_the_other_form: bool) -> str | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return text or None
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if in_the_other_form:
        return moment.strftime("%Y-%m-%d %H:%M:%S.0")
    return moment.isoformat(timespec="milliseconds")
