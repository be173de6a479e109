"""`suppression_secret`: the variable that holds the secret. Nothing that stands there is ever shown."""

from typing import Any

from reconciler.environment.forms import NOT_GIVEN
from reconciler.environment.key_source import names_a_variable
from reconciler.environment.scalars import is_null, text_of
from reconciler.text_source import Findings
from reconciler.yaml_source.nodes import Mapping, Node, position

_SHAPE = "Write suppression_secret: {env: NAME}."
_LEAKED = "If a real secret stood here, make another: git keeps what it has seen."


def read_suppression_secret(name: str, node: Node, findings: Findings) -> Any:
    """The variable's name."""
    if is_null(node):
        return NOT_GIVEN
    if not isinstance(node, Mapping) or node.entries.keys() != {"env"}:
        message = f'"{name}" must name a variable, and never hold the secret itself.'
        findings.add(position(node), (message,), (f"{_SHAPE} {_LEAKED}",))
        return NOT_GIVEN
    variable = node.entries["env"][1]
    text = text_of(variable)
    if text and names_a_variable(text):
        return text
    message = "This is no name of an environment variable."
    findings.add(position(variable), (message,), (f"{_SHAPE} {_LEAKED}",))
    return NOT_GIVEN
