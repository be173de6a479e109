"""All commands as the program itself explains them, and the page that is made of it.

    python tests/support/command_reference.py

writes docs/commands.md anew. A test fails when the page is not what this would write.
"""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PAGE = REPOSITORY / "docs" / "commands.md"

_INTRODUCTION = """\
# Commands

What `--help` says, of each command. This page is written by `python tests/support/command_reference.py`.

Exit codes and the words that plans and reports use: [outcomes](outcomes.md).
"""


@cache
def help_of(*command: str) -> str:
    """What `reconciler COMMAND --help` prints, 80 columns wide; of the program where no command is named."""
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", *command, "--help"],
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if name != "COLUMNS"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@cache
def commands() -> tuple[tuple[str, ...], ...]:
    """All commands that do something, in the order of help, such as `("plan",)` and `("state", "list")`."""
    return tuple(command for name in _listed() for command in _with_parts(name))


def reference() -> str:
    """The whole page."""
    parts = [f"## reconciler\n\n{_block(help_of())}"]
    parts += [f"## reconciler {' '.join(command)}\n\n{_block(help_of(*command))}" for command in commands()]
    return "\n".join([_INTRODUCTION, *parts])


def _with_parts(name: str) -> Sequence[tuple[str, ...]]:
    return [(name, part) for part in _listed(name)] or [(name,)]


def _listed(*command: str) -> list[str]:
    _, _, listed = help_of(*command).partition("\nCommands:\n")
    return re.findall(r"^  ([a-z][a-z-]*)", listed, re.MULTILINE)


def _block(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
