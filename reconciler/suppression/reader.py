"""Suppression lists on disk → who is suppressed, and all that is wrong with the lists."""

import codecs
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from reconciler.environment.model import OPT_OUT_LIST
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.problems import Location, Problem, Severity, counted
from reconciler.suppression.model import Secret, Standing, Suppression, SuppressionList, parse
from reconciler.text_source import (
    LINE_END,
    Findings,
    bytes_of,
    control_character,
    control_character_problem,
    decoded,
)

LEAST_CHARACTERS = 16
"""The shortest secret: a shorter one could be guessed from the list."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MAKE = "Make one with `openssl rand -hex 32`, and keep it where your other secrets are."
_NO_SECRET = (
    ("This hash can't be compared with an address: no secret is named for it.",),
    ("Name its variable: suppression_secret: {env: NAME} in environment.yaml.",),
)
_MISMATCH_HINT = (
    "Check that the variable has the right value. A list can't be converted to another secret: keep the old "
    "one, or write the list again."
)


class SuppressionReading(NamedTuple):
    """The people on the lists, what is wrong with the lists, and which entries can't be compared here."""

    suppression: Suppression
    problems: tuple[Problem, ...]
    unchecked: tuple[Problem, ...]


def read_suppression(
    lists: Iterable[Path], variable: str | None, *, is_settled: bool = True
) -> SuppressionReading:
    """Read the lists in the order given; of an identity that is listed twice, the first location counts.

    `variable` holds the secret. If none is named, a hash is a problem, unless the settings are wrong and so
    nothing `is_settled`. If it is named and not set, hashes stay unchecked, with a warning. A list that was
    made with another secret is a problem.
    """
    problems: list[Problem] = []
    secret = None
    try:
        secret = read_secret(variable) if variable else None
    except InvalidInput as error:
        problems += error.problems
    is_missing = variable is not None and secret is None and not problems
    in_clear: dict[str, Location] = {}
    hashed: dict[str, Location] = {}
    entries: dict[Standing, set[str]] = {standing: set() for standing in Standing}
    unchecked = []
    for path in lists:
        findings = Findings(display_path(path))
        text, found = _read(path, findings)
        for entry in found.entries:
            locations = hashed if entry.is_hashed else in_clear
            locations.setdefault(entry.text, Location(found.file, entry.line))
            entries[found.standing].add(entry.text)
            if entry.is_hashed and variable is None and is_settled:
                findings.add((entry.line, entry.column), *_NO_SECRET)
        for check in found.checks if secret is not None else ():
            if secret is not None and check.digits != secret.check:
                message = (
                    f"The secret in the variable {variable} is not the one that this list was made with."
                )
                findings.add((check.line, check.column), (message,), (_MISMATCH_HINT,))
        if is_missing and (count := sum(entry.is_hashed for entry in found.entries)):
            unchecked.append(_unchecked(count, found.file, variable or ""))
        findings.quote(text, LINE_END)
        problems += findings.in_order()
    opt_outs = entries[Standing.OPTED_OUT] - entries[Standing.SUPPRESSED]
    suppression = Suppression(in_clear, hashed, secret, opt_outs=opt_outs)
    return SuppressionReading(suppression, tuple(problems), tuple(unchecked))


def read_secret(variable: str) -> Secret | None:
    """The secret in an environment variable, trimmed; None if it is empty or not set.

    Raises:
        InvalidInput: it is too short.
    """
    value = os.environ.get(variable, "").strip()
    if not value:
        return None
    if len(value) < LEAST_CHARACTERS:
        message = f"The secret in the variable {variable} has less than {LEAST_CHARACTERS} characters."
        raise InvalidInput(Problem((message,), (_MAKE,)))
    return Secret(value)


def required_secret(variable: str) -> Secret:
    """The secret in an environment variable, which is needed.

    Raises:
        InvalidInput: the variable is empty or not set, or the secret is too short.
    """
    secret = read_secret(variable)
    if secret is None:
        message = f"The secret is missing: the variable {variable} is not set, or empty."
        raise InvalidInput(Problem((message,), (f"Set it to the secret of the suppression lists. {_MAKE}",)))
    return secret


def _read(path: Path, findings: Findings) -> tuple[str, SuppressionList]:
    file = findings.file
    try:
        data = bytes_of(path, file)
        text = decoded(data, file)
    except InvalidInput as error:
        findings.add_problems(error.problems)
        return "", SuppressionList(file)
    if data.startswith(_UTF16):
        # Entries are appended as UTF-8.
        findings.add(None, ("This list is in UTF-16.",), ("Save it as UTF-8.",))
        return "", SuppressionList(file)
    stray = control_character(text)
    if stray is not None:
        findings.add_problems([control_character_problem(text, stray, file, LINE_END)])
    found = parse(text, file)
    if path.name == OPT_OUT_LIST:
        found = found._replace(standing=Standing.OPTED_OUT)
    findings.add_problems(found.problems)
    return text, found


def _unchecked(count: int, file: str, variable: str) -> Problem:
    many = counted(count, "entry", "entries")
    return Problem(
        (f"{many} of {file} can't be checked here: the variable {variable} is not set.",),
        ("Set it to the secret of the suppression lists.",),
        Location(file),
        severity=Severity.WARNING,
        code="unchecked-suppressions",
    )
