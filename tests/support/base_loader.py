"""A second reader of member files, sharing nothing with ours: PyYAML's objects, csv's dictionaries.

What `BaseLoader` makes of a scalar has no quotes left. So where it reads `""`, `~` or `null`, the field may
be declared or not, and where it reads digits in a list, they may be text or a number.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from reconciler.member import (
    EMAIL_ADDRESS,
    NUMBER_FIELDS,
    PROFILE_FIELD_ID,
    PROFILE_FIELDS,
    Attributes,
)

_UNDECLARED = {"", "~", "null"}
_MERGE = "<<"
_SEPARATOR_LINE = re.compile(r'"?sep=.[^\r\n]*(\r\n?|\n)', re.IGNORECASE)
_PROFILE_FIELD = re.compile(r"profileFields\[(\d+)\]")
_ABSENT = object()


class Loader(yaml.BaseLoader):
    """BaseLoader, in which an anchor may be set again, as YAML 1.1 has it (its chapter 3.2.2.2)."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if not self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs don't type it
            self.anchors.pop(event.anchor, None)
        return super().compose_node(parent, index)


def declared_in_yaml(text: str) -> list[dict[str, Any]]:
    """The fields of each member as BaseLoader reads them, defaults and merge keys counted in.

    Raises:
        yaml.YAMLError: BaseLoader takes this for no YAML.
    """
    root = _merged(yaml.load(text, Loader=Loader))  # noqa: S506 - builds nothing but text, lists, dicts
    defaults = root.get("defaults")
    members = root["members"]
    return [
        {**(_merged(defaults) if isinstance(defaults, dict) else {}), **_merged(member)}
        for member in (members if isinstance(members, list) else [])
    ]


def declared_in_csv(text: str, separator: str) -> Iterator[dict[str, str]]:
    """The cells of each member that hold something, by the names in the header."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    rest = _SEPARATOR_LINE.sub("", text, count=1) if _SEPARATOR_LINE.match(text) else text
    reader = csv.DictReader(io.StringIO(rest, newline=""), delimiter=separator)
    reader.fieldnames = next(
        [name.strip() for name in row] for row in reader.reader if any(map(str.strip, row))
    )
    for row in reader:
        assert not "".join([*row.pop(None, []), *(row.pop("", None) or [])]).strip()
        cells = {name: cell for name, cell in row.items() if cell}
        if any(map(str.strip, cells.values())):
            yield cells


def is_as_read_from_yaml(sent: Attributes, read: Mapping[str, Any]) -> bool:
    """Whether what is sent of a member is what BaseLoader read."""
    return all(
        _is_as_read(field, sent.get(field, _ABSENT), read.get(field, _ABSENT)) for field in {*sent, *read}
    )


def is_as_read_from_csv(sent: Attributes, read: Mapping[str, str]) -> bool:
    """Whether what is sent of a member is what DictReader read."""
    written = {name: value for name, value in sent.items() if name != PROFILE_FIELDS}
    for item in sent.get(PROFILE_FIELDS, ()):
        written[f"{PROFILE_FIELDS}[{item[PROFILE_FIELD_ID]}]"] = item["value"]
    return {name: str(value) for name, value in written.items()} == {
        name: cell.strip() if name == EMAIL_ADDRESS else str(int(cell)) if name in NUMBER_FIELDS else cell
        for name, cell in read.items()
    }


def _merged(mapping: dict[str, Any]) -> dict[str, Any]:
    """A mapping with what its merge key adds: its own entries win, then the first source."""
    sources = mapping.get(_MERGE, [])
    merged: dict[str, Any] = {}
    for source in reversed(sources if isinstance(sources, list) else [sources]):
        merged |= _merged(source)
    return merged | {name: value for name, value in mapping.items() if name != _MERGE}


def _is_as_read(field: str, sent: Any, read: Any) -> bool:
    if isinstance(read, str) and read in _UNDECLARED and sent is _ABSENT:
        return True
    if sent is _ABSENT or read is _ABSENT:
        return sent is read
    if field == EMAIL_ADDRESS:
        return bool(sent == read.strip())
    if field in NUMBER_FIELDS:
        return bool(sent == int(read))
    return _are_profile_fields_as_read(sent, read) if field == PROFILE_FIELDS else bool(sent == read)


def _are_profile_fields_as_read(sent: list[dict[str, Any]], read: list[dict[str, Any]]) -> bool:
    values = {item[PROFILE_FIELD_ID]: item["value"] for item in sent}
    for item in map(_merged, read):
        if not _is_value_as_read(values.pop(int(item[PROFILE_FIELD_ID]), _ABSENT), item["value"]):
            return False
    return not values


def _is_value_as_read(sent: Any, read: Any) -> bool:
    if isinstance(read, list):
        return [str(item) for item in sent] == read
    if isinstance(read, dict):
        address = _merged(read)
        return all(
            address[name] == text if (text := sent.get(name)) is not None else address[name] in _UNDECLARED
            for name in {*sent, *address}
        )
    return bool(sent == read) or (sent is _ABSENT and read in _UNDECLARED)
