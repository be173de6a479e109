"""The environment's lock: what a file system can't do is said, and no file of another process is touched."""

import errno
import fcntl
import os
from pathlib import Path
from typing import NoReturn

import pytest

from reconciler.environment.model import EMBEDDED_TARGET, Environment
from reconciler.errors import EXIT_INVALID, DiskFailure, Refusal
from reconciler.files import TEMPORARY
from reconciler.lockfile.lock import environment_lock


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment("p", tmp_path, EMBEDDED_TARGET, None, ())


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS])
def test_a_file_system_without_locks_is_refused_in_words(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def flock(_descriptor: int, _operation: int) -> NoReturn:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(DiskFailure) as caught, environment_lock(environment):
        pytest.fail("it was locked")
    assert caught.value.exit_code == EXIT_INVALID
    assert "has no locks" in str(caught.value)
    assert "space" not in str(caught.value)


def test_it_is_free_again_after_each_use(environment: Environment) -> None:
    for _ in range(3):
        with environment_lock(environment), pytest.raises(Refusal), environment_lock(environment):
            pytest.fail("it was locked twice")


def test_what_a_killed_process_left_half_written_goes_and_all_else_stays(environment: Environment) -> None:
    folder = environment.working_folder
    folder.mkdir()
    names = [f"{TEMPORARY}x", "notes.new", "journal.jsonl", "verdict.new"]
    for name in names:
        (folder / name).touch()
    with environment_lock(environment):
        assert sorted(path.name for path in folder.iterdir()) == sorted([*names[1:], ".gitignore", "lock"])


def test_a_lock_file_that_is_a_link_is_not_followed(environment: Environment) -> None:
    environment.working_folder.mkdir()
    victim = environment.folder / "victim"
    victim.write_text("victim", encoding="utf-8")
    (environment.working_folder / "lock").symlink_to(victim)
    with pytest.raises(DiskFailure, match="symbolic link"), environment_lock(environment):
        pytest.fail("it was locked")
    assert victim.read_text(encoding="utf-8") == "victim"
