"""The file that a verdict is remembered in: `verdict` in the environment's working folder.

    format 1
    inputs sha256:…
    roster sha256:…
    lockfile sha256:…
    declared 100000
    seal sha256:…

The seal is the hash of the lines above it. A file that is any other way is as good as none.
"""

import hashlib
import re

from reconciler.environment.model import Environment
from reconciler.errors import ReconcilerError
from reconciler.files import prepare_working_folder, replace_file
from reconciler.verdict.model import Verdict

_FILE = "verdict"
_HASH = r"(sha256:[0-9a-f]{64})"
_TEXT = re.compile(
    rf"(format 1\ninputs {_HASH}\nroster {_HASH}\nlockfile {_HASH}\ndeclared (\d{{1,12}})\n)seal {_HASH}\n",
    re.ASCII,
)
_MOST_BYTES = 1000


def holds_anything(environment: Environment) -> bool:
    """Whether there is a memory at all, of whatever."""
    return (environment.working_folder / _FILE).is_file()


def recall(environment: Environment, inputs: str) -> Verdict | None:
    """What the last plan from just these inputs came to; None where that isn't known for sure."""
    try:
        with (environment.working_folder / _FILE).open("rb") as file:
            found = _TEXT.fullmatch(file.read(_MOST_BYTES).decode("ascii"))
    except (OSError, ValueError):
        return None
    if found is None or found[6] != _seal(found[1]) or found[2] != inputs:
        return None
    return Verdict(inputs, found[3], found[4], int(found[5]))


def remember(environment: Environment, verdict: Verdict) -> None:
    """Keep a verdict for the next plan; where it can't be written, the next plan is worked out again."""
    path = environment.working_folder / _FILE
    try:
        prepare_working_folder(environment.working_folder)
        replace_file(path, _text(verdict).encode("ascii"))
    except (OSError, ReconcilerError):
        return


def _text(verdict: Verdict) -> str:
    lines = (
        "format 1\n"
        f"inputs {verdict.inputs}\n"
        f"roster {verdict.roster_digest}\n"
        f"lockfile {verdict.lockfile_digest}\n"
        f"declared {verdict.declared}\n"
    )
    return f"{lines}seal {_seal(lines)}\n"


def _seal(lines: str) -> str:
    return "sha256:" + hashlib.sha256(lines.encode("ascii")).hexdigest()
