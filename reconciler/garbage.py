"""Python's garbage collector, and its tidying up, kept out of the way where much is made that stays."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def garbage_collection_paused() -> Iterator[None]:
    """Nothing that is read forms cycles, and the collector would walk all of it again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def keep_to_the_end(*things: object) -> None:
    """Let things stay until the program ends, which is near.

    Nobody takes a large roster apart piece by piece then, for they hold each other; nor does the collector
    look through it, or through anything else that is there by now. The system takes the memory back whole.
    """
    kept: list[object] = [things]
    kept.append(kept)
    gc.freeze()
