"""An environment: one QuestionPro account and panel, and how to treat it. Every key of `environment.yaml`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import msgspec

from reconciler.hosts import is_loopback
from reconciler.member import Removal
from reconciler.problems import Problem
from reconciler.suppression.model import Standing

EMBEDDED_TARGET = "embedded"
OWN_SUPPRESSION_LIST = "suppressed.txt"
OPT_OUT_LIST = "opted_out.txt"
"""A list of this name, in any folder, holds people who opted out in the panel."""
LOCKFILE = "state.lock.json"
WORKING_FOLDER = ".reconciler"
FALLBACK = "reconciler/lockfile-"
"""How the branches begin that take a lockfile which its own branch declined; see `state publish`."""

_NOT_IN_A_BRANCH = re.compile(r"[^A-Za-z0-9._-]|\.(?=\.|lock\Z|\Z)")


class OnChange(StrEnum):
    """What to do about members whose declaration changed since they were pushed."""

    REPORT = "report"
    RESUBMIT = "resubmit"


class KeySource(msgspec.Struct, frozen=True):
    """Where the API key comes from: a variable's name, or a file. Never the key itself."""

    env: str | None = None
    file: Path | None = None

    def described(self, folder: Path) -> str:
        """Where the key comes from, in words; a file's path is relative to the environment's folder."""
        if self.file is None:
            return f"the variable {self.env}"
        inside = self.file.is_relative_to(folder)
        return f"the file {self.file.relative_to(folder) if inside else self.file}"


class RateLimit(msgspec.Struct, frozen=True):
    """At most `calls` in any window of `seconds` (the vendor's page *limits*: 300 in 60 s for one key)."""

    calls: int = 300
    seconds: float = 60


class Retry(msgspec.Struct, frozen=True):
    """`attempts` counts the first call; waits are in seconds."""

    attempts: int = 6
    initial_wait: float = 0.5
    max_wait: float = 30


class Api(msgspec.Struct, frozen=True):
    """How the API is called. `timeout` is in seconds, for one whole call."""

    batch_size: int = 100
    concurrency: int = 4
    rate_limit: RateLimit = RateLimit()
    timeout: float = 30
    retry: Retry = Retry()
    call_allowance: int | None = None


class Policy(msgspec.Struct, frozen=True):
    """What happens to members who changed or left.

    `on_suppress` is how suppressed members leave; None is as `on_remove`.
    """

    on_change: OnChange = OnChange.REPORT
    on_remove: Removal = Removal.FORGET
    on_suppress: Removal | None = None

    def way_out(self, standing: Standing) -> Removal:
        """How those leave who are no longer declared. Who opted out is only forgotten: no call is theirs."""
        match standing:
            case Standing.SUPPRESSED:
                return self.on_suppress or self.on_remove
            case Standing.OPTED_OUT:
                return Removal.FORGET
            case Standing.UNLISTED:
                return self.on_remove

    @property
    def calling_ways(self) -> frozenset[Removal]:
        """All ways out that call the API."""
        return frozenset(way for way in map(self.way_out, Standing) if way.calls_the_api)


class Limit(msgspec.Struct, frozen=True):
    """A guard's limit: a count of members, or a percentage of those in the lockfile."""

    count: int | None = None
    percent: Decimal | None = None

    def __str__(self) -> str:
        """As `environment.yaml` writes it."""
        return f"{self.percent}%" if self.percent is not None else str(self.count)


class Guards(msgspec.Struct, frozen=True):
    """The most that one apply may do of each action; None is no limit."""

    add: Limit | None = None
    change: Limit | None = None
    remove: Limit | None = Limit(percent=Decimal(30))


class DriftSettings(msgspec.Struct, frozen=True):
    """`ignore` names the fields that drift doesn't compare: `city`, `profileFields`, `profileFields[577]`."""

    ignore: tuple[str, ...] = ()


class WarningSettings(msgspec.Struct, frozen=True):
    """`ignore` names the codes of the warnings that the environment accepts."""

    ignore: tuple[str, ...] = ()

    def without_ignored(self, warnings: Iterable[Problem]) -> tuple[Problem, ...]:
        """The warnings that the environment does not accept."""
        return tuple(warning for warning in warnings if warning.code not in self.ignore)


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment, read and checked.

    `folder` is `panels/NAME`; `target` is the API's address without a slash at the end, or `embedded`;
    `api_key` is None only if it is embedded; `member_files` are all its member files, each once, in the order
    in which they are read, and `passed_over` the other files beside them; `after` names the environments that
    are applied first; `lockfile_branch` is the branch that the lockfile is published on, None if it is
    committed beside `environment.yaml`; `suppression_lists` are all that exist, its own first, each once, the
    list of those who opted out among them; `named_suppression_list` is the first that `suppressed` names;
    `suppression_secret` is the name of the variable that holds the secret, None if the lists are in clear.
    """

    name: str
    folder: Path
    target: str
    api_key: KeySource | None
    member_files: tuple[Path, ...]
    api: Api = field(default_factory=Api)
    policy: Policy = field(default_factory=Policy)
    guards: Guards = field(default_factory=Guards)
    drift: DriftSettings = field(default_factory=DriftSettings)
    warnings: WarningSettings = field(default_factory=WarningSettings)
    after: tuple[str, ...] = ()
    lockfile_branch: str | None = None
    suppression_lists: tuple[Path, ...] = ()
    named_suppression_list: Path | None = None
    suppression_secret: str | None = None
    passed_over: tuple[Path, ...] = ()

    @property
    def is_embedded(self) -> bool:
        """Whether the panel is the built-in sandbox: no network, no key."""
        return self.target == EMBEDDED_TARGET

    @property
    def is_for_real_people(self) -> bool:
        """Whether the panel is not embedded and not on this machine."""
        return not self.is_embedded and not is_loopback(self.target)

    @property
    def lockfile_path(self) -> Path:
        """The path of the lockfile, whether or not it exists."""
        return self.folder / LOCKFILE

    @property
    def fallback_branch(self) -> str:
        """The branch that takes the lockfile where the server declines it on its own.

        What git allows in no branch's name is written there as its code.
        """
        return FALLBACK + _NOT_IN_A_BRANCH.sub(lambda found: f"%{ord(found[0]):02X}", self.name)

    @property
    def suppression_list_to_write(self) -> Path:
        """The list that new entries go to, whether or not it exists."""
        return self.named_suppression_list or self.folder / OWN_SUPPRESSION_LIST

    @property
    def opt_out_list(self) -> Path:
        """The list of people who opted out in the panel, whether or not it exists."""
        return self.folder / OPT_OUT_LIST

    @property
    def journal_path(self) -> Path:
        """Where the journal is while a run is under way, or after one that was interrupted."""
        return self.working_folder / "journal.jsonl"

    @property
    def working_folder(self) -> Path:
        """The tool's own folder, which git ignores: journal, lock, the embedded sandbox's data."""
        return self.folder / WORKING_FOLDER
