"""What commands show that is more than one plan or report. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from reconciler.lint.model import PlanLint
from reconciler.lockfile.model import (
    Departed,
    Entry,
    Lockfile,
    Present,
    Rejected,
    Unconfirmed,
    Undelivered,
)
from reconciler.member import Attributes
from reconciler.output.wording import OUTCOMES, REMOVED
from reconciler.plan.model import Plan
from reconciler.plan.pull_request import Base, PullRequestChanges
from reconciler.problems import Problem

if TYPE_CHECKING:
    from reconciler.suppressing import Suppressed  # loads what reads member files


class Valid(NamedTuple):
    """An environment without problems: how many members, in how many files.

    `separators` holds, by file, what separates the cells of a CSV file that has no commas there;
    `passed_over` names the files beside the member files that were not read.
    """

    environment: str
    members: int
    files: int
    separators: Mapping[str, str] = {}
    passed_over: tuple[str, ...] = ()


class Validation(NamedTuple):
    """What validating found: the environments without problems, and all problems of the others.

    `warnings` are about the members of those without problems.
    """

    environments: tuple[Valid, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


class PlanContext(NamedTuple):
    """What a reader should know beside the plan itself.

    `command` applies this plan; `recover` merges the journal without network; `publish` publishes the
    lockfile. `is_recovered` says that an interrupted run left a journal, and that the plan includes it;
    `is_applying` that apply itself shows the plan, so that nobody needs the next step. `pull_request` is what
    a pull request changes of the plan, None if it is compared with nothing. `unfetched` is the lockfile's
    branch if nothing is known of it here; `conflicts` counts the members on which that branch and the file
    here disagree. `lint` is what looks odd about the members of the plan; `today` is the day that --today
    named, None for the present one. `allowed` are the guards that are lifted, `retry_rejected` says whether
    rejected members are sent again; `would_act` says whether apply would call the API or write the lockfile.
    """

    command: str = ""
    recover: str = ""
    is_recovered: bool = False
    is_applying: bool = False
    pull_request: PullRequestChanges | None = None
    publish: str = ""
    unfetched: str | None = None
    conflicts: int = 0
    lint: PlanLint = PlanLint()
    today: str | None = None
    allowed: tuple[str, ...] = ()
    retry_rejected: bool = False
    would_act: bool = False

    def with_commands(
        self, line: Callable[..., str], environment: str, file: str | None, members: Iterable[str]
    ) -> "PlanContext":
        """The same with the commands that fit.

        `line` writes a command as a user can type it here. `file` is the saved plan, which carries its
        selection of `members`; None if the plan is not saved on its own.
        """
        words = [] if file is None else [file]
        words += [word for guard in self.allowed for word in ("--allow", guard)]
        words += ["--retry-rejected"] if self.retry_rejected else []
        words += [] if file else [word for name in members for word in ("--member", name)]
        return self._replace(
            command=line("apply", environment, *words),
            recover=line("state", "recover", environment),
            publish=line("state", "publish", environment),
        )


class PlanListing(NamedTuple):
    """The plans of several environments, in the order in which they are applied.

    `problems` say why others have none; `unaffected` names those that a pull request has no effect on, and
    `taken_away` those that it deletes. `base` is what they were compared with, None if with nothing.
    """

    plans: tuple[tuple[Plan, PlanContext], ...]
    problems: tuple[Problem, ...] = ()
    unaffected: tuple[str, ...] = ()
    taken_away: tuple[str, ...] = ()
    base: Base | None = None


class KnownMember(NamedTuple):
    """One member as the lockfile records them; under `departed`, `key` may be a hash."""

    environment: str
    key: str
    entry: Entry | Departed

    @property
    def section(self) -> str:
        """The lockfile's section."""
        match self.entry:
            case Present():
                return "members"
            case Rejected():
                return "rejected"
            case Unconfirmed():
                return "unconfirmed"
            case Departed():
                return "departed"

    @property
    def status(self) -> str:
        """The outcome of a member who is present or departed, else the section."""
        return self.entry.outcome.value if isinstance(self.entry, Present | Departed) else self.section

    @property
    def sent(self) -> str:
        """When the last call about them ended, in UTC."""
        return self.entry.at if isinstance(self.entry, Departed) else self.entry.pushed

    @property
    def attributes(self) -> Attributes:
        """What was sent last; nothing for records under `departed`."""
        return {} if isinstance(self.entry, Departed) else self.entry.attributes

    @property
    def reason(self) -> str | None:
        """Why the API refused them, or their removal."""
        return self.entry.reason if isinstance(self.entry, Rejected | Departed) else None

    @property
    def proves(self) -> str:
        """What that proves, in plain words."""
        if isinstance(self.entry, Departed):
            return REMOVED.get(self.status) or OUTCOMES[self.status]
        return OUTCOMES[self.status]

    @property
    def undelivered(self) -> Undelivered | None:
        """What the API refused to do about a member who is, or may be, in the panel."""
        return self.entry.undelivered if isinstance(self.entry, Present | Unconfirmed) else None


def listed_members(environment: str, lockfile: Lockfile) -> Iterator[KnownMember]:
    """All members that the lockfile records, by section and identity."""
    for section in (lockfile.members, lockfile.rejected, lockfile.unconfirmed, lockfile.departed):
        yield from (KnownMember(environment, key, section[key]) for key in sorted(section))


class Suppressing(NamedTuple):
    """People who were suppressed, and how a command is written that a user can type here.

    `is_single` if one was named, in one environment.
    """

    suppressed: "tuple[Suppressed, ...]"
    command: Callable[..., str]
    is_single: bool = True
