"""The API key: where it comes from, and how it is kept from being seen.

Source: the vendor's page *api-key-authentication-changes* (the key travels in the header `api-key`
alone; the query string and the header spelling `apiKey` stopped working on 2024-03-31).
"""

import os
from pathlib import Path
from typing import Never

from reconciler.environment.model import KeySource
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.problems import Location, Problem

_MOST_BYTES = 4096


class ApiKey:
    """A key that no output shows: only `reveal` gives the value away.

    `origin` says in words where it came from, for whoever has to mend it.
    """

    __slots__ = ("_value", "origin")

    def __init__(self, value: str, origin: str) -> None:
        """Keep the value; `origin` reads like `the variable QUESTIONPRO_API_KEY`."""
        self._value = value
        self.origin = origin

    def reveal(self) -> str:
        """The key itself, for the one header that carries it."""
        return self._value

    def __repr__(self) -> str:
        """Nothing of the value, not even its length."""
        return f"ApiKey(from {self.origin})"


def read_key(source: KeySource) -> ApiKey:
    """The key, trimmed, from the variable or the file that `environment.yaml` names.

    Raises:
        InvalidInput: it is missing, empty, can't be read, or could not travel in a header. The message
            names the variable or the file and never holds any of the value.
    """
    if source.file is not None:
        return _from_file(source.file)
    return _from_variable(source.env or "")


def _from_variable(name: str) -> ApiKey:
    origin = f"the variable {name}"
    hint = f"Set it, for example: export {name}=…; or name another variable in api_key of environment.yaml."
    value = os.environ.get(name)
    if value is None:
        _refuse(f"The API key is missing: {origin} is not set.", hint)
    return _checked(value, origin, hint)


def _from_file(path: Path) -> ApiKey:
    origin = f"the file {display_path(path)}"
    hint = "Write the key into that file, alone; or name another file in api_key of environment.yaml."
    try:
        with path.open("rb") as file:
            value = file.read(_MOST_BYTES + 1).decode("utf-8")
    except OSError as error:
        _refuse(f"The API key can't be read from {origin}: {error.strerror}.", hint, path)
    except UnicodeDecodeError:
        _refuse(f"The API key can't be read from {origin}: it is not text.", hint, path)
    return _checked(value, origin, hint, path)


def _checked(value: str, origin: str, hint: str, path: Path | None = None) -> ApiKey:
    key = value.strip()
    if not key:
        _refuse(f"The API key is missing: {origin} is empty.", hint, path)
    if len(key) > _MOST_BYTES:
        _refuse(f"The API key is too long: {origin} holds more than {_MOST_BYTES} characters.", hint, path)
    if not all(" " <= character <= "~" for character in key):
        _refuse(
            f"The API key can't be sent: {origin} holds a line break or another character "
            "that can't stand in a header.",
            hint,
            path,
        )
    return ApiKey(key, origin)


def _refuse(message: str, hint: str, path: Path | None = None) -> Never:
    raise InvalidInput(Problem((message,), (hint,), Location(display_path(path)) if path else None)) from None
