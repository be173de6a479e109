"""Suppression lists on disk → whom they suppress, and all that is wrong with them."""

import codecs
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.problems import Location, Problem, Severity
from reconciler.suppression.model import Suppression
from reconciler.suppression.parser import Entry, Parsed, parse
from reconciler.suppression.secret import Secret
from reconciler.suppression.secret_variable import read_secret
from reconciler.suppression.wrong_secret import wrong_secret
from reconciler.text_source import (
    LINE_END,
    Findings,
    bytes_of,
    control_character,
    control_character_problem,
    decoded,
)

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class SuppressionReading(NamedTuple):
    """What the lists say, what is wrong with them, and of which entries nothing can be said here."""

    suppression: Suppression
    problems: tuple[Problem, ...]
    unchecked: tuple[Problem, ...]


class _List(NamedTuple):
    """One list: its path as it is shown, and its entries."""

    file: str
    entries: tuple[Entry, ...]


def read_suppression(
    lists: Iterable[Path], variable: str | None, *, is_settled: bool = True
) -> SuppressionReading:
    """Read the lists in the order given; of an identity that stands there twice, the first place counts.

    `variable` holds the secret; where none is named, a hash is a problem, unless the settings are wrong and
    so nothing `is_settled`. Where it is named and not set, hashes are left unchecked, and that is told. A
    list that was made with another secret is a problem.
    """
    problems: list[Problem] = []
    secret = _secret(variable, problems)
    is_missing = variable is not None and secret is None and not problems
    may_hash = variable is not None or not is_settled
    read = [_checked(path, problems, secret, variable, may_hash=may_hash) for path in lists]
    suppression = Suppression(_places(read, is_hashed=False), _places(read, is_hashed=True), secret)
    unchecked = tuple(_unchecked(read, variable or "")) if is_missing else ()
    return SuppressionReading(suppression, tuple(problems), unchecked)


def _secret(variable: str | None, problems: list[Problem]) -> Secret | None:
    try:
        return read_secret(variable) if variable else None
    except InvalidInput as error:
        problems += error.problems
        return None


def _checked(
    path: Path, problems: list[Problem], secret: Secret | None, variable: str | None, *, may_hash: bool
) -> _List:
    findings = Findings(display_path(path))
    text, parsed = _read(path, findings)
    if secret is not None and variable is not None:
        findings.add_problems(wrong_secret(parsed.checks, secret, variable, findings.file))
    for entry in parsed.entries if not may_hash else ():
        if entry.is_hashed:
            hint = "Name its variable: suppression_secret: {env: NAME} in environment.yaml."
            message = ("This hash can't be compared with anybody without the secret that it was made with.",)
            findings.add((entry.line, entry.column), message, (hint,))
    findings.quote(text, LINE_END)
    problems += findings.in_order()
    return _List(findings.file, parsed.entries)


def _read(path: Path, findings: Findings) -> tuple[str, Parsed]:
    try:
        text = _text(path, findings.file)
    except InvalidInput as error:
        findings.add_problems(error.problems)
        return "", Parsed((), ())
    stray = control_character(text)
    if stray is not None:
        findings.add_problems([control_character_problem(text, stray, findings.file, LINE_END)])
    parsed = parse(text, findings.file)
    findings.add_problems(parsed.problems)
    return text, parsed


def _text(path: Path, file: str) -> str:
    data = bytes_of(path, file)
    if data.startswith(_UTF16):
        raise InvalidInput(Problem(("This list is in UTF-16.",), ("Save it as UTF-8.",), Location(file)))
    return decoded(data, file)


def _places(lists: Iterable[_List], *, is_hashed: bool) -> dict[str, Location]:
    places: dict[str, Location] = {}
    for file, entries in lists:
        for entry in entries:
            if entry.is_hashed is is_hashed:
                places.setdefault(entry.text, Location(file, entry.line))
    return places


def _unchecked(lists: Iterable[_List], variable: str) -> Iterable[Problem]:
    for file, entries in lists:
        count = sum(entry.is_hashed for entry in entries)
        if count:
            many = "1 entry" if count == 1 else f"{count} entries"
            message = f"{many} of {file} can't be checked here: the variable {variable} is not set."
            hint = "Set it to the secret of the suppression lists."
            yield Problem((message,), (hint,), Location(file), severity=Severity.WARNING)
