"""A repository can hold a symbolic link at any name: none is written through, none hides what is applied."""

import json
from pathlib import Path

import pytest
from commands import Run
from git_panels import GitPanels
from people import lockfile_of, person

from reconciler.errors import EXIT_DONE, EXIT_INVALID
from reconciler.lockfile.codec import encode

MAIN = ("--base", "origin/main")
FORGED = encode(lockfile_of(person("ada"), person("grace"), person("mallory")))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitPanels:
    """The working directory: a repository with one environment, production, on a branch off main."""
    made = GitPanels(tmp_path / "team")
    monkeypatch.chdir(made.root)
    made.pull_request()
    return made


# Nothing is written through a link


@pytest.fixture
def hook(repository: GitPanels) -> Path:
    """What the next commit would run."""
    hook = repository.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("exit 0\n", encoding="utf-8")
    return hook


def test_fmt_writes_only_the_file_itself(run: Run, repository: GitPanels, hook: Path) -> None:
    file = repository.put(
        "production/members/team.yaml",
        "#!/bin/sh\nmembers:\n- {emailAddress: ada@example.org, city: $(touch PWNED)}\n",
    )
    file.chmod(0o755)
    for name in (".team.yaml.new", "team.yaml.new", ".team.yaml.tmp"):
        file.with_name(name).symlink_to(hook)
    assert run("fmt", str(file)).code == EXIT_DONE
    assert hook.read_text(encoding="utf-8") == "exit 0\n"
    assert "city: $(touch PWNED)" in file.read_text(encoding="utf-8")


def test_suppress_writes_only_the_list_itself(run: Run, repository: GitPanels, hook: Path) -> None:
    (repository.folder / "production" / ".suppressed.txt.new").symlink_to(hook)
    assert run("suppress", "production", "eve@example.org").code == EXIT_DONE
    assert hook.read_text(encoding="utf-8") == "exit 0\n"


def test_suppress_does_not_write_through_a_list_that_is_a_link(run: Run, repository: GitPanels) -> None:
    shared = repository.put("shared/list.txt", "eve@example.org\n")
    (repository.folder / "production" / "suppressed.txt").symlink_to("../shared/list.txt")
    ended = run("suppress", "production", "mallory@example.org")
    assert ended.code == EXIT_INVALID
    assert "panels/production/suppressed.txt: This is a symbolic link" in ended.err
    assert shared.read_text(encoding="utf-8") == "eve@example.org\n"


def test_merging_writes_only_our_file_and_keeps_its_mode(run: Run, tmp_path: Path, hook: Path) -> None:
    ours = tmp_path / "ours"
    for name in ("base", "ours", "theirs"):
        (tmp_path / name).write_bytes(b"" if name == "base" else FORGED)
    ours.chmod(0o664)
    (tmp_path / "ours.new").symlink_to(hook)
    assert (
        run("merge-lockfile", *(str(tmp_path / name) for name in ("base", "ours", "theirs"))).code
        == EXIT_DONE
    )
    assert hook.read_text(encoding="utf-8") == "exit 0\n"
    assert ours.stat().st_mode & 0o777 == 0o664


def test_a_seed_is_not_read_through_a_link(run: Run, repository: GitPanels) -> None:
    repository.put("production/environment.yaml", "embedded: true\n")
    Path("secret").write_text("KEY=4711\n", encoding="utf-8")
    (repository.folder / "production" / "sandbox-seed.csv").symlink_to("../../secret")
    for command in (("sandbox", "show", "production"), ("apply", "production", "--yes")):
        ended = run(*command)
        assert ended.code == EXIT_INVALID
        assert "sandbox-seed.csv: This is a symbolic link" in ended.err
        assert "4711" not in ended.out + ended.err


@pytest.mark.parametrize("option", ["--out", "--report", "--log"])
def test_what_is_asked_for_is_not_saved_through_a_link(
    run: Run, repository: GitPanels, hook: Path, option: str
) -> None:
    repository.put("production/environment.yaml", "embedded: true\n")
    Path("saved.json").symlink_to(hook)
    command = ("plan", "production") if option == "--out" else ("apply", "production", "--yes")
    ended = run(*command, option, "saved.json")
    assert ended.code == EXIT_INVALID
    assert "symbolic link" in ended.err
    assert hook.read_text(encoding="utf-8") == "exit 0\n"
    assert not repository.lockfile.exists()  # it is said before anything is sent


# Nothing is hidden behind a link


def move_behind(repository: GitPanels, path: str) -> Path:
    """Move what is at this path to another place in the repository, and put a link there."""
    at = repository.root / path
    elsewhere = repository.root / ".elsewhere"
    if at.exists():
        at.rename(elsewhere)
    elif path.endswith(("json", "jsonl")):
        elsewhere.write_bytes(FORGED)
    else:
        elsewhere.mkdir()
    at.parent.mkdir(exist_ok=True)
    at.symlink_to(elsewhere)
    return at


LINKS = [
    "panels",
    "panels/production",
    "panels/production/environment.yaml",
    "panels/production/state.lock.json",
    "panels/production/.reconciler",
    "panels/production/.reconciler/journal.jsonl",
    "panels/production/.reconciler/sandbox.sqlite3",
]
COMMANDS = [
    ("validate",),
    ("validate", "production"),
    ("plan", "production"),
    ("plan", "--all"),
    ("apply", "production", "--yes"),
    ("apply", "--all", "--yes"),
    ("state", "list", "production"),
    ("state", "recover", "production"),
]


@pytest.mark.parametrize("link", LINKS)
def test_a_link_where_the_tool_reads_its_own_is_a_mistake(run: Run, repository: GitPanels, link: str) -> None:
    repository.put("production/environment.yaml", "embedded: true\n")
    move_behind(repository, link)
    for command in COMMANDS:
        ended = run(*command)
        assert ended.code == EXIT_INVALID, command
        assert f"{link}: This is a symbolic link" in ended.err, command


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("which", ["production", "--all"])
def test_a_pull_request_that_adds_such_a_link_fails(
    run: Run, repository: GitPanels, link: str, which: str
) -> None:
    move_behind(repository, link)
    repository.git("add", "--all", "--force")
    repository.git("commit", "--quiet", "--message", "Change")
    ended = run("plan", which, *MAIN, "--format", "json")
    assert ended.code == EXIT_INVALID
    document = json.loads(ended.out)
    assert any("symbolic link" in problem["message"] for problem in document["problems"])
    assert not document.get("unaffected")


def test_a_new_environment_behind_a_link_is_not_passed_over(run: Run, repository: GitPanels) -> None:
    repository.environment("../.p2/x", "embedded: true\n")
    repository.declare("mallory", to="../.p2/x")
    (repository.folder / "staging").symlink_to("../.p2/x")
    repository.commit()
    ended = run("plan", "--all", *MAIN, "--format", "json")
    assert ended.code == EXIT_INVALID
    assert "panels/staging" in json.loads(ended.out)["problems"][0]["file"]


def test_panels_behind_a_linked_folder_of_the_repository_are_not_compared(
    run: Run, repository: GitPanels
) -> None:
    (repository.root / ".hidden").mkdir()
    repository.folder.rename(repository.root / ".hidden" / "panels")
    (repository.root / "conf").symlink_to(".hidden")
    repository.commit()
    ended = run("--panels", "conf/panels", "plan", "production", *MAIN)
    assert ended.code == EXIT_INVALID
    assert "conf: This is a symbolic link" in ended.err


def test_a_base_with_such_a_link_is_one_that_cannot_be_read(run: Run, repository: GitPanels) -> None:
    repository.on_main()
    real, link = repository.folder / ".real", repository.folder / "production"
    link.rename(real)
    link.symlink_to(".real")
    repository.commit()
    repository.push()
    repository.pull_request("mended")
    link.unlink()
    real.rename(link)
    repository.commit()
    ended = run("plan", "--all", *MAIN, "--format", "json")
    assert ended.code == EXIT_DONE, ended.err
    (plan,) = json.loads(ended.out)["plans"]
    assert not plan["base"]["is_readable"]


# Names that differ only in case


def twins(repository: GitPanels) -> None:
    repository.environment("Production", "embedded: true\n")
    repository.declare("mallory", to="Production")


@pytest.mark.parametrize("name", ["production", "Production"])
@pytest.mark.parametrize("command", ["validate", "plan", "apply"])
def test_environments_whose_names_differ_only_in_case_are_a_mistake(
    run: Run, repository: GitPanels, command: str, name: str
) -> None:
    twins(repository)
    ended = run(command, name)
    assert ended.code == EXIT_INVALID
    assert f"panels/{name}: " in ended.err
    assert "differ only in upper and lower case" in ended.err


def test_all_environments_of_such_names_are_named(run: Run, repository: GitPanels) -> None:
    twins(repository)
    document = json.loads(run("validate", "--format", "json").out)
    assert {problem["file"] for problem in document["problems"]} == {"panels/production", "panels/Production"}


def test_a_pull_request_that_takes_one_of_them_away_can_be_planned(run: Run, repository: GitPanels) -> None:
    repository.on_main()
    twins(repository)
    repository.commit()
    repository.push()
    repository.pull_request("mended")
    repository.git("rm", "-rq", "panels/Production")
    repository.commit()
    ended = run("plan", "--all", *MAIN, "--format", "json")
    assert ended.code == EXIT_DONE, ended.err
    assert json.loads(ended.out)["taken_away"] == ["Production"]


def test_a_folder_without_settings_is_no_environment_of_such_a_name(run: Run, repository: GitPanels) -> None:
    (repository.folder / "PRODUCTION").mkdir()
    assert run("validate").code == EXIT_DONE
