"""More entries on an environment's suppression list; all that it holds stays."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path, replace_file
from reconciler.problems import Address, Location, Problem
from reconciler.suppression.model import CHECK_PREFIX, PREFIX, Secret, Standing, Suppression, parse
from reconciler.suppression.reader import read_suppression, required_secret
from reconciler.text_source import bytes_of

_TOP = "# Who must never be added again, one a line: an e-mail address, or its HMAC-SHA256.\n"
_OPT_OUT_TOP = "# Who opted out in the panel, one a line: an e-mail address, or its HMAC-SHA256.\n"


class Listed(NamedTuple):
    """The entry of a suppressed member, and whether it was there before."""

    location: Location
    was_there: bool


def check_suppressible(environment: Environment, keys: Sequence[str]) -> None:
    """Check that these identities can be suppressed in an environment; nothing is written.

    Raises:
        InvalidInput: a list has mistakes; the secret is missing or too short; or an identity can't be
            written in clear.
    """
    _, secret = _read(environment)
    for key in keys:
        _entry(key, secret)


def suppress(environment: Environment, keys: Sequence[str]) -> dict[str, Listed]:
    """Write identities on the environment's list, and find each; as hashes if it has a secret.

    An identity that is on one of its suppression lists already is not written again. One that is on an
    opt-out list alone is: to opt out is less.

    Raises:
        InvalidInput: as for `check_suppressible`; then nothing is written.
        DiskFailure: the list could not be written; then it is as it was.
    """
    return _write(environment, keys, environment.suppression_list_to_write, _TOP, Standing.SUPPRESSED)


def list_opted_out(environment: Environment, keys: Sequence[str]) -> dict[str, Listed]:
    """Write identities on the environment's opt-out list, as `suppress` does on the other.

    Who is on any of its lists already is not written again.

    Raises:
        InvalidInput: as for `check_suppressible`; then nothing is written.
        DiskFailure: the list could not be written; then it is as it was.
    """
    both = (Standing.SUPPRESSED, Standing.OPTED_OUT)
    return _write(environment, keys, environment.opt_out_list, _OPT_OUT_TOP, *both)


def _write(
    environment: Environment, keys: Sequence[str], path: Path, top: str, *enough: Standing
) -> dict[str, Listed]:
    """Write the people about whom the lists don't say `enough` yet."""
    before, secret = _read(environment)
    new = [key for key in dict.fromkeys(keys) if before.standings(key).isdisjoint(enough)]
    lines = _append(path, [_entry(key, secret) for key in new], secret, top) if new else []
    added = {key: Location(display_path(path), line) for key, line in zip(new, lines, strict=True)}
    return {
        key: Listed(added.get(key) or before.place_of(key) or Location(""), key not in added) for key in keys
    }


def _read(environment: Environment) -> tuple[Suppression, Secret | None]:
    variable = environment.suppression_secret
    secret = required_secret(variable) if variable else None
    reading = read_suppression(environment.suppression_lists, variable)
    if reading.problems:
        raise InvalidInput(*reading.problems)
    return reading.suppression, secret


def _entry(key: str, secret: Secret | None) -> str:
    if secret is not None:
        return f"{PREFIX}{secret.hash_of(key)}"
    if key.startswith("#"):
        message = (Address(key), " can't be written on a list in clear: it would be a comment.")
        hint = "Name the variable of a secret: suppression_secret: {env: NAME} in environment.yaml."
        raise InvalidInput(Problem(message, (hint,)))
    return key


def _append(path: Path, entries: Sequence[str], secret: Secret | None, top: str) -> list[int]:
    """Append entries, and give their lines; `top` begins a new list.

    The first hash of a list comes below the check of its secret.
    """
    file = display_path(path)
    before = bytes_of(path, file) if path.exists() else top.encode()
    line_end = b"\r\n" if b"\r\n" in before else b"\n"
    is_open = bool(before) and not before.endswith((b"\n", b"\r"))
    is_first = secret is not None and not parse(before.decode("utf-8-sig"), file).checks
    lines = [f"{CHECK_PREFIX}{secret.check}", *entries] if secret is not None and is_first else entries
    after = before + (line_end if is_open else b"") + b"".join(line.encode() + line_end for line in lines)
    replace_file(path, after)
    return [entry.line for entry in parse(after.decode("utf-8-sig"), file).entries[-len(entries) :]]
