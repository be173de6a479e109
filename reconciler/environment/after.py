"""The setting `after`: the environments that are applied before this one."""

from pathlib import Path
from typing import Any

from reconciler.environment.discovery import names_as_they_are
from reconciler.environment.forms import NOT_GIVEN, Form
from reconciler.environment.scalars import is_null
from reconciler.problems import nearest
from reconciler.text_source import Findings
from reconciler.yaml_source.nodes import Node, Scalar, Sequence, position

_SHAPE = "Write after: staging, or after: [staging, training]."


def after_list(panels: Path, own_name: str) -> Form:
    """The form of `after`: one name or a list of them; gives a tuple of names, each of an environment."""

    def read(name: str, node: Node, findings: Findings) -> Any:
        if is_null(node):
            return NOT_GIVEN
        items = node.items if isinstance(node, Sequence) else [node]
        if not items:
            return ()
        others = [other for other in names_as_they_are(panels) if other != own_name]
        named = [_name_of(item, name, own_name, others, findings) for item in items]
        return tuple(dict.fromkeys(found for found in named if found is not None))

    return read


def _name_of(item: Node, setting: str, own_name: str, others: list[str], findings: Findings) -> str | None:
    text = item.value if isinstance(item, Scalar) else None  # 2024 and true are names like any other
    if text in others:
        return text
    if not text:
        findings.add(position(item), (f'"{setting}" takes names of environments.',), (_SHAPE,))
    elif text == own_name:
        findings.add(position(item), ("An environment can't come after itself.",), ())
    else:
        close = nearest(text, others)
        known = f"The others are {', '.join(others)}." if others else "There is no other."
        hint = f'Did you mean "{close}"?' if close else known
        findings.add(position(item), (f'There is no environment "{text}".',), (hint,))
    return None
