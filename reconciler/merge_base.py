"""The declarations as they were where a pull request began, read through git; never the network."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.environment.discovery import (
    SETTINGS_FILE,
    environment_names,
    has_environment,
    names_as_they_are,
)
from reconciler.environment.model import Environment
from reconciler.environment.reader import try_environment
from reconciler.errors import InvalidInput
from reconciler.files import command_path, display_path, is_link, link_problem, temporary_folder
from reconciler.git.repository import Repository
from reconciler.lockfile.codec import is_same_state
from reconciler.plan.pull_request import PULL_REQUEST, Base, PullRequestChanges, changed_keys, setting_changes
from reconciler.problems import Location, Problem
from reconciler.roster.model import Roster
from reconciler.roster.reader import read_roster
from reconciler.suppression.model import NOBODY
from reconciler.suppression.reader import read_suppression


@dataclass(frozen=True, slots=True)
class MergeBase:
    """The commit at which HEAD left `base.ref`, and what differs from it.

    `panels` is the folder as it is here, `folder` its path from the repository's root, `panels_before`
    the same as it was, written out elsewhere. `changed` are paths from the root: those that differ in the
    work tree, `committed` those that differ at HEAD.
    """

    base: Base
    repository: Repository
    panels: Path
    folder: str
    panels_before: Path
    changed: frozenset[str]
    committed: frozenset[str]

    def affects(self, name: str) -> bool:
        """Whether anything that the environment reads differs: its folder, or a file elsewhere."""
        own = f"{self._path(name)}/"
        if any(f"{path}/".startswith(own) for path in self.changed | self.committed):
            return True
        read = _files_read(self.panels, name)
        # A link that leads elsewhere now leads to other files, none of which need have changed.
        return read != _files_read(self.panels_before, name) or not self.changed.isdisjoint(
            map(self._path, read)
        )

    def taken_away(self) -> tuple[str, ...]:
        """The environments that were there, and no longer are."""
        if not self.panels_before.is_dir():
            return ()
        here = set(environment_names(self.panels))
        return tuple(name for name in names_as_they_are(self.panels_before) if name not in here)

    def pull_request_changes(
        self, environment: Environment, roster: Roster, today: str
    ) -> PullRequestChanges:
        """What of an environment, with its roster as it is today, differs from the merge base."""
        name = environment.name
        before = self._roster_before(name)
        keys = None if before is None else changed_keys(before.on(today), roster.on(today))
        was = (
            try_environment(self.panels_before, name).environment
            if _holds(self.panels_before, name)
            else None
        )
        has_new_settings = self._path(f"{name}/{SETTINGS_FILE}") in self.changed
        settings = setting_changes(was, environment)
        # Where the members were declared who no longer are, by the path that the file has here.
        there, here = display_path(self.panels_before), display_path(self.panels)
        former = {
            key: member.source.replace(there, here, 1)
            for key, member in (before.members if before else {}).items()
            if key not in roster.members
        }
        lists = (before.suppression if before else NOBODY, roster.suppression)
        return PullRequestChanges(self.base, keys, has_new_settings, settings, former, lists)

    def edited_lockfile(self, environment: Environment) -> Problem | None:
        """What is wrong where the pull request edits a lockfile, which is the tool's own.

        What is not committed is apply's work here, and none of the pull request's.
        """
        lockfile = environment.lockfile_path
        path = self._path(lockfile.relative_to(self.panels).as_posix())
        if path not in self.committed:
            return None
        before, now = (self.repository.read(commit, path) for commit in (self.base.commit, "HEAD"))
        if environment.lockfile_branch and now is None:
            return None  # it moved to its branch
        if before is not None and now is not None and is_same_state(before, now):
            return None  # other white space
        return Problem(
            (
                f"This {self.base.request} edits the lockfile, which only apply writes: it says what was ",
                "sent.",
            ),
            (f"Undo that: `{self._undo(lockfile, path)}`, then commit.",),
            Location(display_path(lockfile)),
        )

    def committed_working_folder(self, folder: Path) -> Problem | None:
        """What is wrong where the tool's own working folder is in git: a journal there would be believed."""
        if not self.repository.is_tracked(self._path(folder.relative_to(self.panels).as_posix())):
            return None
        return Problem(
            ("Reconciler's own working folder is committed: what apply believes could be forged there.",),
            (f"Take it out: `git rm -r --cached -- {command_path(folder)}`, then commit.",),
            Location(display_path(folder)),
        )

    def _undo(self, lockfile: Path, path: str) -> str:
        """The command that makes the lockfile what it was, as it can be typed here."""
        import shlex  # noqa: PLC0415 - hardly ever needed

        was_there = self.repository.read(self.base.commit, path) is not None
        command = ("git", "checkout", self.base.commit[:12]) if was_there else ("git", "rm", "--cached")
        return shlex.join((*command, "--", command_path(lockfile)))

    def _roster_before(self, name: str) -> Roster | None:
        """The roster as it was; nobody for an environment that is new, None for one that can't be read."""
        if not _holds(self.panels_before, name):
            return Roster({})
        settings = try_environment(self.panels_before, name)
        reading = read_roster(settings.member_files)
        if settings.problems or reading.problems:
            return None
        lists = read_suppression(settings.suppression_lists, settings.suppression_secret)
        return replace(reading.roster, suppression=lists.suppression)

    def _path(self, below: str) -> str:
        """The path from the repository's root of what lies below the panels folder."""
        return below if self.folder == "." else f"{self.folder}/{below}"


def _files_read(panels: Path, name: str) -> frozenset[str]:
    """The paths below the panels folder of what an environment reads, links followed; none where it isn't."""
    if not _holds(panels, name):
        return frozenset()
    reading = try_environment(panels, name)
    files = (*reading.member_files, *reading.suppression_lists)
    return frozenset(file.relative_to(panels).as_posix() for file in files)


def _holds(panels: Path, name: str) -> bool:
    return panels.is_dir() and has_environment(panels, name)


def _check_way(panels: Path, root: Path) -> None:
    """Refuse a symbolic link between the repository's root and its panels: git has other names behind it.

    Raises:
        InvalidInput: there is one.
    """
    way = Path(os.path.abspath(panels))  # noqa: PTH100 - resolve() follows links
    for path in (way, *way.parents):
        if path.resolve() == root.resolve():
            return
        if is_link(path):
            raise InvalidInput(link_problem(path))


@contextmanager
def merge_base(panels: Path, ref: str, request: str = PULL_REQUEST) -> Iterator[MergeBase]:
    """The merge base of `ref` and HEAD, its declarations written out in a folder that goes with the block.

    `request` is what a pull request is called here.

    Raises:
        InvalidInput: there is no git, no repository, no such ref, or no common history; or the panels folder
            is behind a symbolic link.
    """
    if not panels.is_dir():
        raise InvalidInput(Problem(("There is no such folder.",), location=Location(display_path(panels))))
    repository = Repository.around(panels)
    _check_way(panels, repository.root)
    commit = repository.merge_base(ref)
    folder = repository.path_of(panels.resolve())
    with temporary_folder() as into:
        repository.export(commit, folder, into)
        yield MergeBase(
            base=Base(ref, commit, request),
            repository=repository,
            panels=panels,
            folder=folder,
            panels_before=into / folder,
            changed=repository.changed_since(commit),
            committed=repository.changed_between(commit, "HEAD"),
        )
