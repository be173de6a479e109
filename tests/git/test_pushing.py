"""A push that is never forced, and how it ends."""

from pathlib import Path

import pytest
from clones import Clone, Origin
from plain_git import git

from reconciler.git.remote import File, Pushed, PushEnd, Remote, commit_file
from reconciler.git.repository import Repository


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path, own_branch=False)


@pytest.fixture
def clone(origin: Origin) -> Clone:
    return origin.clone("ours")


@pytest.fixture
def remote(clone: Clone) -> Remote:
    return Remote.of(Repository.around(clone.folder), "origin")


def commit_on(remote: Remote, *parents: str, content: bytes = b"") -> str:
    return commit_file(remote.repository, parents, File("file.txt", content), "Why\n")


def tip(origin: Origin, branch: str = "main") -> str:
    return git(origin.folder, "rev-parse", branch)


def on_main(origin: Origin, remote: Remote, content: bytes = b"") -> Pushed:
    """Push a new commit on the tip of main."""
    before = tip(origin)
    return remote.push(commit_on(remote, before, content=content), "main", before=before)


def test_a_branch_goes_on_to_a_commit_on_its_tip(origin: Origin, remote: Remote) -> None:
    before = tip(origin)
    commit = commit_on(remote, before)
    assert remote.push(commit, "main", before=before) == Pushed(PushEnd.DONE)
    assert tip(origin) == commit


def test_a_push_is_not_signed_by_hand_whatever_the_settings_say(
    origin: Origin, clone: Clone, remote: Remote
) -> None:
    clone.git("config", "push.gpgSign", "true")
    assert on_main(origin, remote) == Pushed(PushEnd.DONE)


def test_a_branch_that_moved_meanwhile_is_left_alone(origin: Origin, remote: Remote) -> None:
    before = tip(origin)
    first, second = (commit_on(remote, before, content=content) for content in (b"1", b"2"))
    remote.push(first, "main", before=before)
    assert remote.push(second, "main", before=before).end is PushEnd.NON_FAST_FORWARD
    assert tip(origin) == first


def test_a_branch_is_made_only_where_there_is_none(origin: Origin, remote: Remote) -> None:
    first, second = (commit_on(remote, content=content) for content in (b"1", b"2"))
    assert remote.push(first, "state", before=None).end is PushEnd.DONE
    assert remote.push(second, "state", before=None).end is PushEnd.NON_FAST_FORWARD
    assert tip(origin, "state") == first


def test_a_branch_is_deleted_only_where_it_is_as_it_was(origin: Origin, remote: Remote) -> None:
    commit = commit_on(remote)
    remote.push(commit, "fallback", before=None)
    assert remote.delete("fallback", before=tip(origin)).end is PushEnd.NON_FAST_FORWARD
    assert remote.delete("fallback", before=commit).end is PushEnd.DONE
    assert origin.branches() == ["main"]
    assert remote.last_known("fallback") is None


def test_a_server_that_declines_is_quoted(origin: Origin, remote: Remote) -> None:
    origin.protect("#!/bin/sh\necho 'error: GH013: Repository rule violations found' >&2\nexit 1\n")
    ended = on_main(origin, remote)
    assert ended == Pushed(PushEnd.DECLINED, "error: GH013: Repository rule violations found")


def test_a_server_that_declines_without_a_word_is_quoted_too(origin: Origin, remote: Remote) -> None:
    origin.protect("#!/bin/sh\nexit 1\n")
    assert on_main(origin, remote) == Pushed(PushEnd.DECLINED, "pre-receive hook declined")


def test_a_ref_that_is_locked_over_there_is_a_lost_race(origin: Origin, remote: Remote) -> None:
    (origin.folder / "refs" / "heads" / "main.lock").touch()
    assert on_main(origin, remote).end is PushEnd.NON_FAST_FORWARD


def test_a_remote_that_is_gone_is_a_failure_without_credentials_in_it(clone: Clone, remote: Remote) -> None:
    clone.git("remote", "set-url", "origin", "https://user:s3cret@127.0.0.1:1/panels.git")
    ended = remote.push(commit_on(remote), "main", before=None)
    assert ended.end is PushEnd.FAILED
    assert "https://127.0.0.1:1/panels.git" in ended.reason
    assert "s3cret" not in ended.reason


def test_hooks_of_the_clone_are_not_run(clone: Clone, origin: Origin, remote: Remote) -> None:
    hook = clone.folder / ".git" / "hooks" / "pre-push"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert on_main(origin, remote).end is PushEnd.DONE


def test_what_was_pushed_is_noted_also_in_a_clone_that_follows_one_branch(origin: Origin) -> None:
    clone = origin.clone("narrow", "--single-branch")
    remote = Remote.of(Repository.around(clone.folder), "origin")
    commit = commit_on(remote)
    remote.push(commit, "state", before=None)
    assert clone.git("rev-parse", "origin/state") == commit


def test_what_was_not_pushed_is_not_noted(clone: Clone, remote: Remote) -> None:
    known = clone.git("rev-parse", "origin/main")
    assert remote.push(commit_on(remote), "main", before=None).end is PushEnd.NON_FAST_FORWARD
    assert remote.last_known("main") == known
