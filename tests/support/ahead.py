"""Runs that mostly wait, several at a time, ahead of the tests that look at how they ended."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

_AT_ONCE = 3

Case = TypeVar("Case")
Ended = TypeVar("Ended")


@contextmanager
def ahead(
    request: pytest.FixtureRequest,
    folders: pytest.TempPathFactory,
    rehearse: Callable[[Path, Case], Ended],
    at_once: int = _AT_ONCE,
) -> Iterator[Callable[[Case], Ended]]:
    """Begin the cases of all tests of this module that are selected; gives what waits for the end of one.

    A case is the value of a test's parameter `case`; each is rehearsed once, in a folder of its own.
    """
    with ThreadPoolExecutor(at_once) as pool:
        runs: dict[Any, Future[Ended]] = {
            case: pool.submit(rehearse, folders.mktemp("case"), case)
            for case in dict.fromkeys(_selected(request))
        }
        yield lambda case: runs[case].result()
        pool.shutdown(cancel_futures=True)


def _selected(request: pytest.FixtureRequest) -> Iterator[Any]:
    for item in request.session.items:
        if isinstance(item, pytest.Function) and item.path == request.path and hasattr(item, "callspec"):
            parameters = item.callspec.params
            if "case" in parameters:
                yield parameters["case"]
