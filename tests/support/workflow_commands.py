"""What a runner of GitHub Actions makes of the lines of a log.

By the rules of its source (actions/runner, `ActionCommand.cs` and its manager): a command begins
with `::` behind any white space, or with `##[` anywhere in the line.
"""

import re
from typing import NamedTuple

NAMES = frozenset(
    {
        *("debug", "notice", "warning", "error", "group", "endgroup", "echo", "stop-commands"),
        *("set-env", "set-output", "save-state", "add-path", "add-mask", "add-matcher", "remove-matcher"),
        "internal-set-repo-path",
    }
)


class Command(NamedTuple):
    """One command that a runner obeys."""

    name: str
    properties: dict[str, str]
    message: str


def obeyed(log: str) -> list[Command]:
    """The commands among the lines of a log, whatever their line ends are."""
    return [found for line in re.split("\r\n|\r|\n", log) if (found := _command(line)) is not None]


def _command(line: str) -> Command | None:
    begun = line.lstrip()
    if not begun.startswith("::"):
        return _older_command(line)
    information, separator, message = begun[2:].partition("::")
    name, _, properties = information.partition(" ")
    if not separator or name.lower() not in NAMES:
        return _older_command(line)
    return Command(name, dict(_properties(properties, ",")), _restored(message, "\r\n%"))


def _older_command(line: str) -> Command | None:
    information, separator, message = line.partition("##[")[2].partition("]")
    name, _, properties = information.partition(" ")
    if not separator or name.lower() not in NAMES:
        return None
    return Command(name, dict(_properties(properties, ";")), _restored(message, ";\r\n]%"))


def _properties(text: str, separator: str) -> list[tuple[str, str]]:
    pairs = [pair.partition("=") for pair in text.strip().split(separator)]
    return [(name, _restored(value, "\r\n:,%")) for name, _, value in pairs if name and value]


def _restored(text: str, escaped: str) -> str:
    for character in escaped:
        text = text.replace(f"%{ord(character):02X}", character)
    return text
