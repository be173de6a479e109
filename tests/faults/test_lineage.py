"""A lockfile moves on while a run's journal stays: nothing is claimed that may be over. No clock decides.

Real processes that are killed, real clones, one panel behind a socket.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest
from clones import STATE
from plain_git import git
from socket_vendor import SocketVendor
from world import PROGRAM, Result, World

pytestmark = pytest.mark.exhaustive

LOCKFILE = "panels/p/state.lock.json"
DELETING = "policy: {on_remove: delete}\n"


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
    """One clone, in which someone applies."""

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


Meets: TypeAlias = Callable[[Desk], None]


@pytest.fixture
def vendor() -> Iterator[SocketVendor]:
    """The first call is answered, the second hangs, until it is healed."""
    with SocketVendor("ok", "silence") as vendor:
        yield vendor


def die_with_ada_added(desk: Desk, vendor: SocketVendor) -> None:
    """Be killed once ada's call is answered, and eve's is under way."""
    desk.die_applying("ada", "eve", calls=2)
    vendor.heal()
    assert desk.entries() == {"ada": "added", "eve": "unconfirmed"}


def calls_of(desk: Desk, vendor: SocketVendor, *names: str) -> int:
    """How many calls it takes to apply this."""
    before = len(vendor.calls)
    assert desk.apply(*names, delete=True).code == 0
    return len(vendor.calls) - before


class TestALockfileBesideItsSettings:
    @pytest.fixture
    def desks(self, tmp_path: Path, vendor: SocketVendor) -> Desks:
        return Desks(tmp_path, vendor, DELETING)

    def test_who_was_deleted_by_others_meanwhile_is_not_claimed(
        self, desks: Desks, vendor: SocketVendor
    ) -> None:
        ours, others = desks.desk("ours"), desks.desk("others")
        die_with_ada_added(ours, vendor)
        others.apply("ada", "bob")
        others.apply("bob", delete=True)
        others.push()
        ours.git("checkout", "-q", "--", ".")
        ours.git("pull", "-q")
        assert ours.entries() == {"ada": "unconfirmed", "eve": "unconfirmed", "bob": "added"}
        assert ours.apply("ada", "bob", "eve").code == 0
        assert ours.entries()["ada"] == "added"  # again

    def test_equal_content_is_no_proof(self, desks: Desks, vendor: SocketVendor) -> None:
        begun = desks.desk("begun")
        begun.apply("zoe")
        begun.push()
        ours, others = desks.desk("ours"), desks.desk("others")
        before = (ours.folder / LOCKFILE).read_bytes()
        vendor.strike("ok", "silence")
        ours.die_applying("ada", "eve", "zoe", calls=2)
        vendor.heal()
        for names in (("ada", "zoe"), ("zoe",)):
            others.apply(*names, delete=True)
            others.push()
        ours.git("checkout", "-q", "--", ".")
        ours.git("pull", "-q")
        assert (ours.folder / LOCKFILE).read_bytes() == before
        assert ours.entries() == {"zoe": "added", "ada": "unconfirmed", "eve": "unconfirmed"}

    def test_a_rewritten_history_is_no_proof(self, desks: Desks, vendor: SocketVendor) -> None:
        ours = desks.desk("ours")
        die_with_ada_added(ours, vendor)
        ours.git("commit", "-q", "--amend", "--only", "-m", "Begin, in other words")
        assert ours.entries() == {"ada": "unconfirmed", "eve": "unconfirmed"}
        recovered = ours.run("state", "recover", "p")
        assert "0 members settled" in recovered.out
        assert "2 unconfirmed" in recovered.out
        assert "git can't tell" in recovered.out

    def test_a_publishing_that_brought_back_the_same_is_no_proof_either(
        self, desks: Desks, vendor: SocketVendor
    ) -> None:
        ours, others = desks.desk("ours"), desks.desk("others")
        die_with_ada_added(ours, vendor)
        for names in (("ada",), ()):
            others.apply(*names, delete=True)
            assert others.run("state", "publish", "p").code == 0
        assert ours.run("state", "publish", "p").code == 0
        assert ours.entries() == {"ada": "unconfirmed", "eve": "unconfirmed"}

    def test_a_lockfile_that_is_replaced_under_a_run_is_kept(
        self, desks: Desks, vendor: SocketVendor
    ) -> None:
        ours, others = desks.desk("ours"), desks.desk("others")
        others.apply("bob")  # takes the answer that comes
        others.push()
        ours.declare("ada")
        process = ours.start("apply", "p", "--yes", "--report", "report.json")
        vendor.wait_for(2)
        ours.git("fetch", "-q")
        ours.git("checkout", "-q", "origin/main", "--", LOCKFILE)
        process.terminate()
        _, said = process.communicate(timeout=30)
        assert process.returncode == 3
        assert "was replaced during this run" in said
        assert ours.entries() == {"ada": "unconfirmed", "bob": "added"}
        assert ours.left_over() == set()

    def test_a_call_without_an_answer_outlives_a_clock_that_was_behind(
        self, desks: Desks, vendor: SocketVendor
    ) -> None:
        ours = desks.desk("ours")
        vendor.heal()
        assert ours.apply("ada").code == 0
        vendor.strike("silence")
        ours.die_applying(calls=1, program=(sys.executable, "-c", AN_HOUR_BEHIND))
        vendor.heal()
        assert ours.run("state", "recover", "p").code == 0
        assert ours.entries() == {"ada": "unconfirmed"}
        assert calls_of(ours, vendor, "ada") == 1


class TestALockfileOnItsBranch:
    @pytest.fixture
    def desks(self, tmp_path: Path, vendor: SocketVendor) -> Desks:
        return Desks(tmp_path, vendor, DELETING, branch=True)

    def test_who_was_deleted_by_others_meanwhile_is_not_claimed(
        self, desks: Desks, vendor: SocketVendor
    ) -> None:
        ours, others = desks.desk("ours"), desks.desk("others")
        die_with_ada_added(ours, vendor)
        for names in (("ada",), ()):
            others.apply(*names, delete=True)
            assert others.run("state", "publish", "p").code == 0
        ours.git("fetch", "-q", "origin", STATE)
        assert ours.entries() == {"ada": "unconfirmed", "eve": "unconfirmed"}
        assert calls_of(ours, vendor, "ada") == 2  # eve isn't declared any more, and may be there


@pytest.fixture(params=[False, True], ids=["file", "branch"])
def either(request: pytest.FixtureRequest, tmp_path: Path, vendor: SocketVendor) -> Desks:
    """The lockfile is beside its settings, or on its branch."""
    return Desks(tmp_path, vendor, DELETING, branch=request.param)


def test_what_a_dead_run_proved_holds_if_no_lockfile_moved_on(either: Desks, vendor: SocketVendor) -> None:
    ours = either.desk("ours")
    die_with_ada_added(ours, vendor)
    either.desk("others").push("Something else")
    ours.git("pull", "-q")
    assert ours.entries() == {"ada": "added", "eve": "unconfirmed"}
    assert calls_of(ours, vendor, "ada", "eve") == 1


def test_who_was_added_and_deleted_by_others_is_not_published_as_present(
    either: Desks, vendor: SocketVendor
) -> None:
    vendor.heal()
    ours, others = either.desk("ours"), either.desk("others")
    assert ours.apply("ada").code == 0
    for names in (("ada",), ()):
        assert others.apply(*names, delete=True).code == 0
        assert others.run("state", "publish", "p").code == 0
    published = ours.run("state", "publish", "p")
    assert published.code == 0
    assert "1 member now unconfirmed" in published.err
    assert others.run("state", "publish", "p").code == 0
    assert ours.entries() == others.entries() == {"ada": "unconfirmed"}
    planned = others.run("plan", "p", "--format", "json").json
    assert planned["summary"]["remove"] == 1
    assert others.run("state", "publish", "p").code == 0


AN_HOUR_BEHIND = """\
import sys
from datetime import UTC, datetime, timedelta
from reconciler.apply import run
run.utc_now = lambda: (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
from reconciler.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
