"""A disk with little room, for this process alone: the operating system itself refuses the next byte."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

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
