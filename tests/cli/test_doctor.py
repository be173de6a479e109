"""`doctor`: what a first apply needs, checked against real sockets, without adding anybody."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plain_git import git
from socket_vendor import SocketVendor
from world import KEY, Result, World

NAMES = [
    "declaration",
    "variable",
    "host allowed",
    "address",
    "TLS and proxy",
    "key",
    "git remote and lockfile branch",
    "permission to add",
]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A clone whose origin can be read."""
    folder = tmp_path / "clone"
    folder.mkdir()
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "remote", "add", "origin", "../origin.git")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Begin")
    git(folder, "push", "--quiet", "origin", "main")
    return World(folder)


@pytest.fixture
def vendor() -> Iterator[SocketVendor]:
    """A panel of nobody, at a port of this machine."""
    with SocketVendor() as served:
        yield served


def _serving(world: World, base_url: str, settings: str = "") -> None:
    world.environment(settings=settings, base_url=base_url)
    world.members("ada@firma.de")


def _checks(result: Result) -> dict[str, dict[str, Any]]:
    [environment] = result.json["environments"]
    return {check["check"]: check for check in environment["checks"]}


def _statuses(result: Result) -> dict[str, str]:
    return {name: check["status"] for name, check in _checks(result).items()}


def _closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_all_is_ok_but_the_permission_to_add_which_nothing_tells(world: World, vendor: SocketVendor) -> None:
    _serving(world, vendor.base_url)
    result = world.run("doctor", "p", "--format", "json")
    assert result.code == 0
    assert list(_checks(result)) == NAMES
    assert _statuses(result) == {**dict.fromkeys(NAMES, "ok"), "permission to add": "unknown"}
    assert result.json["summary"] == {"ok": 7, "failed": 0, "unknown": 1}


def test_it_spends_one_reading_call_an_environment_and_says_so_before_and_after(
    world: World, vendor: SocketVendor
) -> None:
    _serving(world, vendor.base_url)
    world.environment("q", base_url=vendor.base_url)
    result = world.run("doctor")
    assert "2 reading calls" in result.err
    assert "Spent: 2 reading calls" in result.out
    assert len(vendor.calls) == 2
    assert world.run("drift", "p", "--yes", "--format", "json").json["read"]["members"] == 0
    assert not (world.panels / "p" / "state.lock.json").exists()


def test_an_embedded_panel_needs_neither_key_nor_network(world: World) -> None:
    world.environment()
    world.members("ada@firma.de")
    result = world.run("doctor", "--format", "json")
    assert (result.code, result.json["calls"]) == (0, 1)
    assert {status for name, status in _statuses(result).items() if name != "permission to add"} == {"ok"}


@pytest.mark.parametrize(
    ("fault", "address", "key", "code"),
    [
        ("401", "ok", "failed", 1),
        ("allowance", "ok", "failed", 1),
        ("403", "ok", "unknown", 0),
        ("404", "unknown", "unknown", 0),
        ("429", "ok", "unknown", 0),
        ("503", "unknown", "unknown", 0),
        ("redirect", "unknown", "unknown", 0),
        ("login-page", "unknown", "unknown", 0),
        ("cut", "unknown", "unknown", 0),
    ],
)
def test_an_answer_that_is_no_page_decides_about_the_address_and_the_key(
    world: World, fault: str, address: str, key: str, code: int
) -> None:
    with SocketVendor(fault) as vendor:
        _serving(world, vendor.base_url)
        result = world.run("doctor", "p", "--format", "json")
        assert len(vendor.calls) == 1
    found = _checks(result)["key"]
    assert (result.code, found["status"], result.json["calls"]) == (code, key, 1)
    assert found["reason"]
    assert found["remedy"]
    assert _statuses(result)["address"] == address


def test_a_closed_port_fails_the_address_and_leaves_what_follows_unknown(world: World) -> None:
    _serving(world, f"http://127.0.0.1:{_closed_port()}/a/api/v2")
    result = world.run("doctor", "p", "--format", "json")
    checks = _checks(result)
    assert (result.code, result.json["calls"]) == (1, 0)
    assert "Connection refused" in checks["address"]["reason"]
    assert [checks[name]["status"] for name in ("address", "TLS and proxy", "key")] == [
        "failed",
        "unknown",
        "unknown",
    ]


def test_a_server_without_encryption_fails_tls(world: World, vendor: SocketVendor) -> None:
    _serving(world, vendor.base_url.replace("http://", "https://"))
    result = world.run("doctor", "p", "--format", "json")
    assert result.code == 1
    assert _statuses(result)["TLS and proxy"] == "failed"
    assert vendor.calls == []


def test_a_proxy_that_is_not_there_is_named_by_its_variable(world: World) -> None:
    _serving(world, "https://api.questionpro.invalid/a/api/v2")
    variables = {"HTTPS_PROXY": f"http://ada:hush@127.0.0.1:{_closed_port()}", "NO_PROXY": ""}
    result = world.run("doctor", "p", "--format", "json", env=variables)
    found = _checks(result)
    assert found["TLS and proxy"]["status"] == "failed"
    assert "HTTPS_PROXY" in found["TLS and proxy"]["reason"]
    assert found["address"]["status"] == "unknown"
    assert "hush" not in result.out + result.err


@pytest.mark.parametrize("variables", [{"SSL_CERT_FILE": "/nowhere.pem"}, {"HTTPS_PROXY": "nonsense://x"}])
def test_certificates_and_proxies_that_cannot_be_used_cost_no_call(
    world: World, variables: dict[str, str]
) -> None:
    _serving(world, "https://api.questionpro.invalid/a/api/v2")
    result = world.run("doctor", "p", "--format", "json", env={"NO_PROXY": "", **variables})
    assert (result.code, result.json["calls"]) == (1, 0)
    assert _statuses(result)["TLS and proxy"] == "failed"


def test_without_a_key_no_call_is_made(world: World, vendor: SocketVendor) -> None:
    _serving(world, vendor.base_url)
    result = world.run("doctor", "p", "--format", "json", env={"KEY": ""})
    assert (result.code, vendor.calls) == (1, [])
    statuses = _statuses(result)
    assert (statuses["variable"], statuses["address"], statuses["key"]) == ("failed", "unknown", "unknown")
    assert "KEY" in _checks(result)["variable"]["reason"]


def test_a_host_that_is_not_allowed_gets_no_key_and_no_call(world: World) -> None:
    _serving(world, "https://api.questionpro.invalid/a/api/v2")
    result = world.run("doctor", "p", "--format", "json", env={"RECONCILER_HOSTS": "api.questionpro.eu"})
    statuses = _statuses(result)
    assert (result.code, statuses["host allowed"], statuses["variable"]) == (1, "failed", "unknown")


def test_people_who_are_wrong_fail_the_declaration_and_the_rest_is_checked(
    world: World, vendor: SocketVendor
) -> None:
    _serving(world, vendor.base_url)
    world.write("p/members/more.csv", "emailAddress\nnobody\n")
    result = world.run("doctor", "p", "--format", "json")
    assert (result.code, _statuses(result)["declaration"], _statuses(result)["key"]) == (1, "failed", "ok")
    assert "panels/p/members/more.csv:2" in _checks(result)["declaration"]["reason"]


def test_settings_that_are_wrong_leave_all_else_unknown(world: World) -> None:
    world.write("p/environment.yaml", "datacenter: eu\n")
    result = world.run("doctor", "p", "--format", "json")
    assert (result.code, result.json["calls"]) == (1, 0)
    assert list(_statuses(result).values()) == ["failed", *["unknown"] * 7]


@pytest.mark.parametrize(
    ("before", "status", "word"),
    [
        ((), "ok", "state publish"),
        (("push", "--quiet", "origin", "main:reconciler-state"), "ok", "has reconciler-state"),
        (("remote", "set-url", "origin", "../nowhere.git"), "failed", "could not be read"),
        (("remote", "remove", "origin"), "failed", "no remote"),
    ],
)
def test_the_branch_of_the_lockfile_is_looked_for_at_the_remote(
    world: World, vendor: SocketVendor, before: tuple[str, ...], status: str, word: str
) -> None:
    _serving(world, vendor.base_url, "lockfile: {branch: reconciler-state}\n")
    if before:
        git(world.folder, *before)
    result = world.run("doctor", "p", "--format", "json")
    found = _checks(result)["git remote and lockfile branch"]
    assert found["status"] == status
    assert word in found["reason"]


def test_a_branch_that_is_not_fetched_here_fails_and_says_how_to_fetch_it(
    world: World, vendor: SocketVendor
) -> None:
    _serving(world, vendor.base_url, "lockfile: {branch: reconciler-state}\n")
    git(world.folder, "push", "--quiet", "origin", "main:reconciler-state")
    git(world.folder, "update-ref", "-d", "refs/remotes/origin/reconciler-state")
    found = _checks(world.run("doctor", "p", "--format", "json"))["git remote and lockfile branch"]
    assert found["status"] == "failed"
    assert "git fetch origin reconciler-state" in found["remedy"]


def test_without_a_branch_of_its_own_the_lockfile_needs_no_remote(world: World, vendor: SocketVendor) -> None:
    _serving(world, vendor.base_url)
    git(world.folder, "remote", "remove", "origin")
    result = world.run("doctor", "p", "--format", "json")
    assert (result.code, _statuses(result)["git remote and lockfile branch"]) == (0, "unknown")


def test_a_lockfile_that_cannot_be_read_fails(world: World, vendor: SocketVendor) -> None:
    _serving(world, vendor.base_url)
    world.write("p/state.lock.json", "nonsense")
    assert (
        _statuses(world.run("doctor", "p", "--format", "json"))["git remote and lockfile branch"] == "failed"
    )


def test_each_line_in_text_has_the_result_and_below_it_what_to_do(world: World, vendor: SocketVendor) -> None:
    vendor.strike("401")
    _serving(world, vendor.base_url)
    lines = world.run("doctor", "p").out.splitlines()
    [key] = [line for line in lines if line.split()[:2] == ["failed", "key"]]
    assert "the variable KEY" in lines[lines.index(key) + 1]
    assert lines[0] == "6 ok, 1 failed, 1 unknown."


def test_markdown_and_annotations_name_what_failed_and_mask_people(
    world: World, vendor: SocketVendor
) -> None:
    _serving(world, vendor.base_url)
    world.members("ada@firma.de", "ADA@firma.de")
    shown = world.run("doctor", "p", "--format", "markdown", env={"CI": "true"}).out
    assert "| failed | declaration |" in shown
    assert "ada@" not in shown.lower()
    annotated = world.run("doctor", "p", "--format", "github").out
    assert [line for line in annotated.splitlines() if line.startswith("::error")]


def test_a_name_of_no_environment_ends_before_any_call(world: World, vendor: SocketVendor) -> None:
    _serving(world, vendor.base_url)
    result = world.run("doctor", "p", "prodution")
    assert (result.code, vendor.calls) == (1, [])
    assert KEY not in result.err
