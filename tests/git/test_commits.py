"""Commits made from content alone, without a checkout."""

from pathlib import Path

import pytest
from clones import Clone, Origin, lockfile_of
from plain_git import git

from reconciler.git.remote import File, commit_file
from reconciler.git.repository import Repository


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Origin(tmp_path, own_branch=False, lockfile=lockfile_of("ada")).clone("ours")


@pytest.fixture
def repository(clone: Clone) -> Repository:
    return Repository.around(clone.panels)


def test_one_file_is_changed_and_all_others_stay(clone: Clone, repository: Repository) -> None:
    head = clone.git("rev-parse", "HEAD")
    commit = commit_file(repository, [head], File("panels/new/file.txt", b"text\r\n"), "Why\n")
    assert clone.git("diff", "--name-status", head, commit) == "A\tpanels/new/file.txt"
    assert repository.read(commit, "panels/new/file.txt") == b"text\r\n"
    assert clone.git("log", "-1", "--format=%P %B", commit) == f"{head} Why"


def test_without_a_parent_there_is_nothing_else_in_it(clone: Clone, repository: Repository) -> None:
    commit = commit_file(repository, [], File("file.txt", b""), "Why\n")
    assert clone.git("ls-tree", "-r", "--name-only", commit) == "file.txt"


def test_of_two_parents_the_last_gives_the_other_files(clone: Clone, repository: Repository) -> None:
    head = clone.git("rev-parse", "HEAD")
    other = commit_file(repository, [], File("other.txt", b""), "Other\n")
    commit = commit_file(repository, [head, other], File("file.txt", b""), "Both\n")
    assert clone.git("ls-tree", "-r", "--name-only", commit).split() == ["file.txt", "other.txt"]
    assert clone.git("log", "-1", "--format=%P", commit) == f"{head} {other}"


def test_nothing_of_the_clone_is_touched(clone: Clone, repository: Repository) -> None:
    before = clone.untouched(), clone.git("for-each-ref")
    commit_file(repository, [clone.git("rev-parse", "HEAD")], File("file.txt", b""), "Why\n")
    assert (clone.untouched(), clone.git("for-each-ref")) == before


@pytest.mark.parametrize(
    ("settings", "who"),
    [
        ({}, "Reconciler <reconciler@localhost> Reconciler <reconciler@localhost>"),
        ({"user.name": "Bot"}, "Bot <reconciler@localhost> Bot <reconciler@localhost>"),
        ({"user.name": "Bot", "user.email": "b@c"}, "Bot <b@c> Bot <b@c>"),
        ({"author.email": "b@c"}, "Reconciler <b@c> Reconciler <reconciler@localhost>"),
    ],
)
def test_its_author_and_committer_are_those_of_the_settings_or_else_the_tool(
    clone: Clone, repository: Repository, settings: dict[str, str], who: str
) -> None:
    for name, value in settings.items():
        clone.git("config", name, value)
    commit = commit_file(repository, [], File("file.txt", b""), "Why\n")
    assert clone.git("log", "-1", "--format=%an <%ae> %cn <%ce>", commit) == who


def test_variables_of_git_s_own_go_first(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Pipeline")
    commit = commit_file(repository, [], File("file.txt", b""), "Why\n")
    assert git(repository.root, "log", "-1", "--format=%an %cn", commit) == "Reconciler Pipeline"
