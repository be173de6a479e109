"""The file of refused rows: where it is, what it holds, and corrections in it, which are never overwritten.

`.reconciler/rejected.json` keeps the SHA-256 of each such file as it was written or imported, by its path. A
file there that differs from that has been edited.
"""

import hashlib
import json
import os
from collections.abc import Collection, Sequence
from itertools import count
from pathlib import Path

from reconciler.environment.model import WORKING_FOLDER
from reconciler.files import disk_failure, prepare_working_folder, replace_file
from reconciler.importing.columns import is_password
from reconciler.importing.run import Imported, is_below
from reconciler.problems import HIDDEN, plain
from reconciler.roster.csv_file import csv_text, spreadsheet_safe

_PRIVATE = 0o600


def rejected_path(source: Path, panels: Path, given: Path | None) -> Path:
    """Where refused rows go: beside the source, but never below `panels/`, where they would be committed."""
    if given is not None:
        return given
    name = f"{source.name}.rejected.csv"
    return Path(name) if is_below(source, panels) else source.with_name(name)


def write_rejected(path: Path, imported: Imported, folder: Path) -> Path | None:
    """Write the rows that were refused, with their reason, ready to be corrected and imported again.

    A row with too many cells keeps all of them, so that it is refused again until it is corrected. Returns
    where a file that was edited is kept, None if there was none; `folder` is the environment's.

    Raises:
        InvalidInput: `path` is a symbolic link, or not a regular file.
        DiskFailure: it could not be written.
    """
    width = len(imported.header)
    passwords = [index for index, heading in enumerate(imported.header) if is_password(heading)]
    rows: list[Sequence[object]] = [("row", "reason", *_without(passwords, imported.header))]
    for row in imported.refused:
        cells = list(row.cells)
        if any(cells[width:]) and passwords:  # a row that is shifted may have a password anywhere
            cells[passwords[0] + 1 :] = [HIDDEN] * (len(cells) - passwords[0] - 1)
        elif not any(cells[width:]):
            del cells[width:]
        rows.append((row.row, spreadsheet_safe(plain(row.reason)), *_without(passwords, cells)))
    data = csv_text(rows).encode("utf-8-sig")
    known = _digests(folder)
    try:
        found = path.read_bytes() if path.exists() else data
        is_edited = found != data and known.get(os.path.realpath(path)) != _digest(found)
        aside = _moved_aside(path) if is_edited else None
    except OSError as error:
        raise disk_failure("written", path, error) from error
    replace_file(path, data, mode=_PRIVATE)
    _remember(folder, known, path, data)
    return aside


def remember_imported(source: Path, folder: Path) -> None:
    """Note that all corrections in a file of refused rows are imported, if it is one."""
    known = _digests(folder)
    if os.path.realpath(source) in known:
        _remember(folder, known, source, source.read_bytes())


def _without(indices: Collection[int], cells: Sequence[str]) -> list[str]:
    return [cell for index, cell in enumerate(cells) if index not in indices]


def _moved_aside(path: Path) -> Path:
    free = next(
        name
        for number in count(1)
        if not os.path.lexists(name := path.with_name(f"{path.stem}.{number}{path.suffix}"))
    )
    return path.rename(free)


def _digests(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / WORKING_FOLDER / "rejected.json").read_bytes())
    except (OSError, ValueError):  # without it, a file of refused rows counts as edited
        return {}
    return found if isinstance(found, dict) else {}


def _remember(folder: Path, known: dict[str, str], path: Path, data: bytes) -> None:
    working = folder / WORKING_FOLDER
    prepare_working_folder(working)
    text = json.dumps(known | {os.path.realpath(path): _digest(data)})
    replace_file(working / "rejected.json", text.encode(), mode=_PRIVATE)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
