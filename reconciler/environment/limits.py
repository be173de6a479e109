"""A guard's limit as it stands in `environment.yaml`: a count, or a percentage such as `30%`."""

import re
from decimal import Decimal
from typing import Any

from yaml.events import ScalarEvent

from reconciler.environment.forms import NOT_GIVEN
from reconciler.environment.model import Limit
from reconciler.environment.scalars import whole_of
from reconciler.text_source import Findings
from reconciler.yaml_source.nodes import Node, position

_PERCENTAGE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%")
_ALL = 100


def read_limit(name: str, node: Node, findings: Findings) -> Any:
    """The limit, or `NOT_GIVEN` and a finding."""
    count = whole_of(node)
    if count is not None and count >= 0:
        return Limit(count=count)
    found = _PERCENTAGE.fullmatch(node.value) if isinstance(node, ScalarEvent) else None
    if found and Decimal(found[1]) <= _ALL:
        return Limit(percent=Decimal(found[1]))
    message = f'"{name}" must be a count of members, a percentage from 0% to 100%, or null for no limit.'
    findings.add(position(node), (message,))
    return NOT_GIVEN
