"""The API key: where it comes from, and where it may go.

Source: the vendor's page *api-key-authentication-changes* (the key travels in the header `api-key`
alone; the query string and the header spelling `apiKey` stopped working on 2024-03-31).
"""

import os
import re
import stat
from pathlib import Path
from typing import Never

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
    if source.file is not None:
        return _from_file(source.file)
    return _from_variable(source.env or "")


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


def _from_variable(name: str) -> Credential:
    origin = f"the variable {name}"
    hint = f"Set it, for example: export {name}=…; or name another variable in api_key of environment.yaml."
    value = os.environ.get(name)
    if value is None:
        _refuse(f"The API key is missing: {origin} is not set.", hint)
    return _checked(value, origin, hint)


def _from_file(path: Path) -> Credential:
    origin = f"the file {display_path(path)}"
    hint = "Write the key into that file, alone; or name another file in api_key of environment.yaml."
    try:
        value = _read_regular(path)
    except OSError as error:
        _refuse(f"The API key can't be read from {origin}: {error.strerror}.", hint, path)
    if value is None:
        _refuse(f"The API key can't be read from {origin}: it is not a regular file.", hint, path)
    if len(value) > _MOST_BYTES:
        _refuse(f"The API key is too long: {origin} holds more than {_MOST_BYTES} bytes.", hint, path)
    try:
        return _checked(value.decode("utf-8"), origin, hint, path)
    except UnicodeDecodeError:
        _refuse(f"The API key can't be read from {origin}: it is not text.", hint, path)


def _read_regular(path: Path) -> bytes | None:
    """The first bytes of a regular file; None for anything else, such as a pipe that never ends."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        is_regular = stat.S_ISREG(os.fstat(descriptor).st_mode)
        return os.read(descriptor, _MOST_BYTES + 1) if is_regular else None
    finally:
        os.close(descriptor)


def _checked(value: str, origin: str, hint: str, path: Path | None = None) -> Credential:
    key = value.strip()
    if not key:
        _refuse(f"The API key is missing: {origin} is empty.", hint, path)
    if len(key) > _MOST_BYTES:
        _refuse(f"The API key is too long: {origin} holds more than {_MOST_BYTES} characters.", hint, path)
    for pattern, what in _ODD:
        if pattern.match(key):
            _refuse(f"The API key can't be right: {origin} {what}.", f"Take that out. {hint}", path)
    if "\n" in key or "\r" in key:
        _refuse(f"The API key can't be sent: {origin} holds more than one line.", hint, path)
    if not all(" " <= character <= "~" for character in key):
        _refuse(
            f"The API key can't be sent: {origin} holds a character that no header can carry.", hint, path
        )
    if len(key) < LEAST_CHARACTERS:
        _refuse(
            f"The API key is too short: {origin} holds fewer than {LEAST_CHARACTERS} characters.", hint, path
        )
    return Credential(key, origin)


def _refuse(message: str, hint: str, path: Path | None = None) -> Never:
    location = Location(display_path(path)) if path else None
    raise InvalidInput(Problem((message,), (hint,), location)) from None
