"""Publishing: lockfile and remote brought together, also if others do the same, and if the server refuses."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from clones import FALLBACK, LOCKFILE, PROTECTED, STATE, Clone, Origin, lockfile_of
from plain_git import git

from reconciler.errors import InvalidInput, Refusal, UsageError
from reconciler.lockfile.codec import encode
from reconciler.lockfile.file import LockfileFile
from reconciler.lockfile.lock import environment_lock
from reconciler.lockfile.publish import PublicationEnd, publish
from reconciler.lockfile.state import read_state

# Real git, a hundred times over. Every day tests/cli/test_state_publish.py goes the same ways once.
pytestmark = pytest.mark.exhaustive

DONE, NOTHING, SAVED = PublicationEnd.PUBLISHED, PublicationEnd.UP_TO_DATE, PublicationEnd.FALLBACK

# Refuses the first push, as a server does when others moved the branch while it looked.
_BUSY_ONCE = """\
#!/bin/sh
if [ -e hooks/was-busy ]; then exit 0; fi
touch hooks/was-busy
export GIT_AUTHOR_NAME=O GIT_AUTHOR_EMAIL=o@localhost GIT_COMMITTER_NAME=O GIT_COMMITTER_EMAIL=o@localhost
unset GIT_QUARANTINE_PATH
git update-ref refs/heads/BRANCH "$(git commit-tree -p BRANCH -m Others 'BRANCH^{tree}')"
"""

# Kills the process that pushed, once the push is done, as a machine does that loses power.
_KILL_BEHIND_THE_PUSH = """\
#!/bin/sh
kill -9 "$(cat hooks/victim)"
sleep 1
"""


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path, own_branch=True)


@pytest.fixture
def beside(tmp_path: Path) -> Origin:
    """Where the lockfile is committed to main, and knows ada and bob."""
    return Origin(tmp_path, own_branch=False, lockfile=lockfile_of("ada", "bob"))


@pytest.fixture(params=["main", STATE])
def published(request: pytest.FixtureRequest, tmp_path: Path) -> Origin:
    """Where the lockfile knows ada, on main or on its own branch."""
    if request.param == "main":
        return Origin(tmp_path, own_branch=False, lockfile=lockfile_of("ada"))
    origin = Origin(tmp_path, own_branch=True)
    first = origin.clone("first")
    LockfileFile(first.environment).write(lockfile_of("ada"))
    first.publish()
    return origin


class TestOnEitherBranch:
    def test_what_others_published_is_merged_and_a_removal_stays_removed(self, published: Origin) -> None:
        clone, others = published.clone("ours"), published.clone("others")
        clone.apply("grace")
        others.apply("tim", removed="ada")
        others.publish()
        assert clone.publish().end is DONE
        assert published.names(published.branch) == clone.known() == ["grace", "tim"]

    def test_with_nothing_new_there_is_no_commit(self, published: Origin) -> None:
        clone = published.clone("ours")
        assert clone.publish().end is NOTHING
        clone.apply("grace")
        clone.publish()
        clone.apply()
        assert clone.publish().end is NOTHING
        assert published.commits(published.branch) == 2

    def test_neither_head_nor_index_nor_any_other_file_changes(self, published: Origin) -> None:
        clone = published.clone("ours")
        (clone.panels / "production" / "members" / "team.yaml").write_text("members: []  # edited\n")
        clone.git("add", ".")
        clone.apply("grace")
        before = clone.untouched()
        clone.publish()
        assert clone.untouched() == before

    def test_if_others_were_first_it_merges_and_pushes_again(self, published: Origin) -> None:
        clone = published.clone("ours")
        clone.apply("grace")
        published.protect(_BUSY_ONCE.replace("BRANCH", published.branch))
        assert clone.publish().end is DONE
        assert published.names(published.branch) == ["ada", "grace"]
        assert published.commits(published.branch) == 3

    def test_a_kill_behind_the_push_is_mended_by_the_next(self, published: Origin) -> None:
        clone, others = published.clone("ours"), published.clone("others")
        clone.apply("grace")
        die_behind_the_push(published, clone)
        assert clone.path.exists()
        others.git("pull", "-q")
        others.apply(removed="grace")
        others.publish()
        assert clone.publish().end is NOTHING
        assert published.names(published.branch) == ["ada"]

    def test_a_server_that_takes_nothing_leaves_the_file_as_it_is(self, published: Origin) -> None:
        clone = published.clone("ours")
        clone.apply("grace")
        before = clone.path.read_bytes()
        published.protect("#!/bin/sh\necho Closed for today >&2; exit 1\n")
        declined = f"{published.branch} and to {FALLBACK}: Closed for today.*still holds everything"
        with pytest.raises(InvalidInput, match=declined):
            clone.publish()
        assert clone.path.read_bytes() == before
        assert clone.known() == ["ada", "grace"]

    def test_a_shallow_clone_is_enough(self, published: Origin) -> None:
        clone = published.clone("shallow", "--depth=1", "--no-single-branch")
        others = published.clone("others")
        others.apply("tim", removed="ada")
        others.publish()
        clone.apply("grace")
        clone.publish()
        assert published.names(published.branch) == ["grace", "tim"]


class TestOnABranchOfItsOwn:
    def test_the_first_publishing_makes_the_branch_with_nothing_else_in_it(self, origin: Origin) -> None:
        clone = origin.clone("ours")
        LockfileFile(clone.environment).write(lockfile_of("ada"))
        assert clone.publish().end is DONE
        assert git(origin.folder, "ls-tree", "-r", "--name-only", STATE) == LOCKFILE
        assert origin.commits(STATE) == 1
        assert origin.names(STATE) == ["ada"]
        assert origin.branches() == ["main", STATE]

    def test_where_nothing_was_applied_yet_the_branch_begins_with_nobody(self, origin: Origin) -> None:
        clone = origin.clone("ours")
        clone.publish()
        assert origin.lockfile(STATE) == lockfile_of()
        assert read_state(clone.environment).lockfile == lockfile_of()

    def test_it_goes_on_from_the_tip_and_leaves_no_copy_behind(self, origin: Origin) -> None:
        clone = origin.clone("ours")
        clone.publish()
        clone.apply("ada")
        published = clone.publish()
        assert published.commit == git(origin.folder, "rev-parse", STATE)
        assert clone.git("rev-parse", f"origin/{STATE}") == published.commit
        assert not clone.path.exists()
        assert clone.notes() == ""
        assert clone.known() == ["ada"]

    def test_several_environments_share_a_branch(self, origin: Origin) -> None:
        clone = origin.clone("ours")
        clone.publish()
        git(origin.folder, "update-ref", f"refs/heads/{STATE}", with_another_file(origin))
        clone.apply("ada")
        clone.publish()
        assert git(origin.folder, "show", f"{STATE}:panels/staging/state.lock.json") == "theirs"
        assert origin.names(STATE) == ["ada"]

    def test_a_contradiction_is_settled_and_named(self, origin: Origin) -> None:
        clone, others = published_by_two(origin, "ada")
        for side, name in ((clone, "Ours"), (others, "Theirs")):
            side.apply()
            LockfileFile(side.environment).write(lockfile_of("ada", firstName=name))
        others.publish()
        (conflict,) = clone.publish().conflicts
        assert conflict.key == "ada@example.org"
        assert origin.names(STATE) == ["ada"]

    def test_two_at_the_same_time_both_arrive(self, origin: Origin) -> None:
        clones = published_by_two(origin, "ada")
        for clone, name in zip(clones, ("grace", "tim"), strict=True):
            clone.apply(name)
        running = [started(clone) for clone in clones]
        assert [process.wait(60) for process in running] == [0, 0]
        assert origin.names(STATE) == ["ada", "grace", "tim"]

    def test_a_branch_that_was_deleted_comes_back_whole(self, origin: Origin) -> None:
        clone = origin.clone("ours")
        clone.publish()
        clone.apply("ada")
        clone.publish()
        git(origin.folder, "branch", "-q", "-D", STATE)
        clone.apply("grace")
        clone.publish()
        assert origin.names(STATE) == ["ada", "grace"]
        assert origin.commits(STATE) == 3

    def test_another_remote_is_not_where_it_is_read_from(self, origin: Origin) -> None:
        clone = origin.clone("ours")
        with pytest.raises(UsageError, match=f"read from {STATE} at origin"):
            publish(clone.environment, "upstream", None)

    def test_a_file_that_git_tracks_is_named(self, origin: Origin) -> None:
        clone = origin.clone("ours")
        LockfileFile(clone.environment).write(lockfile_of("ada"))
        assert not clone.publish().is_tracked
        LockfileFile(clone.environment).write(lockfile_of("ada"))
        clone.git("add", LOCKFILE)
        assert clone.publish().is_tracked


class TestBesideItsSettings:
    def test_it_is_committed_on_top_of_the_branch(self, beside: Origin) -> None:
        clone = beside.clone("ours")
        clone.apply("grace", removed="ada")
        before = clone.untouched()
        assert clone.publish().end is DONE
        assert beside.names("main") == ["bob", "grace"]
        assert git(beside.folder, "diff", "--name-only", "main~1", "main") == LOCKFILE
        assert (
            git(beside.folder, "log", "-1", "--format=%s", "main") == "Record what apply pushed to production"
        )
        assert clone.untouched() == before

    def test_of_what_it_took_in_before_only_news_are_its_own(self, beside: Origin) -> None:
        clone, others = beside.clone("ours"), beside.clone("others")
        others.apply("tim")
        others.publish()
        clone.publish()  # from here on tim is in the file here, though not in what is checked out
        others.apply(removed="tim")
        others.publish()
        clone.apply("grace")
        clone.publish()
        assert beside.names("main") == ["ada", "bob", "grace"]

    def test_another_checkout_makes_what_was_written_down_void(self, beside: Origin) -> None:
        clone = beside.clone("ours")
        clone.apply("grace")
        clone.publish()
        clone.git("checkout", "-q", "--", LOCKFILE)
        assert clone.publish().end is NOTHING
        assert beside.names("main") == ["ada", "bob", "grace"]

    def test_what_was_committed_here_and_not_pushed_counts_as_news(self, beside: Origin) -> None:
        clone = beside.clone("ours")
        clone.apply("grace")
        clone.git("commit", "-qam", "By hand")
        clone.publish()
        assert beside.names("main") == ["ada", "bob", "grace"]

    def test_a_lost_file_comes_back_and_removes_nobody(self, beside: Origin) -> None:
        clone = beside.clone("ours")
        clone.path.unlink()
        assert clone.publish().end is NOTHING
        assert clone.known() == ["ada", "bob"]

    def test_where_a_commit_is_checked_out_the_remote_says_which_branch(self, beside: Origin) -> None:
        clone = beside.clone("ours")
        clone.git("checkout", "-q", "--detach")
        clone.git("symbolic-ref", "--delete", "refs/remotes/origin/HEAD")
        clone.apply("grace")
        assert clone.publish().branch == "main"
        assert beside.names("main") == ["ada", "bob", "grace"]

    def test_a_branch_that_is_not_there_is_an_error(self, beside: Origin) -> None:
        with pytest.raises(InvalidInput, match='no branch "release" at "origin"'):
            beside.clone("ours").publish("release")

    def test_a_name_that_is_no_branch_is_an_error(self, beside: Origin) -> None:
        with pytest.raises(InvalidInput, match="no branch"):
            beside.clone("ours").publish("main:refs/heads/other")

    def test_it_goes_nowhere_while_another_run_writes(self, beside: Origin) -> None:
        clone = beside.clone("ours")
        with environment_lock(clone.environment), pytest.raises(Refusal):
            clone.publish()


class TestWhereItsBranchIsProtected:
    @pytest.fixture(autouse=True)
    def protected(self, published: Origin) -> None:
        published.protect(protection_of(published.branch))

    def test_it_goes_to_the_fallback_branch_and_the_server_is_quoted(self, published: Origin) -> None:
        clone = published.clone("ours")
        clone.apply("grace")
        ended = clone.publish()
        assert (ended.end, ended.fallback) == (SAVED, FALLBACK)
        assert f"GH006: Protected branch update failed for refs/heads/{published.branch}." in ended.reason
        assert published.names(FALLBACK) == clone.known() == ["ada", "grace"]
        assert published.names(published.branch) == ["ada"]

    def test_publishing_the_same_again_makes_no_commit(self, published: Origin) -> None:
        clone = published.clone("ours")
        clone.apply("grace")
        assert len({clone.publish().commit for _ in range(3)}) == 1

    def test_another_clone_goes_on_from_there(self, published: Origin) -> None:
        clone, others = published.clone("ours"), published.clone("others")
        clone.apply("grace")
        clone.publish()
        assert others.publish().end is SAVED
        assert others.known() == ["ada", "grace"]
        others.apply("tim", removed="grace")
        others.publish()
        assert published.names(FALLBACK) == ["ada", "tim"]
        assert clone.publish().end is SAVED
        assert clone.known() == ["ada", "tim"]

    def test_once_the_branch_takes_it_the_fallback_branch_is_gone(self, published: Origin) -> None:
        clone, others = published.clone("ours"), published.clone("others")
        clone.apply("grace", removed="ada")
        clone.publish()
        published.unprotect()
        assert others.publish().end is DONE
        assert published.names(published.branch) == ["grace"]
        assert FALLBACK not in published.branches()
        assert clone.publish().end is NOTHING
        assert clone.known() == ["grace"]

    def test_a_member_removed_here_before_that_does_not_come_back(self, published: Origin) -> None:
        clone = published.clone("ours")
        clone.apply("grace", "tim")
        clone.publish()
        clone.apply(removed="grace")
        published.unprotect()
        assert clone.publish().end is DONE
        assert published.names(published.branch) == ["ada", "tim"]

    def test_a_member_removed_by_others_after_that_does_not_come_back(self, published: Origin) -> None:
        clone = published.clone("ours")
        clone.apply("grace")
        clone.publish()
        clone.apply("tim")
        published.unprotect()
        others = published.clone("others")
        others.publish()
        others.apply(removed="grace")
        others.publish()
        clone.publish()
        assert published.names(published.branch) == ["ada", "tim"]


def test_a_shallow_clone_merges_the_fallback_branch_too(beside: Origin) -> None:
    clone = beside.clone("ours")
    clone.apply("grace", removed="ada")
    beside.protect()
    clone.publish()
    beside.unprotect()
    git(beside.clones / "seed", "commit", "-q", "--allow-empty", "-m", "Go on")
    git(beside.clones / "seed", "push", "-q", str(beside.folder), "main")
    assert beside.clone("shallow", "--depth=1").publish().end is DONE
    assert beside.names("main") == ["bob", "grace"]


def test_a_protected_branch_that_was_never_made_begins_as_the_fallback_branch(origin: Origin) -> None:
    origin.protect(protection_of(STATE))
    clone = origin.clone("ours")
    LockfileFile(clone.environment).write(lockfile_of("ada"))
    assert clone.publish().end is SAVED
    origin.unprotect()
    assert clone.publish().end is DONE
    assert origin.names(STATE) == ["ada"]


class TestWhoIsNewHereAndAbsentThere:
    """Grace is new in the file here. Were others to add and remove her meanwhile, no merge would see it."""

    def test_she_is_unconfirmed_if_others_recorded_her_since(self, published: Origin) -> None:
        clone, others = published.clone("ours"), published.clone("others")
        clone.apply("grace")
        others.apply("grace", city="Rome")
        others.publish()
        others.apply(removed="grace")
        others.publish()
        assert clone.publish().doubted == {"grace@example.org"}
        assert clone.known() == ["ada"]
        assert clone.unconfirmed() == ["grace"]

    def test_she_is_added_if_others_did_something_else(self, published: Origin) -> None:
        clone, others = published.clone("ours"), published.clone("others")
        clone.apply("grace")
        others.apply("tim")
        others.publish()
        assert clone.publish().doubted == frozenset()
        assert clone.known() == ["ada", "grace", "tim"]

    def test_she_is_unconfirmed_if_a_lockfile_in_between_cannot_be_read(self, published: Origin) -> None:
        clone, others = published.clone("ours"), published.clone("others")
        clone.apply("grace")
        branch = published.branch
        others.git("checkout", "-q", "-B", "by-hand", f"origin/{branch}")
        before = others.path.read_bytes()
        for content in (b"<<<<<<< ours\n", before):
            others.path.write_bytes(content)
            others.git("add", "--force", LOCKFILE)
            others.git("commit", "-q", "-m", "By hand")
        others.git("push", "-q", "origin", f"HEAD:{branch}")
        assert clone.publish().doubted == {"grace@example.org"}

    def test_she_is_unconfirmed_if_the_branch_was_rewritten_since(self, published: Origin) -> None:
        clone, others = published.clone("ours"), published.clone("others")
        others.apply("tim")
        others.publish()
        clone.publish()  # from here on it is known which commit the file here comes from
        clone.git("fetch", "-q")
        clone.apply("grace")
        git(published.folder, "update-ref", f"refs/heads/{published.branch}", anew(published))
        assert clone.publish().doubted == {"grace@example.org"}

    def test_white_space_is_no_other_lockfile(self, published: Origin) -> None:
        clone, others = published.clone("ours"), published.clone("others")
        branch = published.branch
        clone.apply("grace")
        others.git("checkout", "-q", "-B", "by-hand", f"origin/{branch}")
        spaced = encode(lockfile_of("ada", "grace")).replace(b'":', b'" : ').replace(b",", b" ,")
        for content in (spaced, encode(lockfile_of("ada"))):
            others.path.write_bytes(content)
            others.git("add", "--force", LOCKFILE)
            others.git("commit", "-q", "-m", "By hand")
        others.git("push", "-q", "origin", f"HEAD:{branch}")
        assert clone.publish().doubted == frozenset()  # it is what was published, and is taken back since
        assert clone.known() == ["ada"]

    def test_she_is_unconfirmed_if_the_fallback_branch_recorded_and_removed_her(self, tmp_path: Path) -> None:
        origin = Origin(tmp_path, own_branch=False, lockfile=lockfile_of("ada"))
        clone, others = origin.clone("ours"), origin.clone("others")
        origin.protect()
        clone.apply("grace", "tim")
        others.apply("grace", "eve", city="Rome")
        others.publish()
        others.apply(removed="grace")
        others.publish()
        assert clone.publish().doubted == {"grace@example.org"}
        assert origin.names(FALLBACK) == ["ada", "eve", "tim"]


def protection_of(branch: str) -> str:
    return PROTECTED.replace("heads/main", f"heads/{branch}")


def anew(origin: Origin) -> str:
    """A commit without the last one of the branch in its history, with the same files."""
    clone = origin.clone("rewriting", "--branch", origin.branch)
    clone.git("commit", "-q", "--amend", "-m", "In other words")
    clone.git("push", "-q", "origin", "HEAD:refs/heads/rewritten")
    return clone.git("rev-parse", "HEAD")


def with_another_file(origin: Origin) -> str:
    """A commit on the state branch's tip in which another environment has a lockfile too."""
    clone = origin.clone("by-hand", "--branch", STATE)
    path = clone.panels / "staging" / "state.lock.json"
    path.parent.mkdir()
    path.write_text("theirs\n")
    clone.git("add", ".")
    clone.git("commit", "-q", "-m", "Another environment")
    clone.git("push", "-q", "origin", f"{STATE}:refs/heads/by-hand")
    return clone.git("rev-parse", "HEAD")


def published_by_two(origin: Origin, *names: str) -> tuple[Clone, Clone]:
    """Two clones that know of the same published lockfile."""
    clone = origin.clone("ours")
    LockfileFile(clone.environment).write(lockfile_of(*names))
    clone.publish()
    return clone, origin.clone("others")


def started(clone: Clone) -> "subprocess.Popen[bytes]":
    """`reconciler state publish`, under way."""
    return subprocess.Popen(
        [sys.executable, "-m", "reconciler", "state", "publish", "production"],
        cwd=clone.folder,
        stdout=subprocess.DEVNULL,
    )


def die_behind_the_push(origin: Origin, clone: Clone) -> None:
    """Publish, and be killed once the remote has it and before anything is tidied up."""
    hook = origin.folder / "hooks" / "post-receive"
    hook.write_text(_KILL_BEHIND_THE_PUSH)
    hook.chmod(0o755)
    victim = f"import os; open({str(origin.folder / 'hooks' / 'victim')!r}, 'w').write(str(os.getpid()))"
    code = f"{victim}; from reconciler.cli.main import main; main(['state', 'publish', 'production'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=clone.folder, check=False)
    assert done.returncode == -signal.SIGKILL
    hook.unlink()


def test_git_is_not_asked_where_the_lockfile_is_a_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "panels" / "production"
    (folder / "members").mkdir(parents=True)
    (folder / "environment.yaml").write_text("datacenter: eu\napi_key: {env: KEY}\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    clone = Clone(tmp_path)
    clone.apply("ada")
    assert clone.path.read_bytes() == encode(lockfile_of("ada"))
    with pytest.raises(InvalidInput, match="needs git"):
        clone.publish()


def test_a_remote_that_cannot_be_reached_leaves_the_file_as_it_is(beside: Origin) -> None:
    clone = beside.clone("ours")
    clone.apply("grace")
    before = clone.path.read_bytes()
    clone.git("remote", "set-url", "origin", "https://user:s3cret@127.0.0.1:1/panels.git")
    with pytest.raises(InvalidInput) as caught:
        clone.publish()
    assert "could not be read" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert clone.path.read_bytes() == before
