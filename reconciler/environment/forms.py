"""The forms that a setting can take, to be put together into the table of all settings.

A form is a function of a setting's name, its node and the findings. It gives the setting's value, or
`NOT_GIVEN` for one that is wrong, so that the default stays and reading goes on. It is never asked about
null: `settings` knows what that means. The core schema of YAML 1.2 (its chapter 10.3.2) says what a scalar
is, so `no` and `on` are text, unlike in YAML 1.1.
"""

import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Table
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeAlias

from yaml.events import ScalarEvent

from reconciler.environment.model import Limit
from reconciler.problems import nearest
from reconciler.text_source import Findings
from reconciler.yaml_source.nodes import Mapping, Node, position
from reconciler.yaml_source.nodes import Sequence as Items

# What a scalar means.

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_NOT_TEXT = _NULLS | _TRUE | {"false", "False", "FALSE"}
_WHOLE = re.compile(r"[-+]?[0-9]{1,30}")
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]{1,30}|[0-9]{1,30}(?:\.[0-9]{0,30})?)(?:[eE][-+]?[0-9]{1,2})?")


def is_null(node: Node) -> bool:
    """Whether nothing is given."""
    return _plain(node) in _NULLS


def is_true(node: Node) -> bool:
    """Whether this is the word true."""
    return _plain(node) in _TRUE


def whole_of(node: Node) -> int | None:
    """The whole number, or None."""
    text = _plain(node)
    return int(text) if text and _WHOLE.fullmatch(text) else None


def number_of(node: Node) -> Decimal | None:
    """The finite number, or None."""
    text = _plain(node)
    return Decimal(text) if text and _NUMBER.fullmatch(text) else None


def text_of(node: Node) -> str | None:
    """The text, or None for what is a number, a truth value, nothing, or no scalar."""
    if isinstance(node, Mapping | Items) or number_of(node) is not None or _plain(node) in _NOT_TEXT:
        return None
    return node.value


def path_of(node: Node) -> str | None:
    """The text of a path, or None for what can't be one."""
    text = text_of(node)
    return text if text and text.isprintable() else None


def _plain(node: Node) -> str | None:
    """The text of a scalar without quotes."""
    return None if isinstance(node, Mapping | Items) or node.style else node.value


# Forms.

NOT_GIVEN: Final = object()
Form: TypeAlias = Callable[[str, Node, Findings], Any]
_MOST = 1_000_000_000


def whole(least: int) -> Form:
    """A whole number from `least` to a thousand million."""

    def read(name: str, node: Node, findings: Findings) -> Any:
        number = whole_of(node)
        if number is not None and least <= number <= _MOST:
            return number
        return wrong(f'"{name}" must be a whole number, at least {least}.', "", node, findings)

    return read


def number(*, may_be_zero: bool) -> Form:
    """A number that is not negative."""
    expected = "of at least 0" if may_be_zero else "above 0"

    def read(name: str, node: Node, findings: Findings) -> Any:
        found = number_of(node)
        if found is not None and 0 <= found <= _MOST and (found or may_be_zero):
            return int(found) if found == int(found) else float(found)
        return wrong(f'"{name}" must be a number {expected}.', "", node, findings)

    return read


def word(words: type[StrEnum]) -> Form:
    """One of a few words."""
    allowed = [str(member) for member in words]

    def read(name: str, node: Node, findings: Findings) -> Any:
        text = text_of(node)
        if text in allowed:
            return words(text)
        close = nearest(text or "", allowed)
        meant = f' (did you mean "{close}"?)' if close else ""
        expected = f"{', '.join(allowed[:-1])} or {allowed[-1]}{meant}"
        return wrong(f'"{name}" must be {expected}.', "", node, findings)

    return read


def names(known: Sequence[str], what: str, *, pattern: str = "(?!)") -> Form:
    """A list of known names, or of others that match the whole pattern; returns a tuple."""

    def read(name: str, node: Node, findings: Findings) -> Any:
        if not isinstance(node, Items):
            return wrong(f'"{name}" must be a list of {what}.', "", node, findings)
        found = [text_of(item) for item in node.items]
        for item, text in zip(node.items, found, strict=True):
            if text is None or (text not in known and not re.fullmatch(pattern, text)):
                close = nearest(text or "", known)
                hint = f'Did you mean "{close}"?' if close else ""
                wrong(f'"{name}" takes {what}.', hint, item, findings)
        return tuple(text for text in found if text is not None)

    return read


def section(build: Callable[..., Any], forms: Table[str, Form], *, null: Any = NOT_GIVEN) -> Form:
    """A mapping with these keys, made into an object; what isn't given keeps the object's default.

    `null` is what null in it means.
    """

    def read(name: str, node: Node, findings: Findings) -> Any:
        if not isinstance(node, Mapping):
            return wrong(f'"{name}" must be a mapping with {", ".join(forms)}.', "", node, findings)
        return build(**settings(name, node, forms, findings, null=null))

    return read


def settings(
    owner: str, mapping: Mapping, forms: Table[str, Form], findings: Findings, *, null: Any = NOT_GIVEN
) -> dict[str, Any]:
    """The values that a mapping gives, by key; unknown keys are findings. `null` is what null means."""
    given = {}
    for key_text, (key, node) in mapping.entries.items():
        name = f"{owner}.{key_text}" if owner else key_text
        if key_text not in forms:
            close = nearest(key_text, list(forms))
            hint = f'Did you mean "{close}"?' if close else f"The settings here are {', '.join(forms)}."
            findings.add(position(key), (f'There is no setting "{name}".',), (hint,))
            continue
        value = null if is_null(node) else forms[key_text](name, node, findings)
        if value is not NOT_GIVEN:
            given[key_text] = value
    return given


def wrong(message: str, hint: str, node: Node, findings: Findings) -> Any:
    """Note what is wrong with a setting, and return `NOT_GIVEN`. Never say what it is: it may be a key."""
    findings.add(position(node), (message,), (hint,) if hint else ())
    return NOT_GIVEN


# A guard's limit: a count, or a percentage such as `30%`.

_PERCENTAGE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%")
_HUNDRED = 100


def read_limit(name: str, node: Node, findings: Findings) -> Any:
    """The limit, or `NOT_GIVEN` and a finding."""
    count = whole_of(node)
    if count is not None and count >= 0:
        return Limit(count=count)
    found = _PERCENTAGE.fullmatch(node.value) if isinstance(node, ScalarEvent) else None
    if found and Decimal(found[1]) <= _HUNDRED:
        return Limit(percent=Decimal(found[1]))
    message = f'"{name}" must be a count of members, a percentage from 0% to 100%, or null for no limit.'
    return wrong(message, "", node, findings)
