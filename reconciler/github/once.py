"""Creating something once, also where the answer to the call that creates it is lost."""

from collections.abc import Callable
from typing import TypeVar

from reconciler.github.errors import Unavailable

_Posted = TypeVar("_Posted")


def create_once(create: Callable[[], _Posted], find: Callable[[], list[_Posted]]) -> _Posted:
    """What `create` makes; where nobody knows whether it did, what `find` finds.

    Nothing is created a second time: a list read just now may not have what was created just before, and two
    would stand where one should. The next run finds it, or creates it.

    Raises:
        GitHubError: as `create`, where nothing is found.
    """
    try:
        return create()
    except Unavailable as error:
        found = find() if error.in_doubt else []
        if not found:
            raise
        return found[0]
