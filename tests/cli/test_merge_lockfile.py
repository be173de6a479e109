"""The merge driver, by itself and as the real git calls it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import Ended, Run
from msgspec import structs
from people import PUSHED, lockfile_of, person, present
from plain_git import BY_ADA

from reconciler.cli.merge_lockfile import EXIT_NOT_MERGED
from reconciler.errors import EXIT_DONE, EXIT_INVALID
from reconciler.lockfile.codec import decode_any, encode
from reconciler.lockfile.model import Lockfile, Outcome, Unconfirmed

LATER = "2026-11-23T10:00:00Z"
LOCKFILE = "panels/p/state.lock.json"
ADA, BOB, CY, DEE = (person(name) for name in ("ada", "bob", "cy", "dee"))


def pushed_with(city: str, pushed: str = PUSHED) -> Lockfile:
    """A lockfile in which a push found Ada there already, and whether her city arrived is unknown."""
    entry = present(person("ada", city=city), Outcome.EXISTING)
    return lockfile_of().with_entries({"ada@example.org": structs.replace(entry, pushed=pushed)})


class Files:
    """The three files that git gives to a merge driver."""

    def __init__(self, folder: Path) -> None:
        self.base, self.ours, self.theirs = (folder / f".merge_file_{name}" for name in ("O", "A", "B"))

    def write(self, base: bytes, ours: bytes, theirs: bytes) -> None:
        for file, data in ((self.base, base), (self.ours, ours), (self.theirs, theirs)):
            file.write_bytes(data)

    def arguments(self, *more: str) -> tuple[str, ...]:
        return ("merge-lockfile", str(self.base), str(self.ours), str(self.theirs), *more)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.chdir(tmp_path)
    return Files(tmp_path)


def test_the_result_replaces_ours_in_the_lockfiles_own_bytes(run: Run, files: Files) -> None:
    files.write(encode(lockfile_of(ADA)), encode(lockfile_of(ADA, BOB)), encode(lockfile_of(CY)))
    assert run(*files.arguments(LOCKFILE)) == Ended(EXIT_DONE, "", "")
    assert files.ours.read_bytes() == encode(lockfile_of(BOB, CY))


def test_an_empty_base_is_none(run: Run, files: Files) -> None:
    files.write(b"", encode(lockfile_of(ADA)), encode(lockfile_of(BOB)))
    assert run(*files.arguments()).code == EXIT_DONE
    assert files.ours.read_bytes() == encode(lockfile_of(ADA, BOB))


def test_nothing_else_is_left_and_the_file_is_as_private_as_before(run: Run, files: Files) -> None:
    files.write(b"", encode(lockfile_of(ADA)), encode(lockfile_of(BOB)))
    files.ours.chmod(0o600)
    run(*files.arguments())
    assert sorted(path.name for path in files.ours.parent.iterdir()) == [
        ".merge_file_A",
        ".merge_file_B",
        ".merge_file_O",
    ]
    assert files.ours.stat().st_mode & 0o777 == 0o600


def test_a_conflict_is_named_with_how_to_settle_it_and_the_result_is_a_lockfile(
    run: Run, files: Files
) -> None:
    files.write(b"", encode(pushed_with("Paris")), encode(pushed_with("Rome", LATER)))
    ended = run(*files.arguments("panels/a b/state.lock.json"))
    assert ended.code == EXIT_INVALID
    assert ended.err.startswith("panels/a b/state.lock.json: The two sides disagree about ada@example.org: ")
    assert "`git show ':2:panels/a b/state.lock.json'` (ours)" in ended.err
    assert "`git show ':3:panels/a b/state.lock.json'` (theirs)" in ended.err
    assert "`git add 'panels/a b/state.lock.json'`" in ended.err
    assert files.ours.read_bytes() == encode(pushed_with("Rome", LATER))


def test_a_conflict_shows_no_person_where_ci_reads_along(
    run: Run, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    files.write(b"", encode(pushed_with("Paris")), encode(pushed_with("Rome")))
    told = run(*files.arguments(LOCKFILE)).err
    assert "a…@example.org" in told
    assert "They differ in city" in told
    assert not [word for word in ("ada@", "Paris", "Rome") if word in told]


SOUND = encode(lockfile_of(ADA))


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "words"),
    [
        (SOUND, SOUND, b"{", f"{LOCKFILE} (theirs):1:2: The lockfile is not JSON"),
        (SOUND, b"", SOUND, f"{LOCKFILE} (ours):1:1: The lockfile is not JSON"),
        (b"[]", SOUND, SOUND, f"{LOCKFILE} (base): The lockfile doesn't hold a JSON object"),
        (SOUND, SOUND, SOUND.replace(b'"format":1', b'"format":2'), "The lockfile's format is 2"),
        (SOUND, SOUND, SOUND.replace(b'"p"', b'"q"'), "The two sides are about different panels: p at "),
    ],
)
def test_a_side_that_cannot_be_read_ends_the_merge_and_leaves_ours(
    run: Run, files: Files, base: bytes, ours: bytes, theirs: bytes, words: str
) -> None:
    files.write(base, ours, theirs)
    ended = run(*files.arguments(LOCKFILE))
    assert ended.code == EXIT_NOT_MERGED
    assert words in ended.err
    assert "The lockfiles were not merged, and ours is as it was." in ended.err
    assert files.ours.read_bytes() == ours


class Repository:
    """A git repository with the driver installed and these attributes, on the branch `main`."""

    def __init__(self, folder: Path, attributes: bytes) -> None:
        self.folder = folder
        self.lockfile = folder / LOCKFILE
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git(
            "config",
            "merge.reconciler.driver",
            f"'{sys.executable}' -m reconciler merge-lockfile %O %A %B %P",
        )
        (folder / ".gitattributes").write_bytes(attributes)
        self.git("add", ".gitattributes")
        self.git("commit", "--quiet", "--message", "Begin")

    def git(self, *arguments: str, fails: bool = False) -> str:
        """Run git, to its success or failure; returns all that it and the driver print."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **BY_ADA},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert bool(done.returncode) is fails, done.stdout
        return done.stdout

    def commit(self, lockfile: Lockfile | bytes) -> None:
        """Commit a lockfile on the branch that is checked out."""
        self.lockfile.parent.mkdir(parents=True, exist_ok=True)
        self.lockfile.write_bytes(lockfile if isinstance(lockfile, bytes) else encode(lockfile))
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", "Apply")

    def branch(self, lockfile: Lockfile | bytes) -> None:
        """Commit a lockfile on the new branch `other`, and come back to main."""
        self.git("checkout", "--quiet", "-b", "other")
        self.commit(lockfile)
        self.git("checkout", "--quiet", "main")


@pytest.fixture
def repository(tmp_path: Path, repo: Path) -> Repository:
    return Repository(tmp_path, (repo / ".gitattributes").read_bytes())


def test_git_merges_neighbouring_additions_and_a_removal(repository: Repository) -> None:
    repository.commit(lockfile_of(ADA, DEE))
    repository.branch(lockfile_of(ADA, CY, DEE))
    repository.commit(lockfile_of(BOB, DEE))
    repository.git("merge", "--quiet", "other")
    assert repository.lockfile.read_bytes() == encode(lockfile_of(BOB, CY, DEE))
    assert repository.git("status", "--porcelain") == ""


def test_where_git_does_not_find_the_program_the_line_on_the_page_leaves_conflict_marks(
    repository: Repository, repo: Path
) -> None:
    page = (repo / "docs" / "merging.md").read_text(encoding="utf-8")
    (line,) = re.findall(r'driver "(reconciler [^"]* \|\| [^"]*)"', page)
    repository.git("config", "merge.reconciler.driver", line.replace("reconciler", "not-on-the-path", 1))
    repository.commit(lockfile_of(ADA, DEE))
    repository.branch(lockfile_of(ADA, CY, DEE))
    repository.commit(lockfile_of(BOB, DEE))
    repository.git("merge", "--quiet", "other", fails=True)
    assert b"<<<<<<<" in repository.lockfile.read_bytes()


def test_git_merges_lockfiles_that_both_sides_added_with_sections_that_both_began(
    repository: Repository,
) -> None:
    doubted = {f"{name}@example.org": Unconfirmed(PUSHED, person(name)) for name in ("bob", "cy")}
    one, other = ({key: entry} for key, entry in doubted.items())
    repository.branch(lockfile_of(ADA, unconfirmed=one))
    repository.commit(lockfile_of(DEE, unconfirmed=other))
    repository.git("merge", "--quiet", "other")
    assert repository.lockfile.read_bytes() == encode(lockfile_of(ADA, DEE, unconfirmed=doubted))


def test_git_rebases_with_the_driver_too(repository: Repository) -> None:
    repository.commit(lockfile_of(ADA))
    repository.branch(lockfile_of(ADA, CY))
    repository.commit(lockfile_of(ADA, BOB))
    repository.git("rebase", "--quiet", "other")
    assert repository.lockfile.read_bytes() == encode(lockfile_of(ADA, BOB, CY))


def test_a_conflict_stops_git_with_a_lockfile_in_place_and_both_sides_to_look_at(
    repository: Repository,
) -> None:
    repository.commit(lockfile_of(BOB))
    repository.branch(pushed_with("Rome", LATER))
    repository.commit(pushed_with("Paris"))
    told = repository.git("merge", "other", fails=True)
    assert f"{LOCKFILE}: The two sides disagree about ada@example.org" in told
    assert f"CONFLICT (content): Merge conflict in {LOCKFILE}" in told
    assert decode_any(repository.lockfile.read_bytes(), file=LOCKFILE) == pushed_with("Rome", LATER)
    assert repository.git("show", f":2:{LOCKFILE}").encode() == encode(pushed_with("Paris"))
    assert repository.git("show", f":3:{LOCKFILE}").encode() == encode(pushed_with("Rome", LATER))
    repository.git("add", LOCKFILE)
    repository.git("commit", "--quiet", "--no-edit")


def test_a_side_that_cannot_be_read_fails_the_merge_and_commits_nothing(repository: Repository) -> None:
    repository.commit(lockfile_of(ADA))
    repository.branch(b"<<<<<<< ours\n")
    repository.commit(lockfile_of(ADA, BOB))
    head = repository.git("rev-parse", "HEAD")
    told = repository.git("merge", "other", fails=True)
    assert f"{LOCKFILE} (theirs):1: The lockfile holds the markers of a merge conflict." in told
    assert repository.git("rev-parse", "HEAD") == head
    assert repository.lockfile.read_bytes() == encode(lockfile_of(ADA, BOB))


def test_branches_that_were_merged_both_ways_before_are_merged_again(repository: Repository) -> None:
    repository.commit(lockfile_of(ADA))
    repository.branch(lockfile_of(ADA, BOB))
    repository.commit(lockfile_of(ADA, CY))
    repository.git("branch", "before")
    repository.git("merge", "--quiet", "other")
    repository.git("checkout", "--quiet", "other")
    repository.git("merge", "--quiet", "before")
    repository.commit(lockfile_of(ADA, BOB, CY, DEE))
    repository.git("checkout", "--quiet", "main")
    repository.commit(lockfile_of(BOB, CY))
    repository.git("merge", "--quiet", "other")
    assert repository.lockfile.read_bytes() == encode(lockfile_of(BOB, CY, DEE))
