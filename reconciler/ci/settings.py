"""What `reconciler ci doctor` asks of a platform: shared by the files that know each platform's settings."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple, Protocol, TypeVar

from reconciler.checks import Check, failed, unknown
from reconciler.ci.platform import Forbidden, PlatformError

TOKEN = "token"  # noqa: S105 - the name of a check
COMMENT = "comment"

_T = TypeVar("_T")


class Reader(Protocol):
    """What is at a path in the platform's API, as `RestPlatform` writes paths. Raises `PlatformError`."""

    def __call__(self, path: str, shape: type[_T], /) -> _T:
        """Read it."""


class Question(NamedTuple):
    """A check by its name, how it is made, and the rights that it needs, as a remedy."""

    name: str
    check: Callable[[str], Check]
    needs: str

    def asked(self) -> Check:
        """The check, or `unknown` with the reason where the platform does not answer."""
        try:
            return self.check(self.name)
        except Forbidden as error:
            return unknown(self.name, replace(error.problems[0], hint=(self.needs,)))
        except PlatformError as error:
            return unknown(self.name, error.problems[0])


def not_read(error: PlatformError, questions: Iterable[Question]) -> Iterator[Check]:
    """The checks of a repository that can't be read. Nothing else is asked: it would fail too."""
    is_wrong = error.status == 401  # noqa: PLR2004 - Unauthorized
    yield (failed if is_wrong else unknown)(TOKEN, error.problems[0])
    yield from (unknown(question.name, "the repository could not be read") for question in questions)
