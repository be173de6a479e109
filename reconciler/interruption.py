"""When a signal may interrupt the program: SIGINT, SIGTERM, and the SIGHUP of a terminal that was closed.

The first one raises KeyboardInterrupt, where that is allowed; where it is not, it is remembered. Later ones
change nothing, so they can't break off the clean-up. A signal that was ignored when the process began stays
ignored, as under nohup.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _State:
    """Of the whole process, since signals are."""

    is_heeding = False
    is_allowed = True
    has_come = False


_state = _State()


def heed_signals() -> None:
    """From now on a signal interrupts."""
    _state.is_heeding = True
    for number in _heeded():
        signal.signal(number, _receive)


def ignore_signals() -> None:
    """From now on none does anything, also while the interpreter ends: the exit code is settled."""
    for number in _heeded():
        signal.signal(number, signal.SIG_IGN)


def remember_signals(*, one_came: bool = False) -> None:
    """From now on a signal interrupts only within `interruptible`; so does one that another handler got."""
    _state.is_allowed = False
    _state.has_come = _state.has_come or (one_came and _state.is_heeding)


@contextmanager
def interruptible() -> Iterator[None]:
    """Within this block a signal interrupts, also one that was remembered before it."""
    try:
        _state.is_allowed = True
        _interrupt_if_one_came()
        yield
    finally:
        _state.is_allowed = False


@contextmanager
def deferred() -> Iterator[None]:
    """A signal that comes within this block interrupts at its end: what is done here must be whole."""
    was_allowed, _state.is_allowed = _state.is_allowed, False
    came_before = _state.has_come
    try:
        yield
    finally:
        _state.is_allowed = was_allowed
    if was_allowed and not came_before:
        _interrupt_if_one_came()


def has_come() -> bool:
    """Whether a signal was received since `heed_signals`."""
    return _state.has_come


@contextmanager
def handled_by(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Within this block signals go to another handler."""
    before = {number: signal.getsignal(number) for number in _heeded()}
    try:
        for number in before:
            signal.signal(number, handler)
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def _heeded() -> list[signal.Signals]:
    """The signals that were not ignored when the process began."""
    return [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]


def _receive(_number: int, _frame: FrameType | None) -> None:
    is_first = not _state.has_come
    _state.has_come = True
    if is_first and _state.is_allowed:
        raise KeyboardInterrupt


def _interrupt_if_one_came() -> None:
    if _state.has_come:
        raise KeyboardInterrupt
