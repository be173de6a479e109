"""Git as a process: what it inherits, and how long it may take."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from git_panels import GitPanels
from plain_git import git

from reconciler.cli.main import main
from reconciler.errors import InvalidInput
from reconciler.git import remote as remote_module
from reconciler.git.remote import Remote
from reconciler.git.repository import Repository

KEY, SECRET = "key-of-the-panel-4711", "secret-of-the-lists-0123456789abcdef"


@pytest.fixture
def spy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git before the real one on PATH, which writes its environment into this file."""
    seen = tmp_path / "seen"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    path = os.environ["PATH"]
    program.write_text(f'#!/bin/sh\nenv >> "{seen}"\nPATH="{path}" exec git "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{path}")
    return seen


SETTINGS = "datacenter: eu\napi_key: {{env: {}}}\nsuppression_secret: {{env: LIST_SECRET}}\n"


@pytest.mark.parametrize(
    "command", [["plan", "production", "--base", "main"], ["plan", "--all", "--base", "main"]]
)
def test_git_inherits_neither_keys_nor_the_suppression_secret(
    command: list[str], spy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panels = GitPanels(tmp_path / "team")
    panels.environment("production", SETTINGS.format("KEY"))
    panels.environment("staging", SETTINGS.format("STAGING_KEY"))
    panels.environment("quoted", '{"datacenter": "eu", "api_key": {"env": "QUOTED_KEY"}}')
    monkeypatch.chdir(panels.root)
    for name in ("KEY", "STAGING_KEY", "QUOTED_KEY", "QUESTIONPRO_ELSEWHERE"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("LIST_SECRET", SECRET)
    monkeypatch.setenv("UNRELATED", "kept")
    main(command)
    inherited = spy.read_text(encoding="utf-8")
    assert "UNRELATED=kept" in inherited
    assert KEY not in inherited
    assert SECRET not in inherited


@pytest.fixture
def silence() -> Iterator[socket.socket]:
    """A server that takes connections, and never says anything."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


@pytest.mark.parametrize("scheme", ["http", "git"])
def test_a_remote_that_never_answers_is_given_up_and_nothing_is_left_running(
    scheme: str, silence: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "--quiet", "team")
    root = tmp_path / "team"
    git(root, "remote", "add", "origin", f"{scheme}://127.0.0.1:{silence.getsockname()[1]}/team.git")
    monkeypatch.setattr(remote_module, "NETWORK_SECONDS", 1)
    with pytest.raises(InvalidInput, match=r'"origin".*no answer within 1 s'):
        Remote.of(Repository.around(root), "origin").fetch("main")
    connection, _ = silence.accept()
    with connection:
        connection.settimeout(30)
        while connection.recv(4096):  # what was asked; then the end, since nobody waits for an answer
            pass
