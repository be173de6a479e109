"""`state publish` and its place in the loop: plan, apply, publish, with real git and the real sandbox."""

import json
from pathlib import Path

import pytest
from clones import FALLBACK, LOCKFILE, SIGNED_ONLY, STATE, Clone, Origin, lockfile_of
from commands import Run
from github_commits import GITHUB
from github_stand_in import REPOSITORY, TOKEN, GitHubStandIn
from people import NOTHING_YET
from world import KEY, Sandbox

from reconciler.apply.journal import Journal
from reconciler.errors import EXIT_DONE, EXIT_INCOMPLETE, EXIT_INVALID, EXIT_USAGE
from reconciler.files import prepare_working_folder
from reconciler.lockfile.codec import decode_any
from reconciler.lockfile.file import LockfileFile

PUBLISH = ("state", "publish", "production")


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path, own_branch=True)


@pytest.fixture
def clone(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> Clone:
    """A clone, which is the working directory."""
    made = origin.clone("ours")
    monkeypatch.chdir(made.folder)
    return made


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Origin, Clone]:
    """Where the lockfile is committed to main; the clone is the working directory."""
    origin = Origin(tmp_path, own_branch=False, lockfile=lockfile_of("ada"))
    made = origin.clone("ours")
    monkeypatch.chdir(made.folder)
    return origin, made


def declare(clone: Clone, *names: str) -> None:
    lines = "".join(f"  - emailAddress: {name}@example.org\n" for name in names)
    (clone.panels / "production" / "members" / "team.yaml").write_text(f"members:\n{lines}")


def test_it_says_in_one_line_what_happened(run: Run, clone: Clone) -> None:
    first = run(*PUBLISH)
    assert first.code == EXIT_DONE
    commit = clone.git("rev-parse", "--short=12", f"origin/{STATE}")
    assert first.out == f"production: published to {STATE} at origin, commit {commit}.\n"
    assert first.err == ""
    again = run(*PUBLISH)
    assert again == (EXIT_DONE, f"production: nothing to publish; {STATE} at origin holds all of it.\n", "")


def test_commits_are_github_s_where_that_is_asked_for(
    run: Run, beside: tuple[Origin, Clone], monkeypatch: pytest.MonkeyPatch
) -> None:
    origin, clone = beside
    origin.protect(SIGNED_ONLY)
    clone.apply("bob")
    with GitHubStandIn() as github:
        github.origin = origin.folder
        for name, value in github.environ().items():
            monkeypatch.setenv(name, value)
        published = run(*PUBLISH, "--signed-by-github")
        tested = run(*PUBLISH, "--signed-by-github", "--test-push")
    assert (published.code, tested.code) == (EXIT_DONE, EXIT_DONE)
    assert published.out.startswith("production: published to main at origin, commit ")
    assert clone.git("log", "-2", "--format=%ce", "origin/main").split() == [GITHUB, GITHUB]


@pytest.mark.parametrize("missing", ["GITHUB_TOKEN", "GITHUB_REPOSITORY"])
def test_outside_of_a_job_on_github_it_names_the_variable_that_is_missing(
    run: Run, origin: Origin, clone: Clone, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    LockfileFile(clone.environment).write(lockfile_of("bob"))
    for name, value in {"GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN, missing: ""}.items():
        monkeypatch.setenv(name, value)
    ended = run(*PUBLISH, "--signed-by-github")
    assert ended.code == EXIT_INVALID
    assert missing in ended.err
    assert origin.branches() == ["main"]


def test_an_embedded_environment_has_nothing_to_publish(run: Run, clone: Clone) -> None:
    (clone.panels / "production" / "environment.yaml").write_text("embedded: true\n")
    ended = run(*PUBLISH)
    assert (ended.code, ended.out) == (
        EXIT_DONE,
        "production: nothing to publish for an embedded environment.\n",
    )


def test_the_loop_from_plan_to_plan(
    run: Run, clone: Clone, origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", KEY)
    with Sandbox(tmp_path) as sandbox:
        settings = f"base_url: {sandbox.base_url}\napi_key: {{env: KEY}}\nlockfile: {{branch: {STATE}}}\n"
        (clone.panels / "production" / "environment.yaml").write_text(settings)
        declare(clone, "ada", "grace")
        assert run(*PUBLISH).code == EXIT_DONE
        assert run("apply", "production", "--yes").code == EXIT_DONE
        assert run("plan", "production", "--detailed-exitcode").code == EXIT_DONE
        assert run(*PUBLISH).code == EXIT_DONE
    assert not clone.path.exists()
    assert run("plan", "production", "--detailed-exitcode").code == EXIT_DONE
    assert run("state", "rm", "production", "ada@example.org", "--yes").code == EXIT_DONE
    assert run(*PUBLISH).code == EXIT_DONE
    assert origin.names(STATE) == ["grace"]


def test_status_says_where_the_branch_is_not_fetched_instead_of_counting_nobody(
    run: Run, clone: Clone
) -> None:
    declare(clone, "ada")
    (found,) = json.loads(run("status", "--format", "json").out)["environments"]
    assert found["unfetched"] == STATE
    assert "branch not fetched" in run("status").out


def test_a_plan_says_where_the_branch_is_not_fetched(run: Run, clone: Clone) -> None:
    declare(clone, "ada")
    ended = run("plan", "production")
    assert ended.code == EXIT_DONE
    assert f"The branch {STATE} is not fetched here, or doesn't exist yet" in ended.out
    assert f"`git fetch origin {STATE}:refs/remotes/origin/{STATE}`" in ended.out
    assert "There is no lockfile" not in ended.out


@pytest.mark.parametrize(
    "command",
    [
        ("apply", "production", "--yes"),
        ("apply", "production"),
        ("state", "list", "production"),
        ("state", "show", "production", "ada@example.org"),
        ("state", "recover", "production"),
        ("state", "rm", "production", "ada@example.org"),
    ],
    ids=" ".join,
)
def test_what_needs_the_lockfile_is_an_error_until_it_is_fetched(
    run: Run, clone: Clone, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", KEY)
    declare(clone, "ada")
    ended = run(*command)
    assert ended.code == EXIT_INVALID
    assert "`reconciler state publish production` makes it" in ended.err
    assert not clone.path.exists()


def test_a_plan_counts_members_that_two_sides_disagree_about(run: Run, clone: Clone, origin: Origin) -> None:
    for side, name in ((clone, "Ours"), (origin.clone("others"), "Theirs")):
        LockfileFile(side.environment).write(lockfile_of("ada", firstName=name))
        if side is not clone:
            side.publish()
    clone.git("fetch", "-q")
    assert "disagree about 1 member" in run("plan", "production").out
    ended = run(*PUBLISH, "--mask")
    assert "disagree about a…@example.org" in ended.err
    assert "ada@" not in ended.err + ended.out


def test_a_journal_is_not_published_and_that_is_said(run: Run, clone: Clone) -> None:
    prepare_working_folder(clone.environment.working_folder)
    Journal.begin(clone.environment, [], NOTHING_YET, started="2026-11-23T09:00:00Z").close()
    ended = run(*PUBLISH)
    assert ended.code == EXIT_DONE
    assert "`reconciler state recover production`" in ended.err


def test_a_file_under_version_control_is_said(run: Run, clone: Clone) -> None:
    LockfileFile(clone.environment).write(lockfile_of("ada"))
    clone.git("add", LOCKFILE)
    assert f"`git rm --cached {LOCKFILE}`" in run(*PUBLISH).err


def test_a_protected_branch_is_explained_and_nothing_is_lost(run: Run, beside: tuple[Origin, Clone]) -> None:
    origin, clone = beside
    clone.apply("grace")
    origin.protect()
    ended = run(*PUBLISH, "--mask")
    assert ended.code == EXIT_INCOMPLETE
    assert ended.out == f"production: saved on {FALLBACK} at origin, since main at origin declined it.\n"
    for fact in (
        "GH006: Protected branch update failed for refs/heads/main.",
        FALLBACK,
        "`reconciler state publish production`",
        "lockfile: {branch: reconciler-state}",
    ):
        assert fact in ended.err
    assert "@example.org" not in ended.err


def test_what_is_on_the_fallback_branch_is_a_whole_lockfile(run: Run, beside: tuple[Origin, Clone]) -> None:
    origin, clone = beside
    clone.apply("grace")
    origin.protect()
    run(*PUBLISH)
    assert decode_any(clone.path.read_bytes(), file="here") == origin.lockfile(FALLBACK)


def test_another_remote_is_wrong_use_where_the_settings_say_it(run: Run, clone: Clone) -> None:
    assert run(*PUBLISH, "--remote", "upstream").code == EXIT_USAGE
    assert not clone.path.exists()


def test_a_test_push_changes_no_file_and_leaves_the_clone_as_it_was(
    run: Run, beside: tuple[Origin, Clone]
) -> None:
    origin, clone = beside
    before = clone.untouched()
    ended = run(*PUBLISH, "--branch", "main", "--test-push")
    assert (ended.code, ended.err) == (EXIT_DONE, "")
    assert (clone.untouched(), origin.commits("main"), origin.names("main")) == (before, 2, ["ada"])
    assert clone.git("diff", "--stat", "origin/main^", "origin/main") == ""


def test_a_test_push_is_none_where_there_is_something_to_publish(
    run: Run, clone: Clone, origin: Origin
) -> None:
    assert run(*PUBLISH, "--test-push").code == EXIT_DONE
    assert origin.commits(STATE) == 1
    clone.apply("ada")
    assert run(*PUBLISH, "--test-push").code == EXIT_DONE
    assert origin.commits(STATE) == 2


def test_a_test_push_that_the_server_declines_says_what_to_configure(
    run: Run, beside: tuple[Origin, Clone]
) -> None:
    origin, _ = beside
    origin.protect()
    ended = run(*PUBLISH, "--branch", "main", "--test-push")
    assert (ended.code, ended.out) == (EXIT_INVALID, "")
    assert "GH006" in ended.err
    assert "lockfile: {branch: reconciler-state}" in ended.err
    assert origin.branches() == ["main"]
