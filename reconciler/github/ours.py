"""Which of the comments or issues under a marker are ours."""

from collections.abc import Iterable
from typing import TypeVar

from reconciler.github.client import GitHub
from reconciler.github.marker import Posted, is_by_writer, is_marked

_Posted = TypeVar("_Posted", bound=Posted)


def ours(github: GitHub, posted: Iterable[_Posted], marker: str) -> list[_Posted]:
    """What stands under the marker by ourselves, or by somebody else who may write here.

    Only where that is not known of somebody is GitHub asked whether it is ourselves.

    Raises:
        GitHubError: it was asked, and gave no answer.
    """
    marked = [each for each in posted if is_marked(each, marker)]
    return [each for each in marked if is_by_writer(each) or each.author == github.login]
