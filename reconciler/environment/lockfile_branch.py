"""The setting `lockfile: {branch: NAME}`: a branch of its own that the lockfile is published on."""

import re
from typing import Any

from reconciler.environment.forms import NOT_GIVEN, Form, nullable, section
from reconciler.environment.model import ASIDE
from reconciler.environment.scalars import is_null, text_of
from reconciler.text_source import Findings
from reconciler.yaml_source.nodes import Mapping, Node, position

_EXAMPLE = "Write it like lockfile: {branch: reconciler-state}."
_MOST_CHARACTERS = 200

# Narrower than git-check-ref-format(1), whose names may hold what a shell or a comment would obey.
_PART = r"(?!\.)[A-Za-z0-9._-]+(?<!\.lock)"
_NAME = re.compile(rf"(?!-|refs/)(?!.*\.\.)(?!HEAD\Z){_PART}(?:/{_PART})*(?<!\.)")


def lockfile_branch() -> Form:
    """The branch's name, None where the lockfile stands beside `environment.yaml`."""
    return section(_chosen, {"branch": nullable(_read_branch)})


def check_branch_is_for_a_real_account(root: Mapping, findings: Findings) -> None:
    """Note where an embedded environment asks for a branch: its data stays on one machine."""
    lockfile, embedded = root.entries.get("lockfile"), root.entries.get("embedded")
    if lockfile is None or embedded is None or is_null(lockfile[1]) or is_null(embedded[1]):
        return
    message = 'An embedded sandbox takes no "lockfile": its panel is on this machine alone.'
    findings.add(position(lockfile[0]), (message,), ("Leave it out.",))


def _chosen(branch: str | None = None) -> str | None:
    return branch


def _read_branch(name: str, node: Node, findings: Findings) -> Any:
    text = text_of(node)
    if text is not None and text.startswith(ASIDE):
        message = f'"{name}" must not begin with {ASIDE}: there goes what a protected branch declines.'
        findings.add(position(node), (message,), (_EXAMPLE,))
        return NOT_GIVEN
    if text is not None and len(text) <= _MOST_CHARACTERS and _NAME.fullmatch(text):
        return text
    message = f'"{name}" must be the name of a branch, of letters, digits and . _ - /.'
    findings.add(position(node), (message,), (_EXAMPLE,))
    return NOT_GIVEN
