"""One member file on disk, put into its canonical form; or left as it is, with a word why."""

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from reconciler.document.content import text_of
from reconciler.errors import InvalidInput
from reconciler.files import disk_failure, display_path, replace_file, temporary_folder
from reconciler.formatting.csv_form import canonical_csv
from reconciler.member import identical
from reconciler.problems import Location, Problem
from reconciler.roster.model import Declaration
from reconciler.roster.reader import read_roster

_CSV = ".csv"
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


_BYTES_PER_SECOND = 220_000
"""How much YAML is formatted in a second, roughly; CSV takes no time to speak of."""


class Formatting(NamedTuple):
    """What a file holds, and what it would hold in its canonical form."""

    was: bytes
    canonical: bytes

    @property
    def is_needed(self) -> bool:
        """Whether the two differ."""
        return self.was != self.canonical


def formatting_of(path: Path) -> Formatting:
    """What formatting does to a file's content.

    What comes out is read again by the reader of member files, and must declare the same.

    Raises:
        InvalidInput: the file has mistakes, all of which are told; or it can't be formatted.
    """
    members = _members(path)  # first, for it declines what is no ordinary file, and would never end
    was = _bytes(path)
    canonical = _canonical(path, list(members)).encode()
    if canonical != was and not _declares(canonical, path.suffix, members):
        raise InvalidInput(_other_meaning(display_path(path)))
    return Formatting(was, canonical)


def expected_seconds(path: Path) -> float:
    """About how long formatting a file takes; 0 for one that isn't there."""
    if path.suffix.lower() == _CSV:
        return 0
    try:
        return path.stat().st_size / _BYTES_PER_SECOND
    except OSError:
        return 0


def replace(path: Path, formatting: Formatting) -> None:
    """Write the canonical form, with the same permissions.

    Raises:
        InvalidInput: the file is write-protected or a symbolic link, or was changed meanwhile.
        DiskFailure: it could not be written; then it is as it was.
    """
    try:
        if not stat.S_IMODE(path.stat().st_mode) & _WRITABLE:
            raise InvalidInput(_protected(display_path(path)))
        if path.read_bytes() != formatting.was:
            raise InvalidInput(_changed(display_path(path)))
    except OSError as error:
        raise disk_failure("written", path, error) from error
    replace_file(path, formatting.canonical)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        text_of(path, display_path(path))  # says it in better words
        raise disk_failure("read", path, error) from error


def _canonical(path: Path, identities: list[str]) -> str:
    text = text_of(path, display_path(path))
    if path.suffix.lower() == _CSV:
        return canonical_csv(text)
    from reconciler.formatting.yaml_form import canonical_yaml  # noqa: PLC0415 - CSV needs no ruamel.yaml

    return canonical_yaml(text, identities, display_path(path))


def _members(path: Path) -> Mapping[str, Declaration]:
    reading = read_roster([path])
    if reading.problems:
        raise InvalidInput(*reading.problems)
    return reading.roster.members


def _declares(data: bytes, ending: str, members: Mapping[str, Declaration]) -> bool:
    """Whether this content declares just these members, each with the same attributes and expiry."""
    with temporary_folder() as folder:
        file = folder / f"members{ending}"
        file.write_bytes(data)
        reading = read_roster([file])
    found = reading.roster.members
    return (
        not reading.problems
        and found.keys() == members.keys()
        and all(_is_same(member, found[key]) for key, member in members.items())
    )


def _is_same(one: Declaration, other: Declaration) -> bool:
    return one.expires == other.expires and identical(one.attributes, other.attributes)


def _other_meaning(file: str) -> Problem:
    return Problem(
        ("Formatted, this file would declare something else, so it was left as it is.",),
        ("That is a mistake in Reconciler; please report it.",),
        Location(file),
    )


def _protected(file: str) -> Problem:
    return Problem(
        ("The file is write-protected, so it was not formatted.",), ("Allow writing to it.",), Location(file)
    )


def _changed(file: str) -> Problem:
    return Problem(
        ("The file was changed while it was being formatted, so it was left as it is.",),
        ("Run the command again.",),
        Location(file),
    )
