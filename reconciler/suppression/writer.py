"""One more entry on an environment's suppression list; all that stands there stays."""

from pathlib import Path

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path, replace_file
from reconciler.problems import Address, Location, Problem
from reconciler.suppression.parser import parse
from reconciler.suppression.reader import read_suppression
from reconciler.suppression.secret import CHECK_PREFIX, PREFIX, Secret
from reconciler.suppression.secret_variable import required_secret
from reconciler.text_source import bytes_of

_TOP = "# Who must never be added again, one a line: an e-mail address, or its HMAC-SHA256.\n"


def suppress(environment: Environment, key: str) -> Location:
    """Write an identity on the environment's list, and give its place; as a hash just where it has a secret.

    Whoever stands on one of its lists already stays where they stand.

    Raises:
        InvalidInput: a list has mistakes; the secret is missing or too short; or the identity can't be
            written in clear.
        DiskFailure: it could not be written; then the list is as it was.
    """
    variable = environment.suppression_secret
    secret = required_secret(variable) if variable else None
    reading = read_suppression(environment.suppression_lists, variable)
    if reading.problems:
        raise InvalidInput(*reading.problems)
    return reading.suppression.place_of(key) or _append(
        environment.suppression_list_to_write, _entry(key, secret), secret
    )


def _entry(key: str, secret: Secret | None) -> str:
    if secret is not None:
        return f"{PREFIX}{secret.hash_of(key)}"
    if key.startswith("#"):
        message = (Address(key), " can't be written on a list in clear: it would be a comment.")
        hint = "Name the variable of a secret: suppression_secret: {env: NAME} in environment.yaml."
        raise InvalidInput(Problem(message, (hint,)))
    return key


def _append(path: Path, entry: str, secret: Secret | None) -> Location:
    """Above the first hash that is written to a list, with what tells its secret from another."""
    file = display_path(path)
    before = bytes_of(path, file) if path.exists() else _TOP.encode()
    line_end = b"\r\n" if b"\r\n" in before else b"\n"
    is_open = bool(before) and not before.endswith((b"\n", b"\r"))
    is_first = secret is not None and not parse(before.decode("utf-8-sig"), file).checks
    lines = (f"{CHECK_PREFIX}{secret.check}", entry) if secret is not None and is_first else (entry,)
    after = before + (line_end if is_open else b"") + b"".join(line.encode() + line_end for line in lines)
    replace_file(path, after)
    return Location(file, parse(after.decode("utf-8-sig"), file).entries[-1].line)
