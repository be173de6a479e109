"""A saved plan, read back. What it says is never trusted beyond its digest."""

import json
import re
from typing import NoReturn

from reconciler.errors import InvalidInput
from reconciler.problems import Location, Problem

FORMAT = 1
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)


def saved_digest(data: bytes, *, environment: str, file: str) -> str:
    """The digest of the plan that these bytes hold.

    Args:
        data: the whole file that `plan --out` wrote.
        environment: the environment that it must be for.
        file: its path as it is shown in problems.

    Raises:
        InvalidInput: it is no plan, has another format, or is for another environment.
    """
    try:
        saved = json.loads(data)
    except (ValueError, RecursionError):
        _refuse("This is no saved plan: it is not JSON.", file)
    if not isinstance(saved, dict) or not _DIGEST.fullmatch(str(saved.get("digest"))):
        _refuse("This is no saved plan: it has no digest.", file)
    if saved.get("format") != FORMAT:
        found = json.dumps(saved.get("format"))
        _refuse(f"The plan's format is {found}, and this version reads {FORMAT}.", file)
    if saved.get("environment") != environment:
        _refuse(f"The plan is for {json.dumps(saved.get('environment'))}, not for {environment}.", file)
    digest: str = saved["digest"]
    return digest


def _refuse(message: str, file: str) -> NoReturn:
    raise InvalidInput(
        Problem((message,), ("Save one with `reconciler plan ENV --out FILE`.",), Location(file))
    )
