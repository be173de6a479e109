"""`reconciler import ENV --from-panel`: a panel that exists becomes a member file, and then a lockfile."""

import csv
import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from world import Result, Sandbox, World

if TYPE_CHECKING:
    import subprocess

_MANY = 250


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An environment whose panel is built in; nobody is declared, and nothing was applied."""
    world = World(tmp_path)
    world.environment()
    return world


def _join(world: World, *names: str, fields: dict[str, str] | None = None) -> None:
    settings = [word for name, value in (fields or {}).items() for word in ("--set", f"{name}={value}")]
    addresses = [f"{name}@example.org" for name in names]
    assert world.run("sandbox", "change", "p", *addresses, "--join").code == 0
    if settings:
        assert world.run("sandbox", "change", "p", *addresses, *settings).code == 0


def _import(world: World, *arguments: str, env: dict[str, str] | None = None) -> Result:
    return world.run("import", "p", "--from-panel", "--yes", "--format", "json", *arguments, env=env)


def _rows(world: World, file: str = "panel.csv") -> list[dict[str, str]]:
    with (world.panels / "p" / "members" / file).open(encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def _calls(world: World) -> int:
    return int(world.run("sandbox", "show", "p", "--format", "json").json["calls"])


def test_a_panel_is_adopted_from_import_to_the_first_change(world: World) -> None:
    names = [f"m{number:03}" for number in range(_MANY)]
    _join(world, *names, fields={"city": "Oslo"})
    imported = _import(world)
    assert imported.code == 0
    assert imported.json["summary"]["new"] == _MANY
    assert imported.json["read"] == {"calls": 4, "members": _MANY, "complete": True, "reason": None}
    plan = world.run("plan", "p", "--format", "json").json
    assert (plan["summary"]["add"], plan["cost"]["calls"]) == (_MANY, 3)
    assert world.run("apply", "p", "--yes").code == 0
    assert set(world.outcomes().values()) == {"existing"}
    assert len(world.outcomes()) == _MANY
    assert world.run("plan", "p", "--detailed-exitcode").code == 0
    file = world.panels / "p" / "members" / "panel.csv"
    file.write_text(file.read_text().replace("m007@example.org,Oslo", "m007@example.org,Rome"))
    summary = world.run("plan", "p", "--format", "json").json["summary"]
    assert (summary["add"], summary["change"], summary["unchanged"]) == (0, 1, _MANY - 1)
    assert world.run("drift", "p", "--yes", "--format", "json").json["summary"]["differs"] == 1


def test_the_screen_says_what_the_plan_and_the_apply_will_do(world: World) -> None:
    _join(world, *(f"m{number}" for number in range(101)))
    shown = world.run("import", "p", "--from-panel", "--yes").out
    assert "will add 101 members: 2 calls of up to 100" in shown
    assert "`existing`" in shown
    assert "read with 3 calls: 101 members" in shown


def test_the_price_is_shown_before_and_without_a_yes_no_call_is_made(world: World) -> None:
    _join(world, "ada")
    refused = world.run("import", "p", "--from-panel")
    assert refused.code == 4
    assert "at most 12" in refused.err
    assert "--max-calls" in refused.err
    assert _calls(world) == 0


def test_the_default_fields_are_imported_and_null_and_empty_ones_are_not(world: World) -> None:
    _join(world, "ada", fields={"firstName": "Ada", "city": "", "username": "ada1", "custom5": "x"})
    _import(world)
    assert _rows(world) == [{"emailAddress": "ada@example.org", "firstName": "Ada", "custom5": "x"}]


def test_other_fields_are_imported_if_they_are_named(world: World) -> None:
    _join(world, "ada", fields={"firstName": "Ada", "username": "ada1"})
    assert _import(world, "--fields", "username").code == 0
    assert _rows(world) == [{"emailAddress": "ada@example.org", "username": "ada1"}]


def test_the_file_may_be_another_one(world: World) -> None:
    _join(world, "ada")
    assert _import(world, "--to", "members/adopted.csv").json["file"] == "panels/p/members/adopted.csv"
    assert len(_rows(world, "adopted.csv")) == 1


def test_no_member_folder_is_needed(world: World) -> None:
    _join(world, "ada")
    (world.panels / "p" / "members").rmdir()
    assert _import(world).code == 0
    assert len(_rows(world)) == 1


def test_who_must_not_be_added_is_listed_and_not_written(world: World) -> None:
    _join(world, "ada", "bob", "cleo", "dan")
    assert world.run("sandbox", "change", "p", "bob@example.org", "--unsubscribe").code == 0
    world.write("p/suppressed.txt", "cleo@example.org\n")
    world.write("p/opted_out.txt", "dan@example.org\n")
    result = _import(world)
    assert result.code == 3
    assert [row["emailAddress"] for row in _rows(world)] == ["ada@example.org"]
    reasons = " ".join(each["reason"] for each in result.json["refused"])
    assert "bob@example.org opted out" in reasons
    assert "cleo@example.org is suppressed: panels/p/suppressed.txt:1" in reasons
    assert "dan@example.org is suppressed: panels/p/opted_out.txt:1" in reasons
    assert result.json["opted_out"] == ["bob@example.org"]
    assert world.run("validate").code == 0


def test_lists_that_cannot_be_checked_let_nobody_in_and_cost_no_call(world: World) -> None:
    _join(world, "ada")
    world.environment(settings="suppression_secret: {env: PEPPER}\n")
    world.write("p/suppressed.txt", f"hmac-sha256:{'0' * 64}\n")
    assert _import(world).code == 1
    assert _calls(world) == 0


def test_who_is_declared_already_is_matched_and_not_written_twice(world: World) -> None:
    _join(world, "ada", "bob")
    world.members("ADA@example.org")
    result = _import(world)
    assert (result.json["summary"]["new"], result.json["summary"]["elsewhere"]) == (1, 1)
    assert [row["emailAddress"] for row in _rows(world)] == ["bob@example.org"]
    assert world.run("validate").code == 0


def test_run_again_it_writes_what_the_panel_tells_and_keeps_what_it_does_not(world: World) -> None:
    _join(world, "ada", "bob", fields={"city": "Oslo"})
    assert _import(world).code == 0
    file = world.panels / "p" / "members" / "panel.csv"
    file.write_text("emailAddress,city,zipCode\nada@example.org,Oslo,02134\nbob@example.org,Bergen,\n")
    again = world.run("import", "p", "--from-panel", "--format", "json", stdin="")
    assert again.code == 4
    again = _import(world)
    assert (again.json["summary"]["same"], again.json["summary"]["differs"]) == (1, 1)
    assert _rows(world) == [
        {"emailAddress": "ada@example.org", "zipCode": "02134", "city": "Oslo"},
        {"emailAddress": "bob@example.org", "zipCode": "", "city": "Oslo"},
    ]


def test_a_dry_run_reads_and_writes_nothing(world: World) -> None:
    _join(world, "ada")
    assert _import(world, "--dry-run").json["written"] is False
    assert [*(world.panels / "p" / "members").iterdir()] == []


def test_a_read_that_ends_early_writes_nothing_and_says_why(world: World) -> None:
    _join(world, *(f"m{number}" for number in range(_MANY)))
    result = _import(world, "--max-calls", "2")
    assert result.code == 3
    assert "2 calls" in result.json["problems"][0]["message"]
    assert "--max-calls" in result.json["problems"][0]["hint"]
    assert (result.json["read"]["calls"], result.json["read"]["complete"]) == (2, False)
    assert [*(world.panels / "p" / "members").iterdir()] == []


def test_another_panel_than_the_one_that_apply_filled_is_not_imported(tmp_path: Path) -> None:
    with Sandbox(tmp_path, "--reading", "elsewhere") as sandbox:
        world = _served(tmp_path, sandbox)
        world.members("ada@example.org")
        assert world.run("apply", "p", "--yes").code == 0
        result = _import(world)
    assert result.code == 3
    assert "panel that apply fills" in result.json["problems"][0]["message"]
    assert not (world.panels / "p" / "members" / "panel.csv").exists()


def test_in_ci_nobody_is_shown(world: World) -> None:
    _join(world, "ada")
    shown = world.run("import", "p", "--from-panel", "--yes", env={"CI": "1"})
    assert "ada@example.org" not in shown.out + shown.err
    assert "a…@example.org" in shown.out


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("export.csv", "--from-panel"),
        ("--from-panel", "--map", "A=city"),
        ("--from-panel", "--prune"),
        ("--from-panel", "--rejected", "x.csv"),
        ("--from-panel", "--fields", "shoeSize"),
        ("--from-panel", "--fields", "profileFields"),
        ("--from-panel", "--fields", "expires"),
        ("--from-panel", "--to", "members/panel.yaml"),
        ("--from-panel", "--to", "panel.csv"),
        ("export.csv", "--fields", "city"),
        ("export.csv", "--max-calls", "3"),
    ],
)
def test_a_wrong_option_is_a_wrong_command_line(world: World, words: tuple[str, ...]) -> None:
    (world.folder / "export.csv").write_text("Email\nada@example.org\n")
    assert world.run("import", "p", *words).code == 64
    assert _calls(world) == 0


def _served(tmp_path: Path, sandbox: Sandbox) -> World:
    world = World(tmp_path)
    retry = "retry: {attempts: 2, initial_wait: 0, max_wait: 0}"
    world.environment(settings=f"api: {{{retry}}}\n", base_url=sandbox.base_url)
    return world


def _filled(tmp_path: Path, sandbox: Sandbox, *people: Any) -> World:
    """A panel with people whom nobody here knows: they were applied, and then the files were lost."""
    world = _served(tmp_path, sandbox)
    world.members(*people)
    assert world.run("apply", "p", "--yes").code == 0
    (world.panels / "p" / "state.lock.json").unlink()
    (world.panels / "p" / "members" / "team.yaml").unlink()
    return world


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 3), (signal.SIGTERM, 3), (signal.SIGKILL, -9)])
def test_interrupted_while_it_reads_it_leaves_nothing_and_can_be_run_again(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    people = [f"m{index}@example.org" for index in range(5)]
    faults = ("--largest-page", "2", "--fault", "ok:2", "--fault", "silence")
    with Sandbox(tmp_path, *faults) as sandbox:
        world = _filled(tmp_path, sandbox, *people)
        before = sorted((world.panels / "p").rglob("*"))
        with world.start("import", "p", "--from-panel", "--yes", "--format", "json") as process:
            _wait_for_calls(process, sandbox, 3)
            process.send_signal(number)
            out, _ = process.communicate(timeout=60)
        assert process.returncode == code
        assert code < 0 or json.loads(out)["read"]["reason"] == "it was interrupted"
        assert sorted((world.panels / "p").rglob("*")) == before
        assert _import(world).code == 0
    assert [row["emailAddress"] for row in _rows(world)] == people


def _wait_for_calls(process: "subprocess.Popen[str]", sandbox: Sandbox, number: int) -> None:
    while len(sandbox.log().splitlines()) < number:
        assert process.poll() is None


def test_a_key_that_may_not_list_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    with Sandbox(tmp_path, "--reading", "forbidden") as sandbox:
        world = _filled(tmp_path, sandbox, "ada@example.org")
        result = _import(world)
    assert result.code == 1
    assert "403" in result.json["problems"][0]["message"]
    assert [*(world.panels / "p" / "members").iterdir()] == []


@pytest.mark.parametrize(("fault", "code"), [("503", 0), ("503:2", 3), ("rewrites", 0)])
def test_only_pages_that_came_to_their_end_are_written(tmp_path: Path, fault: str, code: int) -> None:
    people = [f"m{number}@example.org" for number in range(5)]
    with Sandbox(tmp_path, "--largest-page", "2", "--fault", "ok:2", "--fault", fault) as sandbox:
        world = _filled(tmp_path, sandbox, *people)
        assert _import(world).code == code
    assert (world.panels / "p" / "members" / "panel.csv").exists() == (code == 0)


@pytest.mark.parametrize("fault", ["400", "login-page"])
def test_an_answer_that_no_repetition_helps_against_says_what_to_check(tmp_path: Path, fault: str) -> None:
    with Sandbox(tmp_path) as sandbox:
        _filled(tmp_path, sandbox, "ada@example.org")
    with Sandbox(tmp_path, "--fault", fault) as sandbox:
        result = _import(_served(tmp_path, sandbox))
    assert result.code == 3
    assert "base_url in environment.yaml" in result.json["problems"][0]["hint"]
    assert "Run it again" not in result.json["problems"][0]["hint"]
    assert not (tmp_path / "panels" / "p" / "members" / "panel.csv").exists()
