"""All commands as the program itself explains them, and the page that is made of it.

    python tests/support/command_reference.py

writes docs/commands.md anew. A test fails when the page is not what this would write.
"""

import io
import os
import re
from collections.abc import Sequence
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from unittest import mock

from reconciler.cli.main import main
from reconciler.errors import EXIT_DONE

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
    printed = io.StringIO()
    with mock.patch.dict(os.environ, COLUMNS="80"), redirect_stdout(printed):
        assert main([*command, "--help"]) == EXIT_DONE
    return printed.getvalue()


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
