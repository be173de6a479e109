"""`reconciler suppress`, by the real program."""

import json
from pathlib import Path

import pytest
from world import World

ADA = "ada@example.org"
DELETE = "policy: {on_remove: delete}\n"
SECRET = {"PEPPER": "0123456789abcdef0123456789abcdef"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def applied(world: World, settings: str = "", *people: str) -> None:
    world.environment("p", settings)
    world.members(ADA, "bob@example.org", *people)
    assert world.run("apply", "p", "--yes").code == 0


def test_it_writes_the_list_and_says_where(world: World) -> None:
    applied(world)
    done = world.run("suppress", "p", " ADA@Example.org")
    assert done.code == 0
    assert done.out.startswith(f"{ADA} is now suppressed in p: panels/p/suppressed.txt:2.\n")
    assert (world.panels / "p" / "suppressed.txt").read_text().endswith(f"\n{ADA}\n")


def test_done_again_it_changes_nothing_and_says_so(world: World) -> None:
    applied(world)
    world.run("suppress", "p", ADA)
    before = (world.panels / "p" / "suppressed.txt").read_bytes()
    again = world.run("suppress", "p", ADA)
    assert again.code == 0
    assert again.out.startswith(f"{ADA} was already suppressed in p: panels/p/suppressed.txt:2.\n")
    assert (world.panels / "p" / "suppressed.txt").read_bytes() == before


def test_it_needs_neither_key_nor_network(world: World) -> None:
    world.environment("p", base_url="https://panel.test/a/api/v2")
    world.members(ADA)
    assert world.run("suppress", "p", ADA, env={"KEY": ""}).code == 0


def test_with_a_secret_no_address_is_written(world: World) -> None:
    world.environment("p", "suppression_secret: {env: PEPPER}\n")
    assert world.run("suppress", "p", ADA, env=SECRET).code == 0
    assert "ada" not in (world.panels / "p" / "suppressed.txt").read_text()
    assert world.run("suppress", "p", ADA, "--format", "json", env=SECRET).json["was_there"]


def test_without_the_secret_nothing_is_written(world: World) -> None:
    world.environment("p", "suppression_secret: {env: PEPPER}\n")
    done = world.run("suppress", "p", ADA, "--format", "json")
    assert done.code == 1
    assert "PEPPER" in done.json["problems"][0]["message"]
    assert not (world.panels / "p" / "suppressed.txt").exists()


@pytest.mark.parametrize(
    "command",
    [("validate", "p"), ("plan", "p"), ("apply", "p", "--yes"), ("suppress", "p", "eve@example.org")],
)
def test_with_another_secret_than_the_lists_nothing_is_done(world: World, command: tuple[str, ...]) -> None:
    world.environment("p", "suppression_secret: {env: PEPPER}\n")
    world.members(ADA)
    world.run("suppress", "p", ADA, env=SECRET)
    before = (world.panels / "p" / "suppressed.txt").read_bytes()
    done = world.run(*command, env={"PEPPER": SECRET["PEPPER"][::-1]})
    assert done.code == 1
    assert "panels/p/suppressed.txt:2:1: The secret in the variable PEPPER is not the one" in done.err
    assert (world.panels / "p" / "suppressed.txt").read_bytes() == before
    assert not (world.panels / "p" / "state.lock.json").exists()


def test_it_names_each_entry_here_and_in_other_environments(world: World) -> None:
    world.environment("p")
    world.environment("q", "members: [members/, ../shared/x.csv]\n")
    world.write("shared/x.csv", f"firstName,emailAddress\nBob,b@example.org\nAda,{ADA}\n")
    world.members(ADA, file="a.yaml")
    world.members("bob@example.org", "Ada@example.org", file="b.yaml")
    done = world.run("suppress", "p", ADA, "--format", "json")
    assert done.code == 0
    assert done.json["declared"] == [
        {"environment": "p", "file": "panels/p/members/a.yaml", "line": 2},
        {"environment": "p", "file": "panels/p/members/b.yaml", "line": 3},
        {"environment": "q", "file": "panels/shared/x.csv", "line": 3},
    ]
    assert "`reconciler suppress q EMAIL`" in world.run("suppress", "p", ADA).out


def test_the_removal_is_the_one_that_plan_shows(world: World) -> None:
    applied(world, DELETE)
    told = world.run("suppress", "p", ADA, "--format", "json").json
    assert told["removal"] == {
        "by": "delete",
        "calls": 1,
        "section": "members",
        "outcome": "added",
        "refusals": [],
        "undelivered": None,
        "is_planned": True,
    }
    world.members("bob@example.org")
    plan = world.run("plan", "p", "--format", "json").json
    assert [(action["key"], action["by"]) for action in plan["actions"]] == [(ADA, "delete")]
    assert plan["cost"]["calls"] == told["removal"]["calls"]


def test_each_policy_says_how_they_leave(world: World) -> None:
    applied(world)
    assert "stay in the panel" in world.run("suppress", "p", ADA).out
    world.environment("p", "policy: {on_remove: unsubscribe}\n")
    assert "POST /micropanel/members/unsubscribe" in world.run("suppress", "p", ADA).out
    world.environment("p", DELETE)
    deleted = world.run("suppress", "p", ADA).out
    assert "DELETE /micropanel/members" in deleted
    assert "`reconciler apply p --allow delete`" in deleted


def test_for_someone_the_lockfile_does_not_know_nothing_is_sent(world: World) -> None:
    world.environment("p", DELETE)
    done = world.run("suppress", "p", "eve@example.org")
    assert "nothing will be sent" in done.out
    assert "No environment declares them." in done.out
    assert world.run("suppress", "p", "eve@example.org", "--format", "json").json["removal"] is None


def test_someone_the_api_would_not_remove_is_named(world: World) -> None:
    applied(world, DELETE)
    lockfile = world.lockfile()
    lockfile["members"][ADA]["undelivered"] = {
        "action": "delete",
        "reason": "blocked",
        "tried": "2026-11-23T09:00:00Z",
    }
    world.write("p/state.lock.json", json.dumps(lockfile))
    done = world.run("suppress", "p", ADA)
    assert "refused to delete them (2026-11-23T09:00:00Z)" in done.out
    assert "`reconciler apply" not in done.out


def test_a_guard_that_would_refuse_the_plan_is_reported_with_its_flag(world: World) -> None:
    applied(world, "guards: {remove: 0}\n")
    done = world.run("suppress", "p", ADA)
    assert "1 of 2 members would be removed" in done.out
    assert "`reconciler apply p --allow remove`" in done.out
    [refusal] = world.run("suppress", "p", ADA, "--format", "json").json["removal"]["refusals"]
    assert (refusal["guard"], refusal["lifted_by"]) == ("remove", "--allow remove")


def test_the_last_one_of_a_roster_is_named_with_the_guard(world: World) -> None:
    world.environment("p")
    world.members(ADA)
    world.run("apply", "p", "--yes")
    assert "--allow empty" in world.run("suppress", "p", ADA).out


def test_mistakes_in_member_files_hide_no_entry(world: World) -> None:
    applied(world, DELETE)
    world.write("p/members/wrong.yaml", f"members:\n- emailAddress: b@x\n- [\n- emailAddress: {ADA}\n")
    done = world.run("suppress", "p", ADA, "--format", "json")
    assert done.code == 1
    assert [(entry["file"], entry["line"]) for entry in done.json["declared"]] == [
        ("panels/p/members/team.yaml", 2),
        ("panels/p/members/wrong.yaml", 4),
    ]
    assert done.json["removal"]["by"] == "delete"
    assert done.json["problems"]
    assert "unknown whether a guard refuses" in world.run("suppress", "p", ADA).out


def test_a_lockfile_that_can_not_be_read_is_a_problem_and_the_entry_is_written(world: World) -> None:
    applied(world)
    world.write("p/state.lock.json", "{")
    done = world.run("suppress", "p", ADA, "--format", "json")
    assert (done.code, done.json["removal"]) == (1, None)
    assert done.json["problems"][0]["file"] == "panels/p/state.lock.json"
    assert done.json["suppressed"] == {"file": "panels/p/suppressed.txt", "line": 2}


def test_an_environment_whose_settings_are_wrong_hides_no_entry(world: World) -> None:
    applied(world)
    world.environment("q", "policy: wrong\n")
    world.members(ADA, name="q")
    done = world.run("suppress", "p", ADA, "--format", "json")
    assert done.code == 0
    assert [entry["environment"] for entry in done.json["declared"]] == ["p", "q"]


@pytest.mark.parametrize("shown", ["text", "markdown", "github"])
def test_masked_it_names_files_and_nobody(world: World, shown: str) -> None:
    applied(world)
    world.members(ADA, file=f"{ADA}.yaml")
    done = world.run("suppress", "p", ADA, "--format", shown, "--mask")
    assert "ada@" not in done.out + done.err
    assert "a…@example.org" in done.out
    assert "panels/p/members/team.yaml:2" in done.out


@pytest.mark.parametrize(("name", "address"), [("nowhere", ADA), ("p", "nobody")])
def test_what_can_not_be_is_refused_and_writes_nothing(world: World, name: str, address: str) -> None:
    world.environment("p")
    done = world.run("suppress", name, address, "--format", "json")
    assert done.code == 1
    assert done.json["problems"]
    assert not (world.panels / "p" / "suppressed.txt").exists()


def test_a_hash_on_the_command_line_says_to_write_the_address(world: World) -> None:
    world.environment("p")
    done = world.run("suppress", "p", f"hmac-sha256:{'0a' * 32}")
    assert done.code == 1
    assert "Write the address itself, here or in the file of --from." in done.err


def test_the_rosters_other_expiries_count_on_the_day_asked_for(world: World) -> None:
    applied(world, "guards: {remove: 1}\n", "eve@example.org")
    world.members(ADA, "bob@example.org", {"emailAddress": "eve@example.org", "expires": "2027-01-01"})
    assert "--allow remove" not in world.run("suppress", "p", ADA, "--today", "2026-12-31").out
    assert "--allow remove" in world.run("suppress", "p", ADA, "--today", "2027-01-01").out


def entries(world: World, name: str = "p") -> list[str]:
    text = (world.panels / name / "suppressed.txt").read_text()
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_several_are_suppressed_at_once_each_with_its_removal(world: World) -> None:
    applied(world, DELETE)
    done = world.run("suppress", "p", ADA, "eve@example.org", "Ada@example.org", "--format", "json")
    assert done.code == 0
    assert entries(world) == [ADA, "eve@example.org"]
    assert done.json["problems"] == []
    assert [
        (found["key"], found["suppressed"]["line"], bool(found["declared"]), bool(found["removal"]))
        for found in done.json["suppressed"]
    ] == [(ADA, 2, True, True), ("eve@example.org", 3, False, False)]
    said = world.run("suppress", "p", ADA, "eve@example.org").out
    assert f"  {ADA}  p  panels/p/suppressed.txt:2  delete\n" in said
    assert "  eve@example.org  p  panels/p/suppressed.txt:3  not in the lockfile\n" in said
    assert "  panels/p/members/team.yaml:2  p\n" in said
    assert "`reconciler apply p --allow delete`" in said


def test_one_wrong_address_keeps_all_from_being_written(world: World) -> None:
    applied(world)
    done = world.run("suppress", "p", "nobody", ADA, "no one", "--format", "json")
    assert (done.code, len(done.json["problems"])) == (1, 2)
    assert not (world.panels / "p" / "suppressed.txt").exists()


def test_all_environments_suppress_them(world: World) -> None:
    applied(world)
    world.environment("q")
    done = world.run("suppress", "--all", ADA, "eve@example.org", "--format", "json")
    assert done.code == 0
    assert [found["environment"] for found in done.json["suppressed"]] == ["p", "p", "q", "q"]
    assert entries(world, "p") == entries(world, "q") == [ADA, "eve@example.org"]


def test_a_list_that_environments_share_holds_them_once(world: World) -> None:
    for name in ("p", "q"):
        world.environment(name, "suppressed: ../shared/list.txt\n")
    world.write("shared/list.txt", "# ours\n")
    done = world.run("suppress", "--all", ADA, "--format", "json")
    assert [found["was_there"] for found in done.json["suppressed"]] == [False, True]
    assert (world.panels / "shared" / "list.txt").read_text() == f"# ours\n{ADA}\n"


def test_one_environment_with_a_mistake_keeps_all_lists_as_they_are(world: World) -> None:
    applied(world)
    world.environment("q", "policy: wrong\n")
    assert world.run("suppress", "--all", ADA).code == 1
    assert not (world.panels / "p" / "suppressed.txt").exists()


def test_a_file_of_addresses_is_taken_as_a_list_is_written(world: World) -> None:
    applied(world)
    (world.folder / "gone.txt").write_text(f"# since May\n{ADA}  # by mail\r\n\r\neve@example.org\r\n")
    assert world.run("suppress", "p", "--from", "gone.txt").code == 0
    assert entries(world) == [ADA, "eve@example.org"]


@pytest.mark.parametrize("line", ["nobody", "hmac-sha256:" + "0" * 64])
def test_a_line_of_the_file_that_is_no_address_is_named(world: World, line: str) -> None:
    applied(world)
    (world.folder / "gone.txt").write_text(f"{ADA}\n{line}\n")
    done = world.run("suppress", "p", "--from", "gone.txt", "--format", "json")
    assert done.code == 1
    assert [(problem["file"], problem["line"]) for problem in done.json["problems"]] == [("gone.txt", 2)]
    assert not (world.panels / "p" / "suppressed.txt").exists()


@pytest.mark.parametrize("arguments", [(), ("p",), ("--all",), ("p", "--from", "empty.txt")])
def test_without_an_environment_or_an_address_the_command_line_is_wrong(
    world: World, arguments: tuple[str, ...]
) -> None:
    world.environment("p")
    (world.folder / "empty.txt").touch()
    assert world.run("suppress", *arguments).code == 64


def test_an_environment_beside_all_is_no_address(world: World) -> None:
    applied(world)
    assert world.run("suppress", "p", ADA, "--all").code != 0
    assert not (world.panels / "p" / "suppressed.txt").exists()
