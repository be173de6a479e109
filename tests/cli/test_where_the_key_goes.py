"""A key goes where a reviewer saw it go: targets in plans and questions, and warnings of changed settings."""

import json
import os
from pathlib import Path

import pytest
from commands import TARGET, Panels, Run
from git_panels import GitPanels
from socket_vendor import SocketVendor
from terminal import converse
from world import World

FIRST = "datacenter: eu\napi_key: {env: KEY}\n"
MAIN = ("--base", "origin/main")
EVIL = "https://evil.example/a/api/v2"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitPanels:
    """A pull request's branch over `main`, checked out in the working directory."""
    made = GitPanels(tmp_path / "team")
    monkeypatch.chdir(made.root)
    made.pull_request()
    return made


# In plans and questions


@pytest.mark.parametrize("chosen", ["text", "markdown", "github"])
@pytest.mark.parametrize("which", ["production", "--all"])
def test_a_plan_names_its_target_in_its_first_lines(
    run: Run, panels: Panels, chosen: str, which: str
) -> None:
    del panels
    shown = run("plan", which, "--format", chosen, "--mask").out
    assert TARGET in "\n".join(shown.splitlines()[:3])


def test_a_summary_without_room_for_plans_names_each_target(run: Run, panels: Panels) -> None:
    panels.environment("staging", FIRST.replace("eu", "ca"))
    panels.declare(*(f"member-{number}" for number in range(40)))
    shown = run("plan", "--all", "--format", "markdown", "--max-bytes", "1200").out
    assert "+ " not in shown
    assert TARGET in shown
    assert TARGET.replace("eu", "ca") in shown


def test_the_question_names_the_target_and_where_the_key_comes_from(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment(base_url="http://127.0.0.1:9/a/api/v2")
    world.members("ada@example.org")
    ended = converse(world, ["apply", "p"], ["n\n"])
    (question,) = (line for line in ended.shown.splitlines() if "[y/N]" in line)
    assert "http://127.0.0.1:9/a/api/v2" in question
    assert "the variable KEY" in question
    assert ended.code == 4


# RECONCILER_HOSTS


HOSTS = "RECONCILER_HOSTS"
DONE, INVALID, REFUSED = 0, 1, 4


@pytest.mark.parametrize("hosts", ["api.questionpro.com", "example.org, questionpro.eu", "eu"])
def test_a_key_is_not_even_read_for_a_host_that_is_not_allowed(
    run: Run, panels: Panels, hosts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = panels.folder / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setenv(HOSTS, hosts)
    for source in ("{env: NOT_SET}", "{file: ../pipe}"):
        panels.environment("production", f"datacenter: eu\napi_key: {source}\n")
        ended = run("apply", "production", "--yes")
        assert ended.code == REFUSED
        assert "api.questionpro.eu" in ended.err
        assert HOSTS in ended.err
        assert not panels.lockfile.exists()


@pytest.mark.parametrize(
    "hosts",
    [
        "",
        " ",
        "api.questionpro.eu",
        "API.QuestionPro.EU",
        "x.org,api.questionpro.eu",
        "x\tapi.questionpro.eu",
    ],
)
def test_an_allowed_host_gets_as_far_as_the_key(
    run: Run, panels: Panels, hosts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    panels.environment("production", "datacenter: eu\napi_key: {env: NOT_SET}\n")
    monkeypatch.setenv(HOSTS, hosts)
    ended = run("apply", "production", "--yes")
    assert ended.code == INVALID
    assert "NOT_SET is not set" in ended.err


def test_neither_this_machine_nor_the_embedded_sandbox_needs_to_be_allowed(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment("embedded")
    world.members("ada@example.org", name="embedded")
    with SocketVendor() as vendor:
        world.environment(base_url=vendor.base_url)
        world.members("ada@example.org")
        for name in ("p", "embedded"):
            assert world.run("apply", name, "--yes", env={HOSTS: "example.org"}).code == DONE


def test_where_there_is_nothing_to_send_no_host_is_refused(
    run: Run, panels: Panels, monkeypatch: pytest.MonkeyPatch
) -> None:
    panels.declare()
    panels.write("members: []\n")
    monkeypatch.setenv(HOSTS, "example.org")
    assert run("apply", "production", "--yes").code == DONE
    assert run("plan", "production").code == DONE


# One key for two environments


@pytest.mark.parametrize("command", [["validate"], ["plan", "production"], ["plan", "--all"]])
def test_two_environments_with_one_target_that_share_a_key_are_a_warning(
    run: Run, panels: Panels, command: list[str]
) -> None:
    panels.environment("staging", FIRST)
    panels.write("members: []\n", to="staging")
    ended = run(*command)
    assert ended.code == DONE
    (warning, *_) = [line for line in (ended.out + ended.err).splitlines() if "same target" in line]
    assert all(part in warning for part in ("production", "staging", "the variable KEY"))


@pytest.mark.parametrize("other", [FIRST.replace("eu", "ca"), FIRST.replace("KEY", "OTHER")])
def test_another_target_or_another_key_is_no_warning(run: Run, panels: Panels, other: str) -> None:
    panels.environment("staging", other)
    panels.write("members: []\n", to="staging")
    assert "same target" not in run("validate").err + run("plan", "--all").out


def test_a_shared_key_file_is_known_by_either_path(run: Run, panels: Panels) -> None:
    panels.environment("production", "datacenter: eu\napi_key: {file: ../key}\n")
    panels.environment("staging", "datacenter: eu\napi_key: {file: ../staging/../key}\n")
    panels.write("members: []\n", to="staging")
    assert run("validate").err.count("same target") == 2


def test_the_default_port_makes_no_other_target(run: Run, panels: Panels) -> None:
    panels.environment("staging", f"base_url: {TARGET.replace('.eu/', '.eu:443/')}\napi_key: {{env: KEY}}\n")
    panels.write("members: []\n", to="staging")
    assert run("validate").err.count("same target") == 2


# Settings that a pull request changes


@pytest.mark.parametrize(
    ("settings", "setting", "before", "after"),
    [
        (f"base_url: {EVIL}\napi_key: {{env: KEY}}\n", "target", TARGET, EVIL),
        ("datacenter: eu\napi_key: {env: OTHER}\n", "api_key", "the variable KEY", "the variable OTHER"),
        ("datacenter: eu\napi_key: {file: ../k}\n", "api_key", "the variable KEY", "the file ../k"),
        (FIRST + "policy: {on_remove: delete}\n", "policy.on_remove", "forget", "delete"),
        (FIRST + "policy: {on_change: resubmit}\n", "policy.on_change", "report", "resubmit"),
        (FIRST + "lockfile: {branch: fresh}\n", "lockfile.branch", None, "fresh"),
    ],
)
def test_a_changed_setting_is_a_warning_above_all_else_with_old_and_new_value(
    run: Run, repository: GitPanels, settings: str, setting: str, before: str | None, after: str
) -> None:
    repository.environment("production", settings)
    repository.commit()
    for which in ("production", "--all"):
        for chosen in ("text", "markdown"):
            first = run("plan", which, *MAIN, "--format", chosen, "--mask").out.splitlines()[0]
            assert [part in first for part in ("production", setting, before or "not set", after)] == [
                True
            ] * 4
    document = json.loads(run("plan", "production", *MAIN, "--format", "json").out)
    assert {"setting": setting, "before": before, "after": after} in document["base"]["settings"]


def test_a_new_target_with_a_fresh_lockfile_does_not_read_as_nothing_to_do(
    run: Run, repository: GitPanels
) -> None:
    repository.write("members: []\n")
    repository.environment(
        "production", f"base_url: {EVIL}\napi_key: {{env: KEY}}\nlockfile: {{branch: fresh}}\n"
    )
    repository.commit()
    first = run("plan", "--all", *MAIN).out.splitlines()[0]
    assert all(part in first for part in (TARGET, EVIL, "fresh"))


def test_a_new_environment_shows_its_target_and_key(run: Run, repository: GitPanels) -> None:
    repository.environment("second", f"base_url: {EVIL}\napi_key: {{env: KEY}}\n")
    repository.declare("eve", to="second")
    repository.commit()
    first = run("plan", "--all", *MAIN).out.splitlines()[0]
    assert all(part in first for part in ("second", EVIL, "the variable KEY"))


def test_settings_that_could_not_be_read_before_are_all_shown(run: Run, repository: GitPanels) -> None:
    repository.on_main()
    repository.environment("production", "datacentre: eu\n")
    repository.commit()
    repository.push()
    repository.pull_request("mended")
    repository.environment("production", f"base_url: {EVIL}\napi_key: {{env: KEY}}\n")
    repository.commit()
    first = run("plan", "production", *MAIN).out.splitlines()[0]
    assert all(part in first for part in (EVIL, "the variable KEY"))


def test_settings_that_decide_nothing_about_where_data_goes_are_no_such_warning(
    run: Run, repository: GitPanels
) -> None:
    repository.environment("production", FIRST + "api: {batch_size: 7}\n")
    repository.environment("play", "embedded: true\n")
    repository.declare("ada", to="play")
    repository.commit()
    assert run("plan", "--all", *MAIN).out.startswith("play: 1 to add.\n")
    assert json.loads(run("plan", "production", *MAIN, "--format", "json").out)["base"]["settings"] == []


def test_the_warning_is_kept_where_a_comment_is_cut(run: Run, repository: GitPanels) -> None:
    repository.environment("production", f"base_url: {EVIL}\napi_key: {{env: KEY}}\n")
    repository.declare(*(f"member-{number}" for number in range(200)))
    repository.commit()
    for which in ("production", "--all"):
        shown = run("plan", which, *MAIN, "--format", "markdown", "--max-bytes", "1500").out
        assert EVIL in shown.splitlines()[0]
