"""How suppressed members and those who opted out leave, by the real program."""

import json
from pathlib import Path

import pytest
from world import World

ADA, BOB, CY, DAN = (f"{name}@example.org" for name in ("ada", "bob", "cy", "dan"))
SECRET = {"PEPPER": "0123456789abcdef0123456789abcdef"}
GUARDS = "guards: {remove: null}\n"
DELETE_ALL_BUT = "policy: {on_remove: delete, on_suppress: forget}\n" + GUARDS
DELETE_ONLY = "policy: {on_remove: forget, on_suppress: delete}\n" + GUARDS
DELETE = "policy: {on_remove: delete}\n" + GUARDS
HASHED = "suppression_secret: {env: PEPPER}\n"


def left(folder: Path, settings: str, **lists: str) -> World:
    """Four people were pushed; all but Ada have left since. `lists` are files beside the settings."""
    world = World(folder)
    world.environment(settings=settings)
    world.members(ADA, BOB, CY, DAN)
    assert world.run("apply", "p", "--yes").code == 0
    world.members(ADA)
    for name, people in lists.items():
        world.write(f"p/{name}.txt", people + "\n")
    return world


def there(world: World) -> set[str]:
    """Who is in the panel."""
    return {member["key"] for member in world.run("sandbox", "show", "p", "--format", "json").json["members"]}


def ways(world: World) -> dict[str, str | None]:
    actions = world.run("plan", "p", "--format", "json").json["actions"]
    return {action["key"]: action["by"] for action in actions}


def test_a_suppressed_member_is_deleted_and_the_others_are_kept(tmp_path: Path) -> None:
    world = left(tmp_path, DELETE_ONLY, suppressed=BOB)
    assert ways(world) == {BOB: "delete", CY: "forget", DAN: "forget"}
    assert world.run("apply", "p", "--yes", "--allow", "delete").code == 0
    assert there(world) == {ADA, CY, DAN}
    assert world.outcomes().keys() == {ADA}


def test_a_suppressed_member_is_kept_where_the_others_are_deleted(tmp_path: Path) -> None:
    world = left(tmp_path, DELETE_ALL_BUT, suppressed=BOB)
    assert world.run("apply", "p", "--yes", "--allow", "delete").code == 0
    assert there(world) == {ADA, BOB}


@pytest.mark.parametrize("settings", [DELETE, DELETE_ALL_BUT, "policy: {on_remove: unsubscribe}\n" + GUARDS])
def test_who_opted_out_is_forgotten_without_a_call(tmp_path: Path, settings: str) -> None:
    world = left(tmp_path, settings, opted_out=f"{BOB}\n{CY}\n{DAN}")
    applied = world.run("apply", "p", "--yes", "--format", "json")
    assert (applied.code, applied.json["calls"]) == (0, 0)
    assert applied.json["summary"]["forgotten"] == 3
    assert there(world) == {ADA, BOB, CY, DAN}
    assert world.run("plan", "p", "--detailed-exitcode").code == 0


def test_an_opt_out_list_of_another_environment_is_no_list_of_suppressed_people(tmp_path: Path) -> None:
    world = left(tmp_path, DELETE)
    world.write("q/opted_out.txt", f"{BOB}\n{CY}\n{DAN}\n")
    world.environment(settings=DELETE + "suppressed: [../q/opted_out.txt]\n")
    assert set(ways(world).values()) == {"forget"}


def test_plan_why_and_suppress_name_the_policy_that_decides(tmp_path: Path) -> None:
    world = left(tmp_path, DELETE_ONLY, suppressed=BOB, opted_out=CY)
    plan = world.run("plan", "p").out
    assert f"{BOB}  delete, suppressed" in plan
    assert f"{CY}   forget, opted out" in plan
    assert "on_suppress" in world.run("why", "p", BOB).out
    assert "never causes a call" in world.run("why", "p", CY).out
    suppressed = world.run("suppress", "p", DAN, "--format", "json").json
    assert suppressed["removal"]["by"] == "delete"


def test_declaring_who_opted_out_is_a_mistake_that_says_so(tmp_path: Path) -> None:
    world = left(tmp_path, DELETE, opted_out=ADA)
    done = world.run("validate", "p")
    assert done.code == 1
    assert f"{ADA} opted out in the panel" in done.err + done.out
    assert "panels/p/opted_out.txt:1" in done.err + done.out


def test_without_the_secret_the_plan_says_that_it_does_not_know(tmp_path: Path) -> None:
    world = left(tmp_path, DELETE_ALL_BUT + HASHED)
    assert world.run("suppress", "p", BOB, env=SECRET).code == 0
    assert set(ways(world).values()) == {None}
    plan = world.run("plan", "p")
    assert "3 to remove (unknown here)" in plan.out
    assert "Apply refuses this digest" in plan.out
    assert world.run("apply", "p", "--yes", "--allow", "delete").code == 1
    assert there(world) == {ADA, BOB, CY, DAN}


def test_a_plan_made_without_the_secret_is_refused_with_this_reason(tmp_path: Path) -> None:
    world = left(tmp_path, DELETE_ALL_BUT + HASHED)
    assert world.run("suppress", "p", BOB, env=SECRET).code == 0
    assert world.run("plan", "p", "--out", "saved.json").code == 0
    digest = json.loads((world.folder / "saved.json").read_text())["digest"]
    for reviewed in (("--expect", digest), ("saved.json",)):
        done = world.run("apply", "p", *reviewed, "--yes", "--allow", "delete", env=SECRET)
        assert done.code == 4
        assert "made without the secret of the suppression lists" in done.err
    assert there(world) == {ADA, BOB, CY, DAN}


def test_a_saved_plan_shows_these_removals_as_they_were(tmp_path: Path) -> None:
    world = left(tmp_path, DELETE_ALL_BUT + HASHED, opted_out=CY)
    assert world.run("suppress", "p", BOB, env=SECRET).code == 0
    for env in (None, SECRET):
        assert world.run("plan", "p", "--out", "saved.json", env=env).code == 0
        rows = [line for line in world.run("plan", "p", env=env).out.splitlines() if line.startswith("  - ")]
        shown = world.run("show", "saved.json", "--no-mask").out
        assert all(row in shown for row in rows)
