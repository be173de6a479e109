"""`--member` limits a plan and an apply to some members; everyone else is left as they are."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest
from world import World

ADA, BOB, CY, DAN = (f"{name}@example.org" for name in ("ada", "bob", "cy", "dan"))
SECRET = "0123456789abcdef"


def hashed(key: str, secret: str = SECRET) -> str:
    return "hmac-sha256:" + hmac.digest(secret.encode(), key.encode(), hashlib.sha256).hex()


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An environment in which bob was added and left the files since; ada and cy are new."""
    world = World(tmp_path)
    world.environment()
    world.members(BOB)
    assert world.run("apply", "p", "--yes").code == 0
    world.members(ADA, CY)
    return world


def planned(world: World, *arguments: str) -> list[tuple[str, str]]:
    document = world.run("plan", "p", "--format", "json", *arguments).json
    return [(action["action"], action["key"]) for action in document["actions"]]


def test_only_the_actions_of_the_selected_members_are_planned(world: World) -> None:
    assert planned(world, "--allow", "remove") == [("add", ADA), ("add", CY), ("remove", BOB)]
    assert planned(world, "--member", ADA) == [("add", ADA)]
    assert planned(world, "--member", BOB, "--member", ADA) == [("add", ADA), ("remove", BOB)]


def test_an_address_is_found_in_any_spelling(world: World) -> None:
    assert planned(world, "--member", " Ada@EXAMPLE.org ") == [("add", ADA)]


def test_the_selection_is_in_the_json_and_the_digest_covers_it(world: World) -> None:
    whole = world.run("plan", "p", "--format", "json").json
    one = world.run("plan", "p", "--format", "json", "--member", CY, "--member", ADA).json
    other = world.run("plan", "p", "--format", "json", "--member", ADA, "--member", CY, "--member", BOB).json
    assert "members" not in whole
    assert one["members"] == [ADA, CY]
    assert one["summary"] == {"add": 2, "change": 0, "remove": 0, "unchanged": 0, "rejected": 0}
    assert len({whole["digest"], one["digest"], other["digest"]}) == 3


def test_apply_leaves_everyone_else_as_they_are(world: World) -> None:
    done = world.run("apply", "p", "--yes", "--member", ADA, "--format", "json")
    assert done.code == 0
    assert done.json["summary"]["added"] == 1
    assert done.json["summary"]["forgotten"] == 0
    assert world.outcomes() == {ADA: "added", BOB: "added"}


def test_guards_count_the_selected_actions(world: World) -> None:
    world.environment(settings="guards: {add: 1}\n")
    assert world.run("apply", "p", "--yes").code == 4
    assert world.run("apply", "p", "--yes", "--member", ADA).code == 0
    assert world.run("apply", "p", "--yes", "--member", BOB, "--member", CY).code == 0
    assert world.outcomes() == {ADA: "added", CY: "added"}


def test_the_exit_code_concerns_the_selection(world: World) -> None:
    assert world.run("apply", "p", "--yes", "--member", ADA).code == 0
    assert world.run("plan", "p", "--detailed-exitcode", "--member", ADA).code == 0
    assert world.run("plan", "p", "--detailed-exitcode", "--member", CY).code == 2
    lockfile = json.loads((world.panels / "p/state.lock.json").read_text())
    entry = lockfile["members"].pop(BOB)
    del entry["outcome"]
    lockfile["rejected"] = {BOB: {"reason": "no"} | entry}
    world.write("p/state.lock.json", json.dumps(lockfile))
    world.members(ADA, BOB, CY)
    assert world.run("apply", "p", "--yes", "--member", BOB).code == 3
    done = world.run("apply", "p", "--yes", "--member", CY, "--format", "json")
    assert (done.code, done.json["rejected"]) == (0, [])


def test_a_member_that_the_environment_does_not_know_is_a_mistake(world: World) -> None:
    for command in (["plan", "p"], ["apply", "p", "--yes"]):
        refused = world.run(*command, "--member", ADA, "--member", DAN, "--member", "eve@example.org")
        assert refused.code == 1
        assert DAN in refused.err
        assert "eve@example.org" in refused.err
        assert ADA not in refused.err


def test_what_is_no_address_is_a_mistake(world: World) -> None:
    refused = world.run("plan", "p", "--member", "nobody")
    assert refused.code == 1
    assert "not an e-mail address" in refused.err


# By hash, so that an address stands in no log


def test_a_hash_selects_the_member_that_it_is_made_of(world: World) -> None:
    world.environment(settings="suppression_secret: {env: PEPPER}\n")
    asked = "hmac-sha256:" + hashed(ADA).removeprefix("hmac-sha256:").upper()
    plan = world.run("plan", "p", "--format", "json", "--member", asked, env={"PEPPER": SECRET}).json
    assert plan["members"] == [hashed(ADA)]
    assert [action["key"] for action in plan["actions"]] == [ADA]


def test_a_hash_without_a_secret_in_the_settings_is_a_mistake(world: World) -> None:
    refused = world.run("plan", "p", "--member", hashed(ADA))
    assert refused.code == 1
    assert "suppression_secret" in refused.err


def test_a_hash_that_cannot_be_compared_here_is_a_mistake(world: World) -> None:
    world.environment(settings="suppression_secret: {env: PEPPER}\n")
    refused = world.run("plan", "p", "--member", hashed(ADA))
    assert refused.code == 1
    assert "PEPPER" in refused.err


def test_a_hash_made_with_another_secret_is_a_mistake(world: World) -> None:
    world.environment(settings="suppression_secret: {env: PEPPER}\n")
    refused = world.run("plan", "p", "--member", hashed(ADA, "q" * 16), env={"PEPPER": SECRET})
    assert refused.code == 1
    assert "another secret" in refused.err


# A saved plan carries its selection


def test_a_saved_plan_is_applied_with_its_selection(world: World) -> None:
    assert world.run("plan", "p", "--member", ADA, "--out", "plan.json").code == 0
    assert world.run("apply", "p", "plan.json", "--yes").code == 0
    assert world.outcomes() == {ADA: "added", BOB: "added"}


def test_a_saved_plan_of_a_selection_goes_stale_only_with_the_lockfile_or_the_selected(world: World) -> None:
    assert world.run("plan", "p", "--member", ADA, "--out", "plan.json").code == 0
    world.members({"emailAddress": ADA, "city": "x"}, CY)
    refused = world.run("apply", "p", "plan.json", "--yes")
    assert refused.code == 4
    assert "city" in refused.err
    world.members(ADA, DAN)
    assert world.run("apply", "p", "plan.json", "--yes").code == 0


def test_a_saved_plan_whose_member_is_gone_is_stale(world: World) -> None:
    assert world.run("plan", "p", "--member", ADA, "--out", "plan.json").code == 0
    world.members(CY)
    assert world.run("apply", "p", "plan.json", "--yes").code == 4


def test_a_selection_beside_a_saved_plan_is_a_wrong_command_line(world: World) -> None:
    assert world.run("plan", "p", "--member", ADA, "--out", "plan.json").code == 0
    assert world.run("apply", "p", "plan.json", "--yes", "--member", ADA).code == 64


def test_a_digest_of_a_selection_is_expected_together_with_the_selection(world: World) -> None:
    digest = world.run("plan", "p", "--format", "json", "--member", ADA).json["digest"]
    assert world.run("apply", "p", "--yes", "--expect", digest).code == 4
    assert world.run("apply", "p", "--yes", "--expect", digest, "--member", ADA).code == 0


# All environments


def test_with_all_environments_those_that_know_no_selected_member_are_skipped(world: World) -> None:
    world.environment("q")
    world.members(DAN, name="q")
    plans = world.run("plan", "--all", "--format", "json", "--member", DAN, "--member", CY).json["plans"]
    assert [(plan["environment"], plan["summary"]["add"]) for plan in plans] == [("p", 1), ("q", 1)]
    only = world.run("plan", "--all", "--format", "json", "--member", DAN).json["plans"]
    assert [plan["environment"] for plan in only] == ["q"]
    assert world.run("apply", "--all", "--yes", "--member", DAN).code == 0
    assert world.outcomes("q") == {DAN: "added"}
    assert world.outcomes("p") == {BOB: "added"}


def test_a_member_that_no_environment_knows_is_a_mistake(world: World) -> None:
    world.environment("q")
    world.members(DAN, name="q")
    for command in (["plan", "--all"], ["apply", "--all", "--yes"]):
        refused = world.run(*command, "--member", DAN, "--member", "eve@example.org")
        assert refused.code == 1
        assert "eve@example.org" in refused.err


def test_an_environment_that_cannot_be_read_is_not_skipped(world: World) -> None:
    world.environment("q")
    world.write("q/members/team.yaml", "members: 7\n")
    planned_all = world.run("plan", "--all", "--format", "json", "--member", ADA)
    assert planned_all.code == 1
    assert [plan["environment"] for plan in planned_all.json["plans"]] == ["p"]
    assert planned_all.json["problems"]


# What is shown


@pytest.mark.parametrize("shape", ["text", "markdown", "github"])
def test_a_plan_names_the_members_it_is_limited_to_and_masks_them(world: World, shape: str) -> None:
    shown = world.run("plan", "p", "--member", ADA, "--format", shape, "--no-mask").out
    assert ADA in shown
    masked = world.run("plan", "p", "--member", ADA, "--format", shape, "--mask").out
    assert "Only " in masked
    assert "ada@" not in masked


def test_the_command_that_applies_the_plan_has_the_selection(world: World) -> None:
    assert f"--member {ADA}" in world.run("plan", "p", "--member", ADA).out
    assert "--member" not in world.run("plan", "p", "--member", ADA, "--out", "plan.json").out


# Several plans in one file


def test_the_plans_of_all_environments_are_saved_as_they_are_printed(world: World) -> None:
    world.environment("q")
    world.members(DAN, name="q")
    printed = world.run("plan", "--all", "--format", "json", "--out", "plans.json")
    assert printed.code == 0
    saved = world.folder / "plans.json"
    assert json.loads(saved.read_text()) == printed.json
    assert saved.stat().st_mode & 0o777 == 0o600
    assert world.run("apply", "q", "plans.json", "--yes").code == 1
