"""Several clones of one repository, whose applies all reach one panel: real processes, real git."""

from collections.abc import Sequence
from pathlib import Path

from clones import STATE
from plain_git import git
from socket_vendor import SocketVendor
from world import PROGRAM, Result, World

LOCKFILE = "panels/p/state.lock.json"


class Desks:
    """A bare `origin`, and the clones of it; `branch` keeps the lockfile on the branch STATE."""

    def __init__(
        self, folder: Path, vendor: SocketVendor, settings: str = "", *, branch: bool = False
    ) -> None:
        """An environment `p` whose panel is the vendor, with nobody declared; pushed to `main`."""
        self.folder = folder
        self.vendor = vendor
        self.has_branch = branch
        git(folder, "init", "-q", "--bare", "-b", "main", str(folder / "origin.git"))
        git(folder, "clone", "-q", str(folder / "origin.git"), str(folder / "first"))
        first = Desk(folder / "first", self)
        own = f"lockfile: {{branch: {STATE}}}\n" if branch else ""
        first.environment(settings=f"{settings}api: {{batch_size: 1, concurrency: 1}}\n{own}")
        first.declare()
        first.push("Begin")
        if branch:
            first.run("state", "publish", "p")

    def desk(self, name: str) -> "Desk":
        """A new clone."""
        git(self.folder, "clone", "-q", str(self.folder / "origin.git"), str(self.folder / name))
        desk = Desk(self.folder / name, self)
        if self.has_branch:
            desk.run("state", "publish", "p")
        return desk


class Desk(World):
    """One clone, in which somebody applies."""

    def __init__(self, folder: Path, desks: Desks) -> None:
        """A folder that is a clone already."""
        super().__init__(folder)
        self._desks = desks

    def environment(self, name: str = "p", settings: str = "", *, base_url: str | None = None) -> None:
        """The environment, whose panel is the vendor."""
        super().environment(name, settings, base_url=base_url or self._desks.vendor.base_url)

    def declare(self, *names: str) -> None:
        """Declare these people at example.org, and nobody else."""
        self.members(*(f"{name}@example.org" for name in names))

    def git(self, *arguments: str) -> str:
        """Run git here."""
        return git(self.folder, *arguments)

    def push(self, message: str = "Go on") -> None:
        """Commit all that differs, and bring it to `main`."""
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        self.git("push", "-q", "origin", "HEAD:main")

    def apply(self, *names: str, delete: bool = False) -> Result:
        """Declare these people, and nobody else; apply that."""
        self.declare(*names)
        allowed = ("--allow", "delete") if delete else ()
        return self.run("apply", "p", "--yes", "--allow", "empty", *allowed)

    def die_applying(self, *names: str, calls: int, program: Sequence[str] = PROGRAM) -> None:
        """Declare these people; apply that, and be killed once the vendor got so many more calls."""
        self.declare(*names)
        expected = len(self._desks.vendor.calls) + calls
        process = self.start("apply", "p", "--yes", "--allow", "empty", "--allow", "delete", program=program)
        self._desks.vendor.wait_for(expected)
        process.kill()
        process.communicate(timeout=10)

    def entries(self) -> dict[str, str]:
        """What is known here of each member, the journal counted in: by local part, as `outcomes` has it."""
        listed = self.run("state", "list", "p", "--format", "json").json["members"]
        return {member["key"].partition("@")[0]: member["outcome"] for member in listed}
