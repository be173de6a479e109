"""What a remote has, fetched into refs of the clone's own."""

import subprocess
from pathlib import Path

import pytest
from clones import Clone, Origin
from plain_git import git

from reconciler.errors import InvalidInput
from reconciler.git.remote import Remote
from reconciler.git.repository import Repository


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path, own_branch=False)


@pytest.fixture
def clone(origin: Origin) -> Clone:
    return origin.clone("narrow", "--single-branch")


@pytest.fixture
def remote(clone: Clone) -> Remote:
    return Remote.of(Repository.around(clone.folder), "origin")


def test_branches_that_are_there_are_fetched_and_others_left_out(origin: Origin, remote: Remote) -> None:
    git(origin.folder, "branch", "state", "main")
    commit = git(origin.folder, "rev-parse", "main")
    assert remote.fetch("state", "nowhere") == {"state": commit}
    assert remote.repository.commit_of("refs/remotes/origin/state") == commit


def test_a_branch_whose_name_ends_alike_is_another_one(origin: Origin, remote: Remote) -> None:
    git(origin.folder, "branch", "old/refs/heads/state", "main")
    assert remote.fetch("state") == {}


def test_fetching_touches_nothing_that_its_user_works_with(clone: Clone, remote: Remote) -> None:
    before = clone.untouched()
    remote.fetch("main")
    assert clone.untouched() == before
    assert not (clone.folder / ".git" / "FETCH_HEAD").exists()


def test_a_fetch_that_another_git_disturbs_is_tried_again(
    origin: Origin, clone: Clone, remote: Remote
) -> None:
    git(origin.folder, "branch", "state", "main")
    lock = clone.folder / ".git" / "refs" / "remotes" / "origin" / "state.lock"
    lock.touch()
    with subprocess.Popen(["sh", "-c", f"sleep 0.1; rm '{lock}'"]):
        assert "state" in remote.fetch("state")


def test_its_default_branch_is_the_one_its_head_names(clone: Clone, remote: Remote) -> None:
    assert remote.default_branch() == "main"
    clone.git("symbolic-ref", "--delete", "refs/remotes/origin/HEAD")
    assert remote.default_branch() == "main"


def test_a_remote_that_cannot_be_reached_is_an_error(origin: Origin, remote: Remote) -> None:
    origin.folder.rename(origin.folder.with_name("away"))
    with pytest.raises(InvalidInput, match=r'"origin" could not be read.*Nothing was changed'):
        remote.fetch("main")


@pytest.mark.parametrize("name", ["upstream", "--upload-pack=x", "https://example.org/x.git"])
def test_only_a_remote_that_the_clone_knows_by_name_is_talked_to(clone: Clone, name: str) -> None:
    with pytest.raises(InvalidInput, match="The remotes are origin"):
        Remote.of(Repository.around(clone.folder), name)
