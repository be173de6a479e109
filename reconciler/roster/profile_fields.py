"""`profileFields` of a member file in YAML.

Source of the shape: the vendor's page *communities/add-update-member-profile-data*: a list of
`{"profileFieldId": 577, "value": ...}`; a value is a text, a list, or an address.
"""

from typing import Any

from reconciler.document.findings import Findings
from reconciler.document.nodes import Mapping, Node, Sequence, is_undeclared, kind, position
from reconciler.member import ADDRESS_KEYS, PROFILE_FIELD_ID, PROFILE_FIELD_KEYS, PROFILE_FIELDS
from reconciler.problems import Value, nearest
from reconciler.roster.fields import WHOLE_NUMBER_HINT, looks_whole, whole_number

_SHAPE = f"- {{{PROFILE_FIELD_ID}: 577, value: …}}"


def read_profile_fields(node: Node, findings: Findings) -> list[dict[str, Any]] | None:
    """The profile fields that a node declares, in the order written; None where it declares none.

    A profile field whose value is empty, `null` or `~` without quotes isn't declared.
    """
    if is_undeclared(node):
        return None
    if not isinstance(node, Sequence):
        findings.add(
            position(node), (f'"{PROFILE_FIELDS}" takes a list, not {kind(node)}.',), (_shape_for(node),)
        )
        return None
    declared: dict[int, dict[str, Any]] = {}
    seen: dict[int, int] = {}
    for item in node.items:
        _read_item(item, declared, seen, findings)
    return list(declared.values()) if declared or not node.items else None


def _shape_for(node: Node) -> str:
    """The right shape, with the identifier that somebody wrote as a key."""
    names = list(node.entries) if isinstance(node, Mapping) else []
    identifier = names[0] if names and looks_whole(names[0]) else "577"
    return f"Write a list of items of this kind: {_SHAPE.replace('577', identifier)}"


def _read_item(
    item: Node, declared: dict[int, dict[str, Any]], seen: dict[int, int], findings: Findings
) -> None:
    if not isinstance(item, Mapping):
        findings.add(
            position(item), (f"A profile field is a mapping, not {kind(item)}.",), (f"Write {_SHAPE}",)
        )
        return
    _refuse_unknown(item, PROFILE_FIELD_KEYS, "a profile field", findings)
    identifier = _identifier(item, findings)
    if "value" not in item.entries:
        findings.add(position(item), ('This profile field has no "value".',), (f"Write {_SHAPE}",))
        return
    if identifier is None:
        return
    if identifier in seen:
        message = f"Profile field {identifier} stands here twice; the first is on line {seen[identifier]}."
        findings.add(position(item), (message,), ("Keep one of the two.",))
        return
    seen[identifier] = position(item)[0]
    value = _value(item.entries["value"][1], findings)
    if value is not None:
        declared[identifier] = {PROFILE_FIELD_ID: identifier, "value": value}


def _identifier(item: Mapping, findings: Findings) -> int | None:
    if PROFILE_FIELD_ID not in item.entries:
        findings.add(
            position(item), (f'This profile field has no "{PROFILE_FIELD_ID}".',), (f"Write {_SHAPE}",)
        )
        return None
    node = item.entries[PROFILE_FIELD_ID][1]
    if not isinstance(node, Mapping | Sequence) and not node.style:
        number = whole_number(node.value)
        if number is not None:
            return number
    message = f'"{PROFILE_FIELD_ID}" takes a whole number without quotes.'
    findings.add(position(node), (message,), (WHOLE_NUMBER_HINT,))
    return None


def _value(node: Node, findings: Findings) -> Any:
    if is_undeclared(node):
        return None
    match node:
        case Sequence():
            return [value for item in node.items if (value := _list_item(item, findings)) is not None]
        case Mapping():
            return _address(node, findings)
        case _:
            return node.value


def _list_item(node: Node, findings: Findings) -> int | str | None:
    """A whole number where it looks like one and has no quotes, else its text."""
    if isinstance(node, Mapping | Sequence):
        findings.add(position(node), (f"An item of a value is text or a whole number, not {kind(node)}.",))
        return None
    if is_undeclared(node):
        findings.add(position(node), ("An item of this value is empty.",), ('Take it out, or write "".',))
        return None
    if node.style or not looks_whole(node.value):
        text: str = node.value
        return text
    number = whole_number(node.value)
    if number is None:
        hint = "Put it in quotes if it is meant as text."
        findings.add(position(node), ("This whole number has more than 64 bits.",), (hint,))
    return number


def _address(node: Mapping, findings: Findings) -> dict[str, str]:
    _refuse_unknown(node, ADDRESS_KEYS, "an address", findings)
    address = {}
    for name in ADDRESS_KEYS:
        value = node.entries[name][1] if name in node.entries else None
        if isinstance(value, Mapping | Sequence):
            findings.add(position(value), (f'"{name}" takes text, not {kind(value)}.',))
        elif value is not None and not is_undeclared(value):
            address[name] = value.value
    return address


def _refuse_unknown(mapping: Mapping, known: tuple[str, ...], owner: str, findings: Findings) -> None:
    for name, (key, _) in mapping.entries.items():
        if name not in known:
            close = nearest(name, known)
            hint = f'Did you mean "{close}"?' if close else f"The keys are {', '.join(known)}."
            told = name if close else Value(name)
            findings.add(position(key), ('"', told, f'" is not a key of {owner}.'), (hint,))
