"""The API key: where it comes from, and where it may go.

Source: the vendor's page *api-key-authentication-changes* (the key travels in the header `api-key`
alone; the query string and the header spelling `apiKey` stopped working on 2024-03-31).
"""

import os
import re
import stat
from pathlib import Path

from reconciler.credential import LEAST_CHARACTERS, Credential
from reconciler.environment.model import Environment, KeySource
from reconciler.errors import InvalidInput, Refusal
from reconciler.files import display_path
from reconciler.hosts import host_of, is_loopback
from reconciler.problems import Location, Problem

HOSTS = "RECONCILER_HOSTS"
_MOST_BYTES = 4096
_ODD = (
    (re.compile("\ufeff"), "begins with a byte order mark"),
    (re.compile(r"[\"'`\u2018-\u201d]|.*[\"'`\u2018-\u201d]\Z", re.DOTALL), "has quotation marks around it"),
    (re.compile(r"(?:bearer|basic|token|api-?key)[ :]", re.IGNORECASE), "begins with a word such as Bearer"),
    (re.compile(r"(?:export\s+)?[A-Z][A-Z0-9]*_[A-Z0-9_]*=."), "begins with a variable's name and ="),
)


def key_for(environment: Environment) -> Credential | None:
    """The key that an environment's calls need; None for an embedded one.

    Every command that sends the key gets it here.

    Raises:
        Refusal: `RECONCILER_HOSTS` doesn't name the target's host; then the key is not read.
        InvalidInput: as `read_key`.
    """
    if environment.api_key is None:
        return None
    _check_host(environment)
    return read_key(environment.api_key)


def read_key(source: KeySource) -> Credential:
    """The key, trimmed, from the variable or the file that `environment.yaml` names.

    Raises:
        InvalidInput: it is missing, odd, too short, can't be read, or could not travel in a header. The
            message names the variable or the file and never holds any of the value.
    """
    name, path = source.env or "", source.file
    if path is None:
        origin = f"the variable {name}"
        hint = (
            f"Set it, for example: export {name}=…; or name another variable in api_key of environment.yaml."
        )
    else:
        origin = f"the file {display_path(path)}"
        hint = "Write the key into that file, alone; or name another file in api_key of environment.yaml."
    try:
        value = _from_variable(name) if path is None else _from_file(path)
        return Credential(_checked(value), origin)
    except _WrongKey as wrong:
        location = Location(display_path(path)) if path else None
        raise InvalidInput(Problem((str(wrong).format(origin),), (hint,), location)) from None


def _check_host(environment: Environment) -> None:
    allowed = os.environ.get(HOSTS, "").replace(",", " ").lower().split()
    host = host_of(environment.target)
    if not allowed or host in allowed or is_loopback(environment.target):
        return
    raise Refusal(
        Problem(
            (f"The key of {environment.name} may not be sent to {host}: {HOSTS} does not name this host.",),
            (
                f"{HOSTS} is set to: {', '.join(allowed)}. If the target is right, add its host there ",
                "(for the workflows: Settings, Variables). The key was not read.",
            ),
            Location(display_path(environment.folder / "environment.yaml")),
        )
    )


class _WrongKey(Exception):
    """Why there is no key to send; `{}` is where it was looked for."""


def _from_variable(name: str) -> str:
    if name not in os.environ:
        raise _WrongKey("The API key is missing: {} is not set.")
    return os.environ[name]


def _from_file(path: Path) -> str:
    try:
        value = _read_regular(path)
        if value is None:
            raise _WrongKey("The API key can't be read from {}: it is not a regular file.")
        return value.decode()
    except OSError as error:
        raise _WrongKey(f"The API key can't be read from {{}}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise _WrongKey("The API key can't be read from {}: it is not text.") from None


def _read_regular(path: Path) -> bytes | None:
    """The first bytes of a regular file; None for anything else, such as a pipe that never ends."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        is_regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
        return os.read(descriptor, _MOST_BYTES + 1) if is_regular else None
    finally:
        os.close(descriptor)


def _checked(value: str) -> str:
    key = value.strip()
    if not key:
        raise _WrongKey("The API key is missing: {} is empty.")
    if len(value) > _MOST_BYTES:
        raise _WrongKey(f"The API key is too long: {{}} holds more than {_MOST_BYTES} characters.")
    for pattern, what in _ODD:
        if pattern.match(key):
            raise _WrongKey(f"The API key can't be right: {{}} {what}. Take that out.")
    if "\n" in key or "\r" in key:
        raise _WrongKey("The API key can't be sent: {} holds more than one line.")
    if not all(" " <= character <= "~" for character in key):
        raise _WrongKey("The API key can't be sent: {} holds a character that no header can carry.")
    if len(key) < LEAST_CHARACTERS:
        raise _WrongKey(f"The API key is too short: {{}} holds fewer than {LEAST_CHARACTERS} characters.")
    return key
