"""What a CI platform can do for us, and what can go wrong there.

::

    ReconcilerError
    └── PlatformError   1   the platform refused, or its answer can't be used
        ├── Forbidden       the token may not do this
        └── Unavailable     no usable answer; whether the call was carried out may be unknown
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import ClassVar, NamedTuple, Self

from reconciler.apply.report import Provenance
from reconciler.checks import Check
from reconciler.environment.model import Environment
from reconciler.errors import ReconcilerError
from reconciler.problems import Problem

MERGE_REQUEST = "merge request"
"""GitLab's word for a pull request."""


class PullRequest(NamedTuple):
    """The pull request, or merge request, that a job runs for."""

    number: int
    is_from_fork: bool


class Post(NamedTuple):
    """A comment or an issue. `address` is its page; `title` is an issue's.

    `may_write` says whether its author is known to have write access to the repository. Anybody may comment
    on a public repository and copy our marker, so only such posts count as ours.
    """

    number: int
    body: str
    address: str
    author: str = ""
    may_write: bool = False
    title: str = ""


class Guidance(NamedTuple):
    """What differs between platforms in our own messages.

    `pull_request` is the platform's noun for one. `to_comment` and `to_keep_issues` say how a job gets the
    rights for that.
    """

    pull_request: str
    where_the_plan_is: str
    to_comment: str
    to_keep_issues: str


class Wanted(NamedTuple):
    """What is checked: the environments with a real panel, at this moment (UTC)."""

    environments: Sequence[Environment]
    now: datetime

    def branches(self, default: str) -> Iterator[str]:
        """The branches that apply pushes lockfiles to, each once; then those of declined pushes."""
        yield from dict.fromkeys(each.lockfile_branch or default for each in self.environments)
        yield from (each.fallback_branch for each in self.environments)


class Platform(ABC):
    """One repository on a CI platform. A context manager; nothing is opened before the first call.

    Every method that calls the platform raises `PlatformError`, after a few attempts where they can do no
    harm, and `InvalidInput` where a variable of the job is missing or wrong.
    """

    name: ClassVar[str]
    """What people call it."""
    guidance: ClassVar[Guidance]
    most_characters: ClassVar[int]
    """The longest body that it takes, of a comment as of an issue."""

    @property
    @abstractmethod
    def login(self) -> str | None:
        """Whose token it is; None where the token belongs to no account."""

    @property
    @abstractmethod
    def repository(self) -> str:
        """Its name, such as `team/panels`."""

    @property
    @abstractmethod
    def provenance(self) -> Provenance:
        """What the job's variables say: the commit, the run's address, who started this attempt."""

    @abstractmethod
    def pull_request(self) -> PullRequest | None:
        """The pull request that the job runs for; None where it runs for something else."""

    @abstractmethod
    def comments(self, pull: int) -> Iterable[Post]:
        """All comments on a pull request."""

    @abstractmethod
    def add_comment(self, pull: int, body: str) -> Post:
        """Post a comment. Not repeated where it may have been posted: then `Unavailable`, in doubt."""

    @abstractmethod
    def change_comment(self, pull: int, comment: Post, body: str) -> Post:
        """Replace a comment's text."""

    @abstractmethod
    def delete_comment(self, pull: int, comment: Post) -> None:
        """Delete a comment; one that is gone is no error."""

    @abstractmethod
    def open_issues(self) -> Iterable[Post]:
        """All open issues."""

    @abstractmethod
    def add_issue(self, title: str, body: str) -> Post:
        """Open an issue; as for `add_comment`."""

    @abstractmethod
    def change_issue(self, issue: Post, title: str, body: str) -> Post:
        """Replace an issue's title and text."""

    @abstractmethod
    def close_issue(self, issue: Post, *, is_duplicate: bool = False) -> Post:
        """Close an issue."""

    @abstractmethod
    def merged_pulls(self, commit: str) -> list[int]:
        """The numbers of the merged pull requests that brought a commit in, sorted."""

    @abstractmethod
    def settings_checks(self, wanted: Wanted) -> Iterator[Check]:
        """What the platform's settings say about applying, one check after the other. It only reads.

        A check that the platform does not answer is `unknown`; no `PlatformError` is raised.
        """

    def __enter__(self) -> Self:
        """Nothing to do."""
        return self

    @abstractmethod
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""


class PlatformError(ReconcilerError):
    """A call that did not do what it was for; `status` is the answer's, None where none came."""

    def __init__(self, problem: Problem, status: int | None = None) -> None:
        """The problem never holds any of the token."""
        super().__init__(problem)
        self.status = status


class Forbidden(PlatformError):
    """The token is valid, and may not do this: for a fork or a bot it often only reads."""


class Unavailable(PlatformError):
    """The platform could not be reached, failed, or asked to come again later.

    `in_doubt`: the call may have been carried out. `wait`: the seconds after which the platform wants to be
    asked again; None where it names none.
    """

    def __init__(
        self, problem: Problem, status: int | None = None, *, in_doubt: bool, wait: float | None = None
    ) -> None:
        """As for any `PlatformError`."""
        super().__init__(problem, status)
        self.in_doubt = in_doubt
        self.wait = wait
