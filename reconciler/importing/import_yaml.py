"""`import.yaml`: how each import read its file, by member file. The importer writes it, people review it."""

import re
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.environment.forms import NOT_GIVEN, Form, is_null, settings, text_of, word
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.importing.columns import is_field
from reconciler.importing.values import DATE_COLUMNS, DateOrder
from reconciler.problems import nearest
from reconciler.text_source import Findings
from reconciler.text_source import text_of as content_of
from reconciler.yaml_source.composer import Composer
from reconciler.yaml_source.nodes import Mapping, Node, position

IMPORT_FILE = "import.yaml"
_HEAD = (
    "# How `reconciler import` reads the file behind each member file. You can edit it.\n"
    "# A heading with the value null is left out.\n"
)
_TOP_LEVEL = re.compile(r"^[^\s#]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What one import decided. `columns` is by heading the field, or None for a column that is left out."""

    columns: Table[str, str | None] = field(default_factory=dict)
    encoding: str | None = None
    dates: Table[str, DateOrder] = field(default_factory=dict)
    sheet: str | None = None


def read_import_yaml(folder: Path) -> dict[str, Remembered]:
    """What is remembered in an environment's folder, by member file, such as `members/team.csv`.

    Raises:
        InvalidInput: the file can't be read, or holds something else; all its problems at once.
    """
    path = folder / IMPORT_FILE
    if not path.exists():
        return {}
    findings = Findings(display_path(path))
    root = Composer(content_of(path, findings.file), findings).root()
    found: dict[str, Remembered] = {}
    if isinstance(root, Mapping):
        for name, (_, node) in root.entries.items():
            if isinstance(node, Mapping):
                found[name] = Remembered(**settings(name, node, _FORMS, findings))
            else:
                findings.add(position(node), (f'"{name}" takes columns, encoding, dates and sheet.',))
    elif root is not None:
        findings.add(position(root), ("The file holds no member files.",), ("Delete it, and import again.",))
    if problems := findings.in_order():
        raise InvalidInput(*problems)
    return found


def with_remembered(text: str, member_file: str, remembered: Remembered) -> str:
    """The text of `import.yaml` with one member file's entry replaced; all other lines stay as they are."""
    import yaml  # noqa: PLC0415 - only an import writes YAML

    entry: dict[str, Any] = {"columns": dict(remembered.columns)}
    if remembered.encoding is not None:
        entry["encoding"] = remembered.encoding
    if remembered.dates:
        entry["dates"] = {name: str(order) for name, order in remembered.dates.items()}
    if remembered.sheet is not None:
        entry["sheet"] = remembered.sheet
    block = yaml.safe_dump({member_file: entry}, allow_unicode=True, sort_keys=False, width=1000)
    lines = text or _HEAD
    for found in _TOP_LEVEL.finditer(lines):
        following = _TOP_LEVEL.search(lines, found.end())
        end = following.start() if following else len(lines)
        if _names(lines[found.start() : end], member_file):
            return lines[: found.start()] + block + lines[end:]
    return lines + ("" if lines.endswith("\n") else "\n") + block


def _names(block: str, member_file: str) -> bool:
    import yaml  # noqa: PLC0415 - see above

    try:
        read = yaml.safe_load(block)
    except yaml.YAMLError:
        return False
    return isinstance(read, dict) and member_file in read


def _columns(name: str, node: Node, findings: Findings) -> Any:
    if not isinstance(node, Mapping):
        findings.add(position(node), (f'"{name}" takes headings with their fields.',))
        return NOT_GIVEN
    columns: dict[str, str | None] = {}
    for heading, (_, value) in node.entries.items():
        written = text_of(value)
        if written is None and not is_null(value):
            hint = "Write a field of the API, or null."
            findings.add(position(value), (f'The column "{heading}" takes the name of a field.',), (hint,))
        elif written is not None and not is_field(written):
            close = nearest(written, sorted(DATE_COLUMNS))
            hint = f'Did you mean "{close}"?' if close else "Write a field of the API, or null."
            findings.add(position(value), (f'"{written}" is not a field of the API.',), (hint,))
        columns[heading] = written
    return columns


def _dates(name: str, node: Node, findings: Findings) -> Any:
    forms: dict[str, Form] = dict.fromkeys(sorted(DATE_COLUMNS), word(DateOrder))
    if not isinstance(node, Mapping):
        findings.add(position(node), (f'"{name}" takes fields with dmy, mdy or ymd.',))
        return NOT_GIVEN
    return settings(name, node, forms, findings)


def _text(name: str, node: Node, findings: Findings) -> Any:
    written = text_of(node)
    if written:
        return written
    findings.add(position(node), (f'"{name}" must be a text.',))
    return NOT_GIVEN


_FORMS: dict[str, Form] = {"columns": _columns, "encoding": _text, "dates": _dates, "sheet": _text}
