"""The variables that hold secrets, by all environments: what no child process may inherit."""

from pathlib import Path

from reconciler.environment.discovery import SETTINGS_FILE, names_as_they_are
from reconciler.environment.scalars import text_of
from reconciler.errors import InvalidInput
from reconciler.text_source import Findings
from reconciler.text_source import text_of as content_of
from reconciler.yaml_source.composer import Composer
from reconciler.yaml_source.nodes import Mapping


def secret_variables(panels: Path) -> frozenset[str]:
    """The names that stand under `api_key` and `suppression_secret`, as far as they can be read."""
    try:
        names = names_as_they_are(panels)
    except InvalidInput:
        return frozenset()
    return frozenset(variable for name in names for variable in _named_in(panels / name / SETTINGS_FILE))


def _named_in(path: Path) -> set[str]:
    findings = Findings(str(path))
    try:
        root = Composer(content_of(path, findings.file), findings).root()
    except InvalidInput:
        return set()
    sections = root.entries if isinstance(root, Mapping) else {}
    given = [sections[key][1] for key in ("api_key", "suppression_secret") if key in sections]
    named = [node.entries["env"][1] for node in given if isinstance(node, Mapping) and "env" in node.entries]
    return {text for node in named if (text := text_of(node))}
