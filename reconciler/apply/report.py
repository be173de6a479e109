"""What an apply did: the object behind the last screen, `--format json` and `--report FILE`."""

from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec import Struct

from reconciler.environment.model import OnChange, Policy
from reconciler.errors import EXIT_DONE, EXIT_INCOMPLETE, EXIT_INTERRUPTED
from reconciler.member import Removal
from reconciler.plan.model import StillRejected, Summary, Unremoved
from reconciler.problems import Problem, Severity


class Counts(NamedTuple):
    """How many members ended how.

    `added`, `existing`, `unattributed`, `resubmitted`, `unsubscribed`, `deleted`, `absent`: proven in this
    run; `unattributed` counts members to add and members to remove alike. `rejected` and `blocked`: all
    such members, also from earlier runs. `unconfirmed`: sent in this run, and nothing is known. `unsent`: to
    be sent, and not sent, or sent with an answer that says nothing was done. `forgotten`: only dropped from
    the lockfile.
    """

    added: int = 0
    existing: int = 0
    unattributed: int = 0
    rejected: int = 0
    unconfirmed: int = 0
    unsent: int = 0
    forgotten: int = 0
    resubmitted: int = 0
    unsubscribed: int = 0
    deleted: int = 0
    absent: int = 0
    blocked: int = 0


def outcomes_of(policy: Policy) -> frozenset[str]:
    """The names of the counts that this policy can cause."""
    found = set(Counts._fields[:7])
    if policy.on_change is OnChange.RESUBMIT:
        found.add("resubmitted")
    if policy.calling_ways:
        found |= {"absent", "blocked"}
        found |= {"deleted" if way is Removal.DELETE else "unsubscribed" for way in policy.calling_ways}
    return frozenset(found)


class Provenance(Struct, frozen=True):
    """What CI says about a run: commit, the run's address or number, who started it; null if it doesn't."""

    commit: str | None
    run: str | None
    actor: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """All about one apply, however it ended.

    `calls` counts every attempt that began to send; `retries` counts the ones that repeated a batch.
    `allowance_left` is how many more the licence pays for; the API says so only when there are none.
    `recovered` counts members whose outcome came from the journal of an interrupted run. `rejected` are all
    members who are still rejected, `blocked` all that the API won't remove. `left_unattributed` counts the
    members to remove among `summary.unattributed`. `problems` say why the run ended early or was refused,
    or, as warnings, what needs attention. `policy` is that of the plan. `digest`, `roster_digest` and
    `planned`, its counts, are the plan's, if one was made. `failure` is the exit code of a run that could
    not begin or was refused; None for one that ran. `wrote_lockfile` says whether there is a change to
    commit. `provenance` is None outside CI. `was_stopped`: a signal ended a run that had begun. `publish` is
    the command that publishes the lockfile on its own branch, None if it has none.
    """

    environment: str
    summary: Counts = field(default_factory=Counts)
    calls: int = 0
    retries: int = 0
    allowance_left: int | None = None
    recovered: int = 0
    rejected: tuple[StillRejected | Unremoved, ...] = ()
    blocked: tuple[Unremoved, ...] = ()
    left_unattributed: int = 0
    problems: tuple[Problem, ...] = ()
    digest: str | None = None
    roster_digest: str | None = None
    planned: Summary | None = None
    policy: Policy = field(default_factory=Policy)
    failure: int | None = None
    wrote_lockfile: bool = False
    provenance: Provenance | None = None
    was_stopped: bool = False
    publish: str | None = None

    @property
    def was_interrupted(self) -> bool:
        """Whether a signal ended the run, or kept it from beginning."""
        return self.was_stopped or self.failure == EXIT_INTERRUPTED

    @property
    def is_whole(self) -> bool:
        """Whether the panel is as declared, as far as this API can carry it out."""
        counts = self.summary
        left = counts.unconfirmed + counts.unsent + counts.rejected + counts.blocked
        return self.failure is None and not left and not self.errors

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that kept the run from being whole."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def exit_code(self) -> int:
        """The process's exit code."""
        if self.failure is not None:
            return self.failure
        return EXIT_DONE if self.is_whole else EXIT_INCOMPLETE
