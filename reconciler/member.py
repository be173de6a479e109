"""A member: the fields that the API knows, in the vendor's order, and what makes two sets of them equal.

Source of the names and their order, and of which fields hold numbers: the sample body on the
vendor's page for *save panel members*. Source of the profile fields' shape: the vendor's page
*communities/add-update-member-profile-data*.
"""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias

FIELDS = (
    "emailAddress",
    "firstName",
    "middleName",
    "lastName",
    "birthday",
    "profileCompleteDate",
    "zipCode",
    "city",
    "address1",
    "address2",
    "status",
    "statusType",
    "creationDate",
    "source",
    "lastLoginTimestamp",
    "qPointValue",
    "unsubscribeDate",
    "moderator",
    "customSource",
    "selectedLanguage",
    "deviceType",
    "mobileNumber",
    "username",
    "referID",
    "custom1",
    "custom2",
    "custom3",
    "custom4",
    "custom5",
    "profileFields",
)
EMAIL_ADDRESS = "emailAddress"
PROFILE_FIELDS = "profileFields"
PROFILE_FIELD_ID = "profileFieldId"
PROFILE_FIELD_KEYS = (PROFILE_FIELD_ID, "value")
ADDRESS_KEYS = ("address1", "address2", "city", "state", "country")
DATE_FIELDS = frozenset(
    {"birthday", "profileCompleteDate", "creationDate", "lastLoginTimestamp", "unsubscribeDate"}
)
NUMBER_FIELDS = frozenset({"statusType", "qPointValue", "moderator", "selectedLanguage", "referID"})

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RANK = {field: rank for rank, field in enumerate(FIELDS)}

Attributes: TypeAlias = Mapping[str, Any]
"""Declared fields by name: text, whole numbers in `NUMBER_FIELDS`, and under `profileFields` a list of
`{"profileFieldId": int, "value": str | list[int | str] | dict[str, str]}`. Treated as immutable."""


class Removal(StrEnum):
    """How a member leaves: by an API call, or only by dropping the lockfile's entry."""

    FORGET = "forget"
    UNSUBSCRIBE = "unsubscribe"
    DELETE = "delete"

    @property
    def calls_the_api(self) -> bool:
        """Whether the panel itself is changed."""
        return self is not Removal.FORGET


@lru_cache(maxsize=1024)
def is_day(text: str) -> bool:
    """Whether the text is a day of the calendar, as in 2027-01-31. Such texts sort as the days do."""
    try:
        return _DAY.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def in_vendor_order(attributes: Attributes) -> Attributes:
    """The same attributes, their fields in the order of the vendor's page."""
    names = tuple(attributes)
    ordered = _names_in_vendor_order(names)
    return attributes if names == ordered else {field: attributes[field] for field in ordered}


@lru_cache(maxsize=1024)
def _names_in_vendor_order(names: tuple[str, ...]) -> tuple[str, ...]:
    """Most members of a panel declare the same fields, so the same few lists are sorted."""
    return tuple(sorted(names, key=_RANK.__getitem__))


def canonical(attributes: Attributes) -> Attributes:
    """The same attributes in one order: the fields, the profile fields, and the options of each."""
    ordered = in_vendor_order(attributes)
    if PROFILE_FIELDS not in ordered:
        return ordered
    items = sorted(ordered[PROFILE_FIELDS], key=lambda item: item[PROFILE_FIELD_ID])
    return {
        **ordered,
        PROFILE_FIELDS: [
            {PROFILE_FIELD_ID: item[PROFILE_FIELD_ID], "value": _ordered(item["value"])} for item in items
        ],
    }


def flat(attributes: Attributes) -> dict[str, Any]:
    """All that decides whether two declarations of one identity are equal, by the name a person would use.

    Without `emailAddress`, whose spelling is no change; each profile field under a name of its own, such
    as `profileFields[577]`, since their order doesn't matter; the items of a list value in one order, for
    the same reason.
    """
    fields = {field: value for field, value in attributes.items() if field != EMAIL_ADDRESS}
    profile_fields = fields.pop(PROFILE_FIELDS, None)
    if profile_fields is not None:
        for item in profile_fields:
            fields[profile_field_name(item[PROFILE_FIELD_ID])] = _ordered(item["value"])
        if not profile_fields:
            fields[PROFILE_FIELDS] = []
    return fields


def profile_field_name(identifier: int) -> str:
    """The name of one profile field, as a CSV header and a plan write it."""
    return f"{PROFILE_FIELDS}[{identifier}]"


def equal(one: Attributes, other: Attributes) -> bool:
    """Whether two declarations of one identity ask for the same."""
    return one == other or flat(one) == flat(other)


def identical(one: Attributes, other: Attributes) -> bool:
    """Whether two declarations of one identity ask for the same, the address spelled alike."""
    return one[EMAIL_ADDRESS] == other[EMAIL_ADDRESS] and equal(one, other)


def _ordered(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(value, key=lambda item: (isinstance(item, str), item))
    if isinstance(value, dict):
        return {name: value[name] for name in ADDRESS_KEYS if name in value}
    return value
