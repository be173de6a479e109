"""Where a person stands on suppression lists, in clear or as a hash."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import InvalidInput, ReconcilerError
from reconciler.files import display_path
from reconciler.problems import Location, Problem, Severity
from reconciler.search.model import Kind, Trace
from reconciler.search.panels import Declaring
from reconciler.suppression.model import Secret, SuppressionList, parse
from reconciler.suppression.reader import read_secret
from reconciler.text_source import text_of


class _List(NamedTuple):
    """One list of one environment."""

    environment: str
    file: str
    said: SuppressionList
    variable: str | None


def on_lists(environments: tuple[Declaring, ...], key: str, unread: list[Problem]) -> Iterator[Trace]:
    """Each entry of the environments' lists that is about this person; once for each environment."""
    for name, reading in environments:
        for path in reading.suppression_lists:
            yield from _on_list(
                _List(name, display_path(path), _said(path), reading.suppression_secret), key, unread
            )


def _said(path: Path) -> SuppressionList:
    try:
        return parse(text_of(path, display_path(path)), display_path(path))
    except InvalidInput:
        return SuppressionList(display_path(path))


def _on_list(found: _List, key: str, unread: list[Problem]) -> Iterator[Trace]:
    secret = _secret(found, unread) if any(entry.is_hashed for entry in found.said.entries) else None
    for entry in found.said.entries:
        if entry.is_hashed:
            if secret is not None and secret.hash_of(key) == entry.text:
                yield Trace(found.file, entry.line, Kind.SUPPRESSED, found.environment, "as a hash")
        elif entry.text == key:
            yield Trace(found.file, entry.line, Kind.SUPPRESSED, found.environment, "in clear")


def _secret(found: _List, unread: list[Problem]) -> Secret | None:
    """The secret; without the right one, the hashes can't be compared with anybody, and that is noted."""
    why, hint = "environment.yaml names no suppression_secret", "Name it: suppression_secret: {env: NAME}."
    if found.variable is not None:
        try:
            secret = read_secret(found.variable)
        except ReconcilerError as error:
            unread += error.problems
            return None
        if secret is not None:
            return secret if _is_right(secret, found, unread) else None
        why, hint = (
            f"the variable {found.variable} is not set",
            "Set it to the secret of the suppression lists.",
        )
    message = (f"The hashes on this list could not be compared for {found.environment}: {why}.",)
    unread.append(Problem(message, (hint,), Location(found.file), severity=Severity.WARNING))
    return None


def _is_right(secret: Secret, found: _List, unread: list[Problem]) -> bool:
    wrong = tuple(found.said.other_secret(secret, found.variable or ""))
    unread += (replace(problem, severity=Severity.WARNING) for problem in wrong)
    return not wrong
