"""An update of somebody who is known: the fields that are sent win, the others stay.

Source: the vendor's page *communities/add-update-members*. It names no way to take a field away, so there
is none here; a profile field is a field like any other, known by its id.
"""

from typing import Any

from reconciler.member import PROFILE_FIELD_ID, PROFILE_FIELDS, Attributes


def updated(stored: Attributes, sent: Attributes) -> dict[str, Any]:
    """The stored fields, and over them those that were sent."""
    fields = {**stored, **sent}
    known = stored.get(PROFILE_FIELDS)
    if known:
        items = [*known, *(sent.get(PROFILE_FIELDS) or ())]
        fields[PROFILE_FIELDS] = list({item[PROFILE_FIELD_ID]: item for item in items}.values())
    return fields
