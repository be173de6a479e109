"""`api_key`: where the key comes from. Nothing that stands there is ever shown: it may be the key."""

import re
from pathlib import Path
from typing import Any

from reconciler.environment.forms import NOT_GIVEN, Form
from reconciler.environment.model import KeySource
from reconciler.environment.scalars import is_null, text_of
from reconciler.text_source import Findings
from reconciler.yaml_source.nodes import Mapping, Node, position

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
# A variable's name is words; a key is a run of digits and letters that no word holds.
_KEY_LIKE = re.compile(r"(?=[^_]*\d[^_]*\d)[A-Za-z0-9]{20,}", re.ASCII)
_SHAPE = "Write api_key: {env: QUESTIONPRO_API_KEY}, or {file: path}."
_LEAKED = "If a real key stood here, have it replaced: git keeps what it has seen."


def key_source(folder: Path) -> Form:
    """The form of `api_key`; a file's path is relative to `folder`."""

    def read(name: str, node: Node, findings: Findings) -> Any:
        if is_null(node):
            return NOT_GIVEN
        if not isinstance(node, Mapping):
            message = f'"{name}" must say where the key is, and never hold the key itself.'
            findings.add(position(node), (message,), (f"{_SHAPE} {_LEAKED}",))
            return NOT_GIVEN
        if len(node.entries) != 1 or not node.entries.keys() <= {"env", "file"}:
            findings.add(position(node), (f'"{name}" takes exactly one of env and file.',), (_SHAPE,))
            return NOT_GIVEN
        (kind, (_, value)), *_ = node.entries.items()
        return _from_variable(value, findings) if kind == "env" else _from_file(folder, value, findings)

    return read


def check_key_is_needed(root: Mapping, findings: Findings) -> None:
    """Note where a key is missing that a real account needs, or given where the sandbox needs none."""
    key = root.entries.get("api_key")
    embedded = root.entries.get("embedded")
    if embedded is None or is_null(embedded[1]):
        if key is None or is_null(key[1]):
            at = position(key[0]) if key else position(root)
            findings.add(at, ('There is no "api_key".',), (_SHAPE,))
    elif key is not None and not is_null(key[1]):
        message = 'An embedded sandbox takes no "api_key".'
        findings.add(position(key[0]), (message,), ("Leave it out.",))


def names_a_variable(text: str) -> bool:
    """Whether the text is a variable's name, and not what a variable should hold."""
    return _VARIABLE.fullmatch(text) is not None and _KEY_LIKE.fullmatch(text) is None


def _from_variable(node: Node, findings: Findings) -> Any:
    text = text_of(node)
    if text and names_a_variable(text):
        return KeySource(env=text)
    message = "This is no name of an environment variable."
    findings.add(position(node), (message,), (f"{_SHAPE} {_LEAKED}",))
    return NOT_GIVEN


def _from_file(folder: Path, node: Node, findings: Findings) -> Any:
    text = text_of(node)
    if text and text.isprintable():
        return KeySource(file=folder / text)
    findings.add(position(node), ("This is no path of a file.",), (_SHAPE,))
    return NOT_GIVEN
