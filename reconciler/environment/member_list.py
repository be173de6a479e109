"""The setting `members`: a list of files and folders, relative to the environment's folder."""

from pathlib import Path
from typing import Any

from reconciler.environment.forms import NOT_GIVEN, Form, is_null, text_of
from reconciler.environment.member_files import MemberFiles
from reconciler.text_source import Findings
from reconciler.yaml_source.nodes import Node, Sequence, kind, position

_DEFAULT = "members"


def member_list(panels: Path, folder: Path) -> Form:
    """The form of `members`: gives the member files themselves, in the order in which they are read."""

    def read(name: str, node: Node, findings: Findings) -> Any:
        if is_null(node):
            return default_members(panels, folder, findings)
        if not isinstance(node, Sequence):
            message = f'"{name}" must be a list of files and folders, not {kind(node)}.'
            findings.add(position(node), (message,), (f"Write {name}: [members/].",))
            return NOT_GIVEN
        files = MemberFiles(panels, findings)
        for item in node.items:
            text = text_of(item)
            if text and text.isprintable():
                files.add(folder / text, position(item))
            else:
                findings.add(
                    position(item), ("This is no path of a file or folder.",), ("Put it in quotes.",)
                )
        return tuple(files.found)

    return read


def default_members(panels: Path, folder: Path, findings: Findings) -> tuple[Path, ...]:
    """The member files of an environment that doesn't say where they are: all in its folder `members`."""
    files = MemberFiles(panels, findings)
    files.add(folder / _DEFAULT, None)
    return tuple(files.found)
