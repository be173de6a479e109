"""The fields of one mapping in a member file: a member's own, or the file's defaults."""

from collections.abc import Sequence
from typing import Any

from yaml.events import ScalarEvent

from reconciler.document.findings import Findings
from reconciler.document.nodes import UNDECLARED, Mapping, Node, is_undeclared, kind, position
from reconciler.member import EMAIL_ADDRESS, NUMBER_FIELDS, PROFILE_FIELDS
from reconciler.roster.expiry import EXPIRES, is_day, no_day
from reconciler.roster.fields import TEXT_FIELDS, WHOLE_NUMBER_HINT, unknown_field, whole_number
from reconciler.roster.profile_fields import read_profile_fields


def read_fields(mapping: Mapping, findings: Findings) -> dict[str, Any]:
    """What stands in the mapping, by field, in the order written; None for *not declared*.

    A text field takes the scalar's raw text.
    """
    fields: dict[str, Any] = {}
    for name, (key, value) in mapping.entries.items():
        field = TEXT_FIELDS.get(name)
        if field is not None and type(value) is ScalarEvent:
            text = value.value
            fields[field] = None if text in UNDECLARED and not value.style else text
        elif field is not None:
            findings.add(position(value), (f'"{name}" takes text, not {kind(value)}.',))
        elif name in NUMBER_FIELDS:
            fields[name] = _number(name, value, findings)
        elif name == PROFILE_FIELDS:
            fields[name] = read_profile_fields(value, findings)
        elif name == EXPIRES:
            fields[name] = _day(value, findings)
        else:
            findings.add(position(key), *unknown_field(name))
    return fields


def read_plain_fields(scalars: Sequence[ScalarEvent]) -> dict[str, Any] | None:
    """The same of a mapping's scalars, keys and values in turn; None where one asks for a closer look.

    Only text fields, whole numbers and days, each once, without anchor or tag: so nothing can be wrong here.
    """
    fields: dict[str, Any] = {}
    for key, value in zip(scalars[::2], scalars[1::2], strict=True):
        if key.anchor is not None or key.tag is not None or value.anchor is not None or value.tag is not None:
            return None
        text = value.value
        field = TEXT_FIELDS.get(key.value)
        if field is not None:
            fields[field] = None if text in UNDECLARED and not value.style else text
        elif key.value in NUMBER_FIELDS and not value.style:
            fields[key.value] = whole_number(text)
            if fields[key.value] is None:
                return None
        elif key.value == EXPIRES and is_day(text):
            fields[EXPIRES] = text
        else:
            return None
    return fields if 2 * len(fields) == len(scalars) else None


def read_defaults(node: Node, findings: Findings) -> dict[str, Any]:
    """The fields that stand below every member of the file; empty where the node declares none."""
    if is_undeclared(node):
        return {}
    if not isinstance(node, Mapping):
        findings.add(position(node), (f'"defaults" takes a mapping of fields, not {kind(node)}.',))
        return {}
    if EMAIL_ADDRESS in node.entries:
        message = (f'"{EMAIL_ADDRESS}" can\'t be a default.',)
        key = node.entries[EMAIL_ADDRESS][0]
        findings.add(position(key), message, ("Every member needs one of their own.",))
    fields = read_fields(node, findings)
    return {name: value for name, value in fields.items() if value is not None and name != EMAIL_ADDRESS}


def _day(value: Node, findings: Findings) -> str | None:
    if is_undeclared(value):
        return None
    text: str = value.value if isinstance(value, ScalarEvent) else ""
    if is_day(text):
        return text
    findings.add(position(value), *no_day(text))
    return None


def _number(name: str, value: Node, findings: Findings) -> int | None:
    if is_undeclared(value):
        return None
    number = whole_number(value.value) if isinstance(value, ScalarEvent) else None
    in_quotes = isinstance(value, ScalarEvent) and bool(value.style)
    if number is None or in_quotes:
        hint = WHOLE_NUMBER_HINT if number is None else "Leave the quotes out."
        findings.add(position(value), (f'"{name}" takes a whole number without quotes.',), (hint,))
        return None
    return number
