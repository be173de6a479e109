"""The setting `suppressed`: lists of those who must never be added again, besides the environment's own."""

import os
import stat
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.environment.forms import Form, is_null, text_of
from reconciler.environment.inside_panels import inside_panels
from reconciler.environment.model import OWN_SUPPRESSION_LIST
from reconciler.files import display_path
from reconciler.text_source import Findings
from reconciler.yaml_source.nodes import Node, Sequence, position

_SHAPE = "Write suppressed: ../shared/suppressed.txt, or a list of such paths."
_MISSING_HINT = "Make it; an empty file is a list of nobody."


class SuppressionLists(NamedTuple):
    """The lists that exist, the environment's own first, each once; and the first that the setting names."""

    found: tuple[Path, ...]
    first_named: Path | None


def suppression_lists(panels: Path, folder: Path) -> Form:
    """The form of `suppressed`: one path or a list of them, relative to `folder`."""

    def read(name: str, node: Node, findings: Findings) -> Any:
        if is_null(node):
            return own_list(panels, folder, findings)
        named = []
        for item in node.items if isinstance(node, Sequence) else [node]:
            text = text_of(item)
            if text and text.isprintable():
                named.append(_list(panels, folder / text, position(item), findings))
            else:
                findings.add(position(item), (f'"{name}" takes paths of files.',), (_SHAPE,))
        lists = [path for path in named if path is not None]
        own = own_list(panels, folder, findings).found
        return SuppressionLists(tuple(dict.fromkeys((*own, *lists))), lists[0] if lists else None)

    return read


def own_list(panels: Path, folder: Path, findings: Findings) -> SuppressionLists:
    """The list of an environment that names no other: `suppressed.txt`, where it exists."""
    own = folder / OWN_SUPPRESSION_LIST
    found = _list(panels, own, None, findings) if os.path.lexists(own) else None
    return SuppressionLists((found,) if found else (), None)


def _list(panels: Path, path: Path, at: tuple[int, int] | None, findings: Findings) -> Path | None:
    """The path of a list; None, and a finding, where none can be there."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        findings.add(at, (f"{display_path(path)} doesn't exist.",), (_MISSING_HINT,))
        return None
    except OSError as error:
        findings.add(at, (f"{display_path(path)} can't be reached: {error.strerror}.",))
        return None
    if stat.S_ISDIR(mode):
        findings.add(at, (f"{display_path(path)} is a folder, where a file is expected.",), (_SHAPE,))
        return None
    return inside_panels(panels, path, at, findings)
