"""Erasure and opting out, by the real program: `departed` in the lockfile, and what plans say of it."""

import json
from pathlib import Path

import pytest
from world import Sandbox, World

ADA, BOB, CY = (f"{name}@example.org" for name in ("ada", "bob", "cy"))
DELETES = "policy: {on_remove: forget, on_suppress: delete}\nguards: {remove: null}\n"
UNSUBSCRIBES = "policy: {on_remove: unsubscribe}\nguards: {remove: null}\n"
SECRET = {"PEPPER": "0123456789abcdef0123456789abcdef"}


def world_of(folder: Path, settings: str, *people: str) -> World:
    """These people were added by us; Cy is in the panel by others."""
    world = World(folder)
    world.environment(settings=settings)
    world.write("p/sandbox-seed.csv", f"emailAddress\n{CY}\n")
    world.members(*people)
    assert world.run("apply", "p", "--yes").code == 0
    return world


def apply(world: World, *options: str) -> dict[str, int]:
    done = world.run("apply", "p", "--yes", "--allow", "delete", "--format", "json", *options, env=SECRET)
    assert done.code == 0, done.err
    return {word: count for word, count in done.json["summary"].items() if count}


def there(world: World) -> set[str]:
    return {member["key"] for member in world.run("sandbox", "show", "p", "--format", "json").json["members"]}


def test_an_erasure_is_suppress_and_apply_and_touches_nobody_else(tmp_path: Path) -> None:
    world = world_of(tmp_path, DELETES, ADA, BOB)
    world.members(ADA)
    suppressed = world.run("suppress", "p", BOB, CY, "--format", "json").json
    assert [each["removal"]["by"] for each in suppressed["suppressed"]] == ["delete", "delete"]
    assert apply(world) == {"deleted": 2}
    assert there(world) == {ADA}
    assert world.departed() == {BOB: "deleted", CY: "deleted"}
    assert world.run("plan", "p", "--detailed-exitcode").code == 0


def test_an_urgent_erasure_is_of_one_member_alone(tmp_path: Path) -> None:
    world = world_of(tmp_path, DELETES, ADA, BOB)
    world.members()
    world.write("p/suppressed.txt", f"{CY}\n")
    assert apply(world, "--member", CY) == {"deleted": 1}
    assert there(world) == {ADA, BOB}


def test_where_lists_are_hashed_so_is_the_record(tmp_path: Path) -> None:
    world = world_of(tmp_path, DELETES + "suppression_secret: {env: PEPPER}\n", ADA, BOB)
    world.members(ADA)
    assert world.run("suppress", "p", BOB, env=SECRET).code == 0
    apply(world)
    (name,) = world.departed()
    assert name.startswith("hmac-sha256:")
    assert BOB not in (world.panels / "p/state.lock.json").read_text(encoding="utf-8")
    found = world.run("find", BOB, "--format", "json", env=SECRET).json["places"]
    assert ("lockfile", "departed") in {(place["kind"], place["detail"]) for place in found}
    assert world.run("state", "rm", "p", name, "--yes").code == 0
    assert world.departed() == {}


def test_someone_who_opted_out_and_is_declared_reads_that_adding_does_not_resubscribe(tmp_path: Path) -> None:
    world = world_of(tmp_path, DELETES, ADA)
    world.write("p/opted_out.txt", f"{ADA}\n")
    assert "does not resubscribe" in world.run("why", "p", ADA).out


def test_who_opted_out_can_be_suppressed_too(tmp_path: Path) -> None:
    world = world_of(tmp_path, DELETES, ADA, BOB)
    world.members(ADA)
    world.write("p/opted_out.txt", f"{BOB}\n")
    suppressed = world.run("suppress", "p", BOB, "--format", "json").json
    assert (suppressed["was_there"], suppressed["removal"]["by"]) == (False, "delete")
    assert apply(world) == {"deleted": 1}
    assert there(world) == {ADA, CY}


def test_a_list_that_is_hashed_later_leaves_no_address_in_the_lockfile(tmp_path: Path) -> None:
    world = world_of(tmp_path, DELETES, ADA)
    world.write("p/suppressed.txt", f"{CY}\n")
    apply(world)
    world.write("p/suppressed.txt", "")
    world.environment(settings=DELETES + "suppression_secret: {env: PEPPER}\n")
    assert world.run("suppress", "p", CY, env=SECRET).code == 0
    world.members(ADA, BOB)
    apply(world)
    assert CY not in (world.panels / "p/state.lock.json").read_text(encoding="utf-8")
    assert [*world.departed().values()] == ["deleted"]
    assert world.run("plan", "p", "--detailed-exitcode", env=SECRET).code == 0


def test_who_is_no_longer_suppressed_leaves_no_record(tmp_path: Path) -> None:
    world = world_of(tmp_path, DELETES, ADA)
    world.write("p/suppressed.txt", f"{CY}\n")
    apply(world)
    world.write("p/suppressed.txt", "")
    assert world.run("plan", "p", "--detailed-exitcode").code == 2
    assert apply(world) == {"forgotten": 1}
    assert world.departed() == {}


def test_who_was_unsubscribed_and_is_declared_again_is_never_silent(tmp_path: Path) -> None:
    world = world_of(tmp_path, UNSUBSCRIBES, ADA, BOB)
    world.members(ADA)
    assert apply(world) == {"unsubscribed": 1}
    world.members(ADA, BOB)
    planned = world.run("plan", "p", "--format", "json").json
    assert [(warning["code"], warning["line"]) for warning in planned["warnings"]] == [
        ("was-unsubscribed", 3)
    ]
    assert "doesn't resubscribe" in world.run("plan", "p").out
    assert "doesn't resubscribe" in world.run("why", "p", BOB).out
    assert apply(world) == {"existing": 1}
    assert world.departed() == {BOB: "unsubscribed"}
    assert world.outcomes()[BOB] == "existing"
    assert "doesn't resubscribe" in world.run("why", "p", BOB).out


def test_a_refused_deletion_does_not_lose_that_they_were_unsubscribed(tmp_path: Path) -> None:
    def settings(way: str) -> str:
        return f"policy: {{on_suppress: {way}}}\nguards: {{remove: null}}\n"

    with Sandbox(tmp_path) as vendor:
        world = World(tmp_path)
        world.environment(settings=settings("unsubscribe"), base_url=vendor.base_url)
        world.members(ADA, BOB)
        apply(world)
        world.members(ADA)
        world.write("p/suppressed.txt", f"{BOB}\n")
        assert apply(world) == {"unsubscribed": 1}
        proven = world.lockfile()["departed"][BOB]
    with Sandbox(tmp_path, "--block", BOB, port=vendor.port) as vendor:
        world.environment(settings=settings("delete"), base_url=vendor.base_url)
        for calls in (1, 0):  # the refusal is known from then on
            done = world.run("apply", "p", "--yes", "--allow", "delete", "--format", "json")
            assert (done.code, done.json["calls"], done.json["summary"]["blocked"]) == (3, calls, 1)
        refused = {**proven, "by": "delete", "reason": "blocked"}
        assert world.lockfile()["departed"] == {BOB: refused}
        assert proven["at"] in world.run("why", "p", BOB).out
        world.write("p/suppressed.txt", "")
        assert apply(world) == {"forgotten": 1}
        assert world.lockfile()["departed"] == {BOB: proven}
        world.members(ADA, BOB)
        assert "doesn't resubscribe" in world.run("plan", "p").out


@pytest.mark.parametrize("name", ["suppressed", "opted_out"])
def test_who_is_on_a_list_can_not_be_declared(tmp_path: Path, name: str) -> None:
    world = world_of(tmp_path, DELETES, ADA)
    world.write(f"p/{name}.txt", f"{ADA}\n")
    validated = world.run("validate", "p", "--format", "json")
    assert validated.code == 1
    assert [problem["line"] for problem in validated.json["problems"]] == [2]


def test_what_departed_is_listed_counted_and_shown(tmp_path: Path) -> None:
    world = world_of(tmp_path, DELETES, ADA)
    world.write("p/suppressed.txt", f"{CY}\n")
    apply(world)
    (found,) = world.run("state", "list", "p", "--outcome", "deleted", "--format", "json").json["members"]
    assert (found["key"], found["section"], found["by"]) == (CY, "departed", "delete")
    assert "1 departed" in world.run("state", "list", "p").out
    assert "no longer in the panel" in world.run("state", "show", "p", CY).out


def test_the_saved_plan_of_such_a_removal_is_applied_and_shown(tmp_path: Path) -> None:
    world = world_of(tmp_path, DELETES, ADA)
    world.write("p/suppressed.txt", f"{CY}\n")
    assert world.run("plan", "p", "--out", "plan.json").code == 0
    (action,) = json.loads((world.folder / "plan.json").read_text(encoding="utf-8"))["actions"]
    assert (action["known"], action["source"]) == (False, "panels/p/suppressed.txt:1")
    assert "not recorded as present" in world.run("show", "plan.json").out
    assert world.run("apply", "p", "plan.json", "--yes", "--allow", "delete").code == 0
    assert there(world) == {ADA}


def test_in_another_panel_no_removal_is_proven(tmp_path: Path) -> None:
    world = world_of(tmp_path, DELETES, ADA)
    world.write("p/suppressed.txt", f"{CY}\n")
    apply(world)
    world.environment("q", settings=DELETES, base_url="http://127.0.0.1:9/a/api/v2")
    assert world.run("state", "mv", "p", "q").code == 0
    assert world.departed("q") == {CY: "unconfirmed"}
