"""Everything that can end a command early, as one tree.

::

    ReconcilerError            carries Problems; knows its exit code
    ├── InvalidInput       1   a declaration, a setting, a lockfile, a plan file or a key is wrong
    ├── DiskFailure        1   the machine could not read or write what it must
    ├── Refusal            4   a guard, a stale plan, a lock, a question left unanswered
    ├── UsageError        64   the command line itself is wrong
    └── Interrupted      130   a signal came before anything began

What the vendor's API answers is not an error in this sense: it is an answer, and is in
`reconciler.questionpro.panel`. The exit codes are those of the contract; `EXIT_INCOMPLETE` is an outcome of
a command that ran, so it has no exception.
"""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from reconciler.problems import Problem

EXIT_DONE = 0
EXIT_INVALID = 1
EXIT_SOMETHING_TO_APPLY = 2
EXIT_INCOMPLETE = 3
EXIT_REFUSED = 4
EXIT_USAGE = 64
EXIT_INTERRUPTED = 130


class ReconcilerError(Exception):
    """The root: one or more problems that the user can read and mend."""

    exit_code: ClassVar[int] = EXIT_INVALID

    def __init__(self, *problems: "Problem") -> None:
        """Take all problems that were found, in the order in which they should be shown."""
        super().__init__(*(str(problem) for problem in problems))
        self.problems = problems


class InvalidInput(ReconcilerError):
    """The user's input, or the content of a file, can't be used."""


class DiskFailure(ReconcilerError):
    """A file could not be read or written, for a reason that lies with the machine."""


class Refusal(ReconcilerError):
    """All is well-formed, and Reconciler declines to go on without a clear word."""

    exit_code = EXIT_REFUSED


class UsageError(ReconcilerError):
    """The command line is wrong."""

    exit_code = EXIT_USAGE


class Interrupted(ReconcilerError):
    """A signal came before anything began, so nothing has to be said about what was done."""

    exit_code = EXIT_INTERRUPTED
