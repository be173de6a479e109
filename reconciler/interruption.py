"""When a signal may interrupt the program: SIGINT, SIGTERM, and the SIGHUP of a terminal that was closed.

It raises KeyboardInterrupt where that is allowed; where it is not, it is remembered. A signal that was
ignored when the process began stays ignored, as under nohup.
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
    received = 0


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
    _state.received += one_came and _state.is_heeding


@contextmanager
def interruptible() -> Iterator[None]:
    """Within this block a signal interrupts, also one that was remembered before it."""
    was_allowed = _state.is_allowed
    try:
        _state.is_allowed = True
        if _state.received:
            raise KeyboardInterrupt
        yield
    finally:
        _state.is_allowed = was_allowed


@contextmanager
def deferred() -> Iterator[None]:
    """A signal that comes within this block interrupts at its end: what is done here must be whole."""
    was_allowed, _state.is_allowed = _state.is_allowed, False
    before = _state.received
    try:
        yield
    finally:
        _state.is_allowed = was_allowed
    if was_allowed and _state.received > before:
        raise KeyboardInterrupt


def has_come() -> bool:
    """Whether a signal was received since `heed_signals`."""
    return _state.received > 0


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
    _state.received += 1
    if _state.is_allowed:
        raise KeyboardInterrupt
