"""Reading a repository: other commits' files, and what differs from them, in real repositories."""

import os
import subprocess
from pathlib import Path

import pytest
from plain_git import git

from reconciler.errors import InvalidInput
from reconciler.git.repository import Repository

NAMES = ("plain.txt", "with space.txt", "Übersicht.txt", "line\nend.txt", "-dash.txt", '"quoted".txt')


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with nothing in it."""
    root = tmp_path / "team"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    return root


def commit(root: Path, **files: str | None) -> str:
    for name, text in files.items():
        if text is None:
            (root / name).unlink()
        else:
            (root / name).write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "Change")
    return git(root, "rev-parse", "HEAD")


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def exported(root: Path, commit: str, folder: str) -> Path:
    """The files below a folder as they were in a commit, written out beside the repository."""
    into = root.parent / "into"
    into.mkdir()
    Repository(root).export(commit, folder, into)
    return into


def test_it_is_found_around_any_folder_in_it(root: Path) -> None:
    (root / "a/b").mkdir(parents=True)
    assert Repository.around(root / "a/b") == Repository.around(root) == Repository(root.resolve())


@pytest.mark.parametrize("where", [".", "..", "panels", "panels/..", "a/.."])
def test_a_path_is_named_from_the_root_as_git_does(
    root: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    (root / "a/panels/x").mkdir(parents=True)
    (root / "a/a").mkdir()
    monkeypatch.chdir(root / "a")
    named = {".": "a", "..": ".", "panels": "a/panels", "panels/..": "a", "a/..": "a"}
    assert Repository(root).path_of(Path(where)) == named[where]


def test_a_link_is_named_itself_and_not_what_it_leads_to(root: Path) -> None:
    (root / "a").mkdir()
    (root / "link").symlink_to("a")
    assert Repository(root).path_of(root / "link") == "link"
    assert Repository(root).path_of(root / "link" / "x") == "a/x"


def test_what_lies_elsewhere_has_no_path_in_it(root: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="outside of the git repository"):
        Repository(root).path_of(tmp_path / "x")


def test_the_merge_base_is_where_a_branch_left_and_after_a_merge_where_it_last_met(root: Path) -> None:
    left = commit(root, a="1")
    git(root, "switch", "--quiet", "--create", "change")
    commit(root, b="1")
    git(root, "switch", "--quiet", "main")
    later = commit(root, a="2")
    git(root, "switch", "--quiet", "change")
    repository = Repository(root)
    assert repository.merge_base("main") == left
    git(root, "merge", "--quiet", "--no-edit", "main")
    assert repository.merge_base("main") == later


def test_what_differs_is_what_was_changed_added_deleted_renamed_and_is_not_committed(root: Path) -> None:
    (root / ".gitignore").write_text("ignored\n")
    first = commit(root, same="1", changed="1", deleted="1", old="long enough to be known again\n" * 9)
    (root / "old").rename(root / "new")
    second = commit(root, changed="2", deleted=None, added="1")
    (root / "same").write_text("2")
    for name in (*NAMES, "ignored"):
        (root / name).write_text("x")
    repository = Repository(root)
    committed = {"changed", "deleted", "added", "old", "new"}
    assert repository.changed_between(first, second) == committed
    assert repository.changed_since(first) == committed | {"same", *NAMES}


def test_a_file_that_was_only_touched_does_not_differ(root: Path) -> None:
    first = commit(root, a="1")
    (root / "a").write_text("1")
    assert Repository(root).changed_since(first) == frozenset()


def test_a_file_is_read_as_it_was(root: Path) -> None:
    first = commit(root, **dict.fromkeys(NAMES, "1\n"))
    commit(root, **dict.fromkeys(NAMES))
    for name in NAMES:
        assert Repository(root).read(first, name) == b"1\n"
        assert Repository(root).read("HEAD", name) is None


def test_the_files_below_a_folder_are_written_out_as_they_were(root: Path) -> None:
    for place in ("in", "in/deep", "inside", "."):
        (root / place).mkdir(exist_ok=True)
        for name in NAMES:
            (root / place / name).write_bytes(b"1\r\n")
    (root / ".gitattributes").write_text("* export-ignore\n")
    first = commit(root)
    for path in root.rglob("*.txt"):
        path.unlink()
    commit(root)
    assert files_below(exported(root, first, "in")) == {
        f"{place}/{name}": b"1\r\n" for place in ("in", "in/deep") for name in NAMES
    }


def test_all_of_it_may_be_written_out(root: Path) -> None:
    first = commit(root, a="1", b="2", **{".index": "3"})
    assert files_below(exported(root, first, ".")) == {"a": b"1", "b": b"2", ".index": b"3"}


def test_a_folder_that_was_not_there_is_nothing_to_write(root: Path) -> None:
    first = commit(root, a="1")
    assert files_below(exported(root, first, "panels")) == {}


def test_links_are_written_as_links(root: Path) -> None:
    (root / "p").mkdir()
    (root / "p/link").symlink_to("a")
    first = commit(root, **{"p/a": "1"})
    link = exported(root, first, "p") / "p/link"
    assert link.is_symlink()
    assert link.read_text() == "1"


def test_files_that_are_filtered_are_written_as_a_checkout_would_have_them(root: Path) -> None:
    (root / "p").mkdir()
    (root / "p/.gitattributes").write_text("a eol=crlf\n")
    first = commit(root, **{"p/a": "1\n"})
    assert (exported(root, first, "p") / "p/a").read_bytes() == b"1\r\n"


@pytest.mark.parametrize("place", [".gitattributes", "p/.gitattributes"])
def test_attributes_of_the_work_tree_do_not_decide_how_another_commit_is_read(root: Path, place: str) -> None:
    (root / "p").mkdir()
    first = commit(root, **{"p/a": "1\n"})
    (root / place).write_text("a working-tree-encoding=UTF-16 eol=crlf\n")
    assert (exported(root, first, "p") / "p/a").read_bytes() == b"1\n"


def test_what_git_says_is_shown_if_it_fails(root: Path) -> None:
    commit(root, a="1")
    with pytest.raises(InvalidInput, match=r"git could not do what was needed\. Git says: fatal: "):
        Repository(root).changed_since("0" * 40)


def test_it_works_in_a_work_tree_of_its_own(root: Path, tmp_path: Path) -> None:
    first = commit(root, a="1")
    git(root, "worktree", "add", "--quiet", str(tmp_path / "second"))
    (tmp_path / "second" / "a").write_text("2")
    repository = Repository.around(tmp_path / "second")
    assert repository.changed_since(first) == {"a"}
    assert Repository(root).changed_since(first) == frozenset()


def test_a_change_in_the_same_tick_of_the_clock_is_seen(root: Path) -> None:
    first = commit(root, a="1")
    for setting in ("core.trustCtime=false", "core.checkStat=minimal"):
        git(root, "config", *setting.split("="))
    file, index, tick = root / "a", root / ".git" / "index", (1_700_000_000,) * 2
    os.utime(file, tick)
    git(root, "update-index", "--refresh")
    file.write_text("2")
    os.utime(file, tick)
    os.utime(index, tick)
    assert Repository(root).changed_since(first) == {"a"}


def test_a_repository_of_another_owner_is_a_mistake_with_what_git_says(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    probe = subprocess.run(["git", "status"], cwd=root, capture_output=True, text=True, check=False)
    assert "dubious ownership" in probe.stderr
    with pytest.raises(InvalidInput, match=r"another user.*safe\.directory"):
        Repository.around(root)


def test_a_repository_that_git_can_not_read_is_not_called_none(root: Path) -> None:
    (root / ".git" / "config").write_text("[core\n")
    with pytest.raises(InvalidInput, match=r"can't read the repository.*bad config"):
        Repository.around(root)


def blob(root: Path, content: str) -> str:
    (root.parent / "blob").write_text(content)
    return git(root, "hash-object", str(root.parent / "blob"))


DELETED = "0" * 40


def test_all_that_a_file_came_to_hold_is_listed_also_what_was_taken_back(root: Path) -> None:
    first = commit(root, a="1")
    for content in ("2", "3", "2"):
        commit(root, a=content)
    commit(root, b="other files don't count")
    (root / "a").unlink()
    last = commit(root)
    found = Repository(root).versions("a", [last], [first])
    assert found == [DELETED, blob(root, "2"), blob(root, "3")]
    assert Repository(root).versions("a", [last], [last]) == []
    assert Repository(root).versions("a", [last]) == [*found, blob(root, "1")]


def test_a_side_that_a_merge_passed_over_is_listed_too(root: Path) -> None:
    first = commit(root, a="1")
    git(root, "switch", "-q", "-c", "side")
    commit(root, a="2")
    commit(root, a="1")
    git(root, "switch", "-q", "main")
    commit(root, b="1")
    git(root, "-c", "user.name=A", "-c", "user.email=a@localhost", "merge", "-q", "--no-edit", "side")
    assert Repository(root).versions("a", ["HEAD"], [first]) == [blob(root, "1"), blob(root, "2")]


def test_a_history_that_a_clone_has_in_part_is_not_listed(root: Path, tmp_path: Path) -> None:
    commit(root, a="1")
    middle = commit(root, a="2")
    last = commit(root, a="3")
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{root}", "cut")
    clone = Repository(tmp_path / "cut")
    assert clone.versions("a", [last], [middle]) == [blob(root, "3")]
    assert clone.versions("a", [last]) is None
    assert clone.versions("a", [last], ["1" * 40]) is None


def test_a_commit_is_its_own_ancestor_and_that_of_what_follows_it(root: Path) -> None:
    first, second = commit(root, a="1"), commit(root, a="2")
    repository = Repository(root)
    assert repository.is_ancestor(first, first)
    assert repository.is_ancestor(first, second)
    assert not repository.is_ancestor(second, first)
    assert not repository.is_ancestor("1" * 40, first)
    assert (repository.parents(second), repository.parents(first)) == ([first], [])


def test_a_folder_below_no_repository_has_none(root: Path, tmp_path: Path) -> None:
    commit(root, a="1")
    (root / "deep" / "er").mkdir(parents=True)
    assert Repository.find(root / "deep" / "er") == Repository.around(root)
    assert Repository.find(tmp_path) is None
