"""The real program on a real terminal, and answers to its questions."""

import os
import pty
import select
import time
from collections.abc import Sequence
from typing import NamedTuple

from world import PROGRAM, World

_QUESTION = b"[y/N]"
_SECONDS = 30


class Conversation(NamedTuple):
    """How it ended, all that the terminal showed, and how many questions were asked."""

    code: int
    shown: str
    asked: int


def converse(world: World, arguments: Sequence[str], answers: Sequence[str]) -> Conversation:
    """Run the program, and give these answers to its questions, one after the other."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(world.folder)
        os.execve(PROGRAM[0], [*PROGRAM, *arguments], world.environ())  # noqa: S606 - the program itself
    shown, given = b"", 0
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.5)[0]:
            continue
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            break
        if shown.count(_QUESTION) > given and given < len(answers):
            os.write(terminal, answers[given].encode())
            given += 1
    os.close(terminal)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return Conversation(code, shown.decode("utf-8", "replace"), shown.count(_QUESTION))
