"""A lockfile with other white space, such as older versions wrote, records the same state."""

import json
from pathlib import Path

import pytest
from world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Ada was added; the lockfile has a blank behind each comma and colon."""
    world = World(tmp_path)
    world.environment()
    world.members("ada@example.org")
    assert world.run("apply", "p", "--yes").code == 0
    lockfile = world.panels / "p/state.lock.json"
    lockfile.write_text(json.dumps(json.loads(lockfile.read_text())) + "\n")
    return world


def test_it_is_no_reason_to_write(world: World) -> None:
    before = (world.panels / "p/state.lock.json").read_bytes()
    assert world.run("plan", "p", "--detailed-exitcode").code == 0
    assert world.run("apply", "p", "--yes").code == 0
    assert (world.panels / "p/state.lock.json").read_bytes() == before


def test_the_next_apply_that_changes_the_file_makes_it_compact(world: World) -> None:
    world.members("ada@example.org", "bob@example.org")
    assert world.run("apply", "p", "--yes").code == 0
    lines = (world.panels / "p/state.lock.json").read_text().splitlines()
    assert lines[1] == '"format":1,"environment":"p","target":"embedded",'
    assert lines[3].startswith('"ada@example.org":{"outcome":"added",')


def test_a_plan_that_was_saved_before_is_still_the_same(world: World) -> None:
    world.members("ada@example.org", "bob@example.org")
    assert world.run("plan", "p", "--out", "plan.json").code == 0
    lockfile = world.panels / "p/state.lock.json"
    lockfile.write_text(json.dumps(json.loads(lockfile.read_text()), indent=4))
    assert world.run("apply", "p", "plan.json", "--yes").code == 0
