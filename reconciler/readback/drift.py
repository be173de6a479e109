"""How the panel differs from the declarations: one finding for each person. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Any

from reconciler.lockfile.model import Lockfile, Outcome
from reconciler.member import (
    DATE_FIELDS,
    EMAIL_ADDRESS,
    PROFILE_FIELD_ID,
    PROFILE_FIELDS,
    Attributes,
    profile_field_name,
)
from reconciler.readback.model import FieldDrift, Finding, MemberDrift, PanelRead
from reconciler.roster.model import Roster
from reconciler.suppression.model import Suppression

OPT_OUT = "unsubscribeDate"
"""The field that tells that a member has opted out. The list of statuses is not public."""

_LINE_END = re.compile("\r\n?")  # member files have line feeds
_DAY = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)


def expected_in(roster: Roster, lockfile: Lockfile | None) -> dict[str, str]:
    """Who should be seen, with the address that was sent: those declared and recorded as present.

    A member who is declared and not sent yet is the plan's business.
    """
    members = lockfile.members if lockfile else {}
    return {key: str(members[key].attributes[EMAIL_ADDRESS]) for key in roster.members if key in members}


def known_in(lockfile: Lockfile | None) -> frozenset[str]:
    """Members that are, by the API's answers, in the panel that *save* fills."""
    members = lockfile.members if lockfile else {}
    proven = (Outcome.ADDED, Outcome.EXISTING)
    return frozenset(key for key, entry in members.items() if entry.outcome in proven)


def compare(
    roster: Roster, read: PanelRead, suppressed: Suppression | Collection[str], ignored: Collection[str] = ()
) -> tuple[tuple[MemberDrift, ...], int]:
    """The findings, in the order of their kinds and then by identity; and how many members are equal.

    `ignored` are names of fields that are not compared.
    """
    found = list(_findings(roster, read, suppressed, frozenset(ignored)))
    order = list(Finding)
    drifts = sorted(
        (drift for drift in found if drift is not None),
        key=lambda drift: (order.index(drift.finding), drift.key),
    )
    return tuple(drifts), found.count(None)


def _findings(
    roster: Roster, read: PanelRead, suppressed: Suppression | Collection[str], ignored: frozenset[str]
) -> Iterator[MemberDrift | None]:
    """One for each person; None for a declared member who is equal."""
    for key, panel in read.members.items():
        declaration = roster.members.get(key)
        declared: Attributes = declaration.attributes if declaration else {}
        source = declaration.source if declaration else None
        if _is_some_day(panel.get(OPT_OUT)) and not declared.get(OPT_OUT):
            opt_out = FieldDrift(OPT_OUT, declared.get(OPT_OUT), panel[OPT_OUT])
            yield MemberDrift(key, Finding.OPTED_OUT, (opt_out,), key in suppressed, source)
        elif declaration is None:
            yield MemberDrift(key, Finding.ONLY_IN_PANEL, (), key in suppressed)
        else:
            fields = tuple(field_drifts(declared, panel, ignored))
            yield MemberDrift(key, Finding.DIFFERS, fields, source=source) if fields else None
    for key in read.missing & roster.members.keys():
        yield MemberDrift(key, Finding.NOT_SEEN, source=roster.members[key].source)


def _is_some_day(value: Any) -> bool:
    """Whether a date is given, in any form; a day of zeros is none."""
    return re.search("[1-9]", str(value or "")) is not None


def field_drifts(declared: Attributes, panel: Attributes, ignored: Collection[str]) -> Iterator[FieldDrift]:
    """The declared fields that the panel has otherwise.

    Null in the panel proves nothing (it is left out of `panel`), and `""` is the same as not declared.
    """
    there = dict(by_name(panel))
    for name, wanted in by_name(declared):
        if name == EMAIL_ADDRESS or _are_equal(name, wanted, there.get(name)):
            continue
        if name not in ignored and name.partition("[")[0] not in ignored:
            yield FieldDrift(name, wanted, there[name])


def by_name(attributes: Attributes) -> Iterator[tuple[str, Any]]:
    """The fields by the name a person would use; each profile field is one, such as `profileFields[577]`."""
    for name, value in attributes.items():
        if name != PROFILE_FIELDS:
            yield name, value
            continue
        for item in value:
            if item.get("value") is not None:
                yield profile_field_name(item[PROFILE_FIELD_ID]), item["value"]


def _are_equal(name: str, wanted: Any, found: Any) -> bool:
    """Whether a declared value and the panel's are the same; nothing declared is equal to anything."""
    if found is None or wanted in (found, ""):
        return True
    if isinstance(wanted, list | dict) and isinstance(found, str):
        return True  # one text, as an export has it: in which form is not documented, so it proves nothing
    if isinstance(wanted, dict) and isinstance(found, dict):  # a postal address, part by part
        return all(_are_equal("", part, found.get(which)) for which, part in wanted.items())
    return bool(_comparable(name, wanted) == _comparable(name, found))


def _comparable(name: str, value: Any) -> Any:
    """The value without what may differ between two spellings of the same: a text, or a set of them."""
    if isinstance(value, list):
        return frozenset(_comparable("", item) for item in value)
    text = unicodedata.normalize("NFC", _LINE_END.sub("\n", str(value)).strip())
    is_date = name in DATE_FIELDS or name.startswith(PROFILE_FIELDS)
    day = _DAY.fullmatch(text) if is_date else None
    return day[1] if day else text
