"""A member file in YAML → its members.

Source of the shape of `profileFields`: the vendor's page *communities/add-update-member-profile-data*, a list
of `{"profileFieldId": 577, "value": ...}`; a value is a text, a list, or an address.
"""

import re
from collections.abc import Mapping as Table
from typing import Any

from yaml.events import ScalarEvent

from reconciler.member import (
    ADDRESS_KEYS,
    EMAIL_ADDRESS,
    NUMBER_FIELDS,
    PROFILE_FIELD_ID,
    PROFILE_FIELD_KEYS,
    PROFILE_FIELDS,
    is_day,
)
from reconciler.problems import Value, nearest
from reconciler.roster.collector import MISSING_ADDRESS, Collector
from reconciler.roster.fields import (
    EXPIRES,
    TEXT_FIELDS,
    WHOLE_NUMBER_HINT,
    looks_whole,
    not_a_day,
    unknown_field,
    whole_number,
)
from reconciler.text_source import YAML_LINE_END, Findings
from reconciler.yaml_source.composer import Composer
from reconciler.yaml_source.nodes import (
    UNDECLARED,
    Mapping,
    Node,
    Sequence,
    is_undeclared,
    kind,
    position,
)

_KEYS = ("defaults", "members")
_FREE = "x-"
_SHAPE_HINT = "A member file begins with members: and lists them below, each with - emailAddress:"
_COMMENT = re.compile(r"#(?<=[ \t]#)[^\s#].*")  # the sign first, since it is found fast
_PROFILE_SHAPE = f"- {{{PROFILE_FIELD_ID}: 577, value: …}}"


def read_yaml(text: str, collector: Collector, findings: Findings) -> dict[str, Any]:
    """Collect everyone that a text declares correctly; mistakes go to the findings. Returns the defaults.

    Raises:
        InvalidInput: nothing after some point can be understood.
    """
    comments = _comments_without_a_space(text)

    def take(node: Node) -> None:
        _read_member(node, collector, findings)
        if comments and isinstance(node, Mapping):
            _warn_of_cut_values(node, comments, findings)

    root = _checked_root(Composer(text, findings).root("members", take), findings)
    if root is None:
        return {}
    _take_kept_members(root, take, findings)
    return _read_defaults(root.entries["defaults"][1], findings) if "defaults" in root.entries else {}


def _checked_root(root: Node | None, findings: Findings) -> Mapping | None:
    """The file's mapping; None, with a finding, for a file that holds something else."""
    if not isinstance(root, Mapping):
        is_empty = root is None or is_undeclared(root)
        message = "The file is empty." if root is None or is_empty else f"The file holds {kind(root)}."
        findings.add(position(root) if root else (1, 1), (message,), (_SHAPE_HINT,))
        return None
    for name, (key, _) in root.entries.items():
        if name not in _KEYS and not name.startswith(_FREE):
            close = nearest(name, _KEYS)
            hint = f'Did you mean "{close}"?' if close else "Keys of your own begin with x-."
            shown = name if close else Value(name)
            findings.add(position(key), ('"', shown, '" is not a key of a member file.'), (hint,))
    if "members" not in root.entries:
        findings.add(position(root), ('The file has no "members".',), (_SHAPE_HINT,))
    return root


def _take_kept_members(root: Mapping, take: Any, findings: Findings) -> None:
    """Take the members of a list that was not handed over item by item, since it has an anchor."""
    members = root.entries["members"][1] if "members" in root.entries else None
    if isinstance(members, Sequence):
        for item in members.items:
            take(item)
    elif members is not None and not is_undeclared(members):
        message = (f'"members" takes a list, not {kind(members)}.',)
        findings.add(position(members), message, ('Begin each member with "- ".',))


def _read_member(node: Node, collector: Collector, findings: Findings) -> None:
    if not isinstance(node, Mapping):
        message = (f"A member is a mapping of fields, not {kind(node)}.",)
        findings.add(position(node), message, ("Write - emailAddress: …",))
        return
    fields = _read_fields(node, findings)
    address = fields.get(EMAIL_ADDRESS)
    if address is not None:
        refusal = collector.add(address, fields, node.start_mark.line + 1)
        if refusal:
            findings.add(position(node.entries[EMAIL_ADDRESS][1]), *refusal)
    elif EMAIL_ADDRESS not in node.entries or is_undeclared(node.entries[EMAIL_ADDRESS][1]):
        findings.add(position(node), *MISSING_ADDRESS)


def _comments_without_a_space(text: str) -> dict[int, tuple[int, str]]:
    """What may be a comment by mistake, such as `#1 fan`: by line, its column and text; both from 0."""
    if not _COMMENT.search(text):
        return {}
    found = enumerate(map(_COMMENT.search, YAML_LINE_END.split(text)))
    return {line: (comment.start(), comment[0]) for line, comment in found if comment}


def _warn_of_cut_values(member: Mapping, comments: Table[int, tuple[int, str]], findings: Findings) -> None:
    """Warn of values that a # cuts: YAML takes what follows it for a comment."""
    for name, (key, value) in member.entries.items():
        if not isinstance(value, ScalarEvent) or value.style:
            continue
        end: Any = value.end_mark if value.value else key.end_mark
        column, comment = comments.get(end.line, (-1, ""))
        if end.column <= column:
            message = (f'"{name}" is cut here: YAML takes ', Value(comment), " for a comment.")
            hint = ("Put the value in quotes; or write a space after the #, if it is a comment.",)
            findings.warn((end.line + 1, column + 1), "cut-by-comment", message, hint)


def _read_defaults(node: Node, findings: Findings) -> dict[str, Any]:
    """The fields below every member of the file; empty if the node declares none."""
    if is_undeclared(node):
        return {}
    if not isinstance(node, Mapping):
        findings.add(position(node), (f'"defaults" takes a mapping of fields, not {kind(node)}.',))
        return {}
    if EMAIL_ADDRESS in node.entries:
        key = node.entries[EMAIL_ADDRESS][0]
        message = (f'"{EMAIL_ADDRESS}" can\'t be a default.',)
        findings.add(position(key), message, ("Give each member their own.",))
    fields = _read_fields(node, findings)
    return {name: value for name, value in fields.items() if value is not None and name != EMAIL_ADDRESS}


def _read_fields(mapping: Mapping, findings: Findings) -> dict[str, Any]:
    """The fields of a member or of the defaults, in the order written; None for *not declared*.

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
            fields[name] = _profile_fields(value, findings)
        elif name == EXPIRES:
            fields[name] = _day(value, findings)
        else:
            findings.add(position(key), *unknown_field(name))
    return fields


def _day(value: Node, findings: Findings) -> str | None:
    if is_undeclared(value):
        return None
    text: str = value.value if isinstance(value, ScalarEvent) else ""
    if is_day(text):
        return text
    findings.add(position(value), *not_a_day(text))
    return None


def _number(name: str, value: Node, findings: Findings) -> int | None:
    if is_undeclared(value):
        return None
    number = whole_number(value.value) if isinstance(value, ScalarEvent) else None
    in_quotes = isinstance(value, ScalarEvent) and bool(value.style)
    if number is None or in_quotes:
        hint = WHOLE_NUMBER_HINT if number is None else "Remove the quotes."
        findings.add(position(value), (f'"{name}" takes a whole number without quotes.',), (hint,))
        return None
    return number


def _profile_fields(node: Node, findings: Findings) -> list[dict[str, Any]] | None:
    """The profile fields that a node declares, in the order written; None if it declares none.

    A profile field whose value is empty, `null` or `~` without quotes isn't declared.
    """
    if is_undeclared(node):
        return None
    if not isinstance(node, Sequence):
        message = (f'"{PROFILE_FIELDS}" takes a list, not {kind(node)}.',)
        findings.add(position(node), message, (_profile_shape_for(node),))
        return None
    declared: dict[int, dict[str, Any]] = {}
    seen: dict[int, int] = {}
    for item in node.items:
        _read_profile_field(item, declared, seen, findings)
    return list(declared.values()) if declared or not node.items else None


def _profile_shape_for(node: Node) -> str:
    """The correct shape, with the number that is written as a key."""
    names = list(node.entries) if isinstance(node, Mapping) else []
    identifier = names[0] if names and looks_whole(names[0]) else "577"
    return f"Write a list of such items: {_PROFILE_SHAPE.replace('577', identifier)}"


def _read_profile_field(
    item: Node, declared: dict[int, dict[str, Any]], seen: dict[int, int], findings: Findings
) -> None:
    hint = (f"Write {_PROFILE_SHAPE}",)
    if not isinstance(item, Mapping):
        findings.add(position(item), (f"A profile field is a mapping, not {kind(item)}.",), hint)
        return
    _refuse_unknown_keys(item, PROFILE_FIELD_KEYS, "a profile field", findings)
    identifier = None
    if PROFILE_FIELD_ID in item.entries and not is_undeclared(node := item.entries[PROFILE_FIELD_ID][1]):
        identifier = _number(PROFILE_FIELD_ID, node, findings)
    else:
        findings.add(position(item), (f'This profile field has no "{PROFILE_FIELD_ID}".',), hint)
    if "value" not in item.entries:
        findings.add(position(item), ('This profile field has no "value".',), hint)
        return
    if identifier is None:
        return
    if identifier in seen:
        message = f"Profile field {identifier} is here twice; the first is on line {seen[identifier]}."
        findings.add(position(item), (message,), ("Keep one of the two.",))
        return
    seen[identifier] = position(item)[0]
    value = _profile_value(item.entries["value"][1], findings)
    if value is not None:
        declared[identifier] = {PROFILE_FIELD_ID: identifier, "value": value}


def _profile_value(node: Node, findings: Findings) -> Any:
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
    """A whole number if it looks like one and has no quotes, else its text."""
    if isinstance(node, Mapping | Sequence):
        findings.add(position(node), (f"An item of a value is text or a whole number, not {kind(node)}.",))
        return None
    if is_undeclared(node):
        findings.add(position(node), ("An item of this value is empty.",), ('Remove it, or write "".',))
        return None
    if node.style or not looks_whole(node.value):
        text: str = node.value
        return text
    number = whole_number(node.value)
    if number is None:
        hint = "If it is meant as text, put it in quotes."
        findings.add(position(node), ("This whole number has more than 64 bits.",), (hint,))
    return number


def _address(node: Mapping, findings: Findings) -> dict[str, str]:
    _refuse_unknown_keys(node, ADDRESS_KEYS, "an address", findings)
    address = {}
    for name in ADDRESS_KEYS:
        value = node.entries[name][1] if name in node.entries else None
        if isinstance(value, Mapping | Sequence):
            findings.add(position(value), (f'"{name}" takes text, not {kind(value)}.',))
        elif value is not None and not is_undeclared(value):
            address[name] = value.value
    return address


def _refuse_unknown_keys(mapping: Mapping, known: tuple[str, ...], owner: str, findings: Findings) -> None:
    for name, (key, _) in mapping.entries.items():
        if name not in known:
            close = nearest(name, known)
            hint = f'Did you mean "{close}"?' if close else f"The keys are {', '.join(known)}."
            shown = name if close else Value(name)
            findings.add(position(key), ('"', shown, f'" is not a key of {owner}.'), (hint,))
