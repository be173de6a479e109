"""Runs that die, by a real SIGKILL or SIGXFSZ, at a given moment; and a disk with little room."""

import os
import resource
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, NoReturn, TypeAlias

import reconciler

_CODE = str(Path(reconciler.__file__).parent)
_FAILED = 70

Doom: TypeAlias = Callable[[], object]
"""Arranges, in the process that is to die, for the moment at which it does."""


def outlive(doom: Doom, act: Callable[[], object]) -> None:
    """Let a child process do this, and see it die, or not, where the moment never comes.

    The child is a copy of this process, so it starts at once. It goes without any clean-up of ours.

    Raises:
        AssertionError: the act raised in the child, which printed what.
    """
    with warnings.catch_warnings():
        # Newer releases of Python warn of a lock that another thread may hold. The only other threads are
        # those of a test runner that spreads tests over processes, and the child asks nothing of it.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _live(doom, act)
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    assert ended in {0, -signal.SIGKILL, -signal.SIGXFSZ}, "what the child printed is in its output"


def _live(doom: Doom, act: Callable[[], object]) -> NoReturn:
    code = _FAILED
    try:
        doom()
        act()
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, the parent must hear of it
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


class AtStep(NamedTuple):
    """Die at the so-many-th step: a call of, a return from, or a call out of any of our own functions."""

    number: int

    def __call__(self) -> None:
        """Count from now on."""
        steps = count(1)

        def step(frame: FrameType, event: str, what: Any) -> None:
            del event, what
            if frame.f_code.co_filename.startswith(_CODE) and next(steps) == self.number:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(step)


class InALine(NamedTuple):
    """Die at the write that would make a file larger than this, behind the bytes that there was room for."""

    room: int

    def __call__(self) -> None:
        """Let the disk be full, and the process not bear it."""
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.room, hard))


def in_a_call() -> None:
    """Die where the panel has it so: nothing needs to be arranged."""


UNLIMITED = resource.RLIM_INFINITY


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes; a write that goes further is cut short there, and then fails.

    What comes to a process that writes on is SIGXFSZ. Python ignores it, so the write fails with an error;
    where it isn't ignored, the process dies in the middle of its line.
    """
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))
