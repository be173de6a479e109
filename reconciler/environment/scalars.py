"""What a scalar of `environment.yaml` stands for, by the core schema of YAML 1.2 (its chapter 10.3.2).

So `no` and `on` are text, unlike in YAML 1.1.
"""

import re
from decimal import Decimal

from reconciler.yaml_source.nodes import Mapping, Node, Scalar, Sequence

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_BOOLEANS = _TRUE | {"false", "False", "FALSE"}
_WHOLE = re.compile(r"[-+]?[0-9]{1,30}")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]{1,30}|[0-9]{1,30}(?:\.[0-9]{0,30})?)(?:[eE][-+]?[0-9]{1,2})?")


def is_null(node: Node) -> bool:
    """Whether nothing is given."""
    return _is_plain_of(node, _NULLS)


def is_true(node: Node) -> bool:
    """Whether this is the word true."""
    return _is_plain_of(node, _TRUE)


def whole_of(node: Node) -> int | None:
    """The whole number, or None."""
    scalar = _plain(node)
    return int(scalar.value) if scalar and _WHOLE.fullmatch(scalar.value) else None


def number_of(node: Node) -> Decimal | None:
    """The finite number, or None."""
    scalar = _plain(node)
    return Decimal(scalar.value) if scalar and _NUMBER.fullmatch(scalar.value) else None


def text_of(node: Node) -> str | None:
    """The text, or None for what is a number, a truth value, nothing, or no scalar."""
    if isinstance(node, Mapping | Sequence):
        return None
    if not node.style and (number_of(node) is not None or node.value in _NULLS | _BOOLEANS):
        return None
    return node.value


def _plain(node: Node) -> Scalar | None:
    return None if isinstance(node, Mapping | Sequence) or node.style else node


def _is_plain_of(node: Node, values: frozenset[str]) -> bool:
    scalar = _plain(node)
    return scalar is not None and scalar.value in values
