"""What can go wrong between us and GitHub.

::

    ReconcilerError
    └── GitHubError     1   GitHub said no, or its answer can't be used
        ├── Forbidden       the token may not do this
        └── Unavailable     no usable answer; nothing, or nobody knows what, was done
"""

from reconciler.errors import ReconcilerError
from reconciler.problems import Problem


class GitHubError(ReconcilerError):
    """A call that did not do what it was for; `status` is the answer's, None where none came."""

    def __init__(self, problem: Problem, status: int | None = None) -> None:
        """The problem never holds any of the token."""
        super().__init__(problem)
        self.status = status


class Forbidden(GitHubError):
    """The token is a valid one, and may not do this: for a fork or for Dependabot it only reads."""


class Unavailable(GitHubError):
    """GitHub could not be reached, failed, or asked to come again later.

    `in_doubt`: the call may have been carried out all the same. `wait`: the seconds after which GitHub
    wants to be asked again; None where it names none.
    """

    def __init__(
        self, problem: Problem, status: int | None = None, *, in_doubt: bool, wait: float | None = None
    ) -> None:
        """As for any `GitHubError`."""
        super().__init__(problem, status)
        self.in_doubt = in_doubt
        self.wait = wait
