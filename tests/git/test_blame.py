"""Who wrote a line, in real repositories."""

import os
from pathlib import Path

import pytest
from plain_git import git

from reconciler.git.repository import NOT_COMMITTED, Written, blame


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository in which Ada wrote a file of two lines."""
    root = tmp_path / "team"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    (root / "team.yaml").write_text("one\ntwo\n")
    commit(root)
    return root


def commit(root: Path, *words: str) -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Change", "--date", "2026-11-20T23:30:00-0200", *words)
    return git(root, "rev-parse", "HEAD")


def test_a_line_has_a_commit_an_author_and_a_day_in_utc(root: Path) -> None:
    first = git(root, "rev-parse", "HEAD")
    (root / "team.yaml").write_text("one\nchanged\n")
    second = commit(root, "--author", "Grace <grace@example.org>")
    assert blame(root / "team.yaml", 1) == Written(first, "Ada", "2026-11-21")
    assert blame(root / "team.yaml", 2) == Written(second, "Grace", "2026-11-21")


def test_a_changed_line_is_not_committed(root: Path) -> None:
    (root / "team.yaml").write_text("one\nchanged\n")
    assert blame(root / "team.yaml", 2) == NOT_COMMITTED


@pytest.mark.parametrize("is_staged", [False, True])
def test_a_new_file_is_not_committed(root: Path, *, is_staged: bool) -> None:
    (root / "new.yaml").write_text("one\n")
    if is_staged:
        git(root, "add", "new.yaml")
    assert blame(root / "new.yaml", 1) == NOT_COMMITTED


def test_in_a_repository_without_commits_nothing_is_committed(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "new.yaml").write_text("one\n")
    assert blame(tmp_path / "new.yaml", 1) == NOT_COMMITTED


def test_without_a_repository_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text("one\n")
    assert blame(tmp_path / "new.yaml", 1) is None


def test_without_git_nothing_is_known(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert blame(root / "team.yaml", 1) is None


def test_a_line_that_the_file_does_not_have_is_no_error(root: Path) -> None:
    assert blame(root / "team.yaml", 3) is None


@pytest.mark.parametrize("name", ["with space.yaml", "Übersicht.yaml", "-dash.yaml", ":(top)x.yaml"])
def test_a_file_of_any_name_is_found(root: Path, name: str) -> None:
    (root / name).write_text("one\n")
    name_of_commit = commit(root)
    found = blame(root / name, 1)
    assert found is not None
    assert found.commit == name_of_commit


def test_a_link_counts_as_the_file_that_it_leads_to(root: Path) -> None:
    (root / "link.yaml").symlink_to("team.yaml")
    assert blame(root / "link.yaml", 2) == blame(root / "team.yaml", 2) != NOT_COMMITTED


def test_where_the_history_is_cut_off_the_line_may_be_older(root: Path, tmp_path: Path) -> None:
    (root / "other.yaml").write_text("x\n")
    commit(root)
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{root}", "shallow")
    found = blame(tmp_path / "shallow" / "team.yaml", 1)
    assert found is not None
    assert found.is_oldest


def test_the_first_commit_of_all_is_no_cut(root: Path) -> None:
    found = blame(root / "team.yaml", 1)
    assert found is not None
    assert not found.is_oldest


def test_what_a_partial_clone_lacks_is_not_fetched(root: Path, tmp_path: Path) -> None:
    (root / "team.yaml").write_text("one\nchanged\n")
    commit(root)
    git(root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", f"file://{root}", "partial")
    lacking = git(tmp_path / "partial", "rev-list", "--objects", "--missing=print", "--all")
    assert blame(tmp_path / "partial" / "team.yaml", 1) is None
    assert git(tmp_path / "partial", "rev-list", "--objects", "--missing=print", "--all") == lacking


def test_a_missing_file_of_ignored_revisions_hides_no_commit(root: Path) -> None:
    git(root, "config", "blame.ignoreRevsFile", "missing")
    first = git(root, "rev-parse", "HEAD")
    (root / "team.yaml").write_text("one\nchanged\n")
    second = commit(root, "--author", "Grace <grace@example.org>")
    assert blame(root / "team.yaml", 1) == Written(first, "Ada", "2026-11-21")
    assert blame(root / "team.yaml", 2) == Written(second, "Grace", "2026-11-21")
    (root / "team.yaml").write_text("one\nchanged again\n")
    assert blame(root / "team.yaml", 2) is None


def test_a_file_of_ignored_revisions_is_heeded(root: Path) -> None:
    first = git(root, "rev-parse", "HEAD")
    (root / "team.yaml").write_text("one\ntwo \n")
    second = commit(root)
    (root / ".ignored").write_text(f"{second}\n")
    git(root, "config", "blame.ignoreRevsFile", ".ignored")
    assert blame(root / "team.yaml", 2) == Written(first, "Ada", "2026-11-21")


def test_an_author_whose_name_is_no_utf8_can_be_printed(root: Path) -> None:
    (root / "team.yaml").write_text("changed\n")
    commit(root, "--author", os.fsdecode(b"J\xf6rg <j@example.org>"))
    found = blame(root / "team.yaml", 1)
    assert found is not None
    assert found.author is not None
    assert found.author.encode().decode().startswith("J")
