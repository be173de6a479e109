"""`reconciler status`: where each environment is."""

import json
from pathlib import Path

import pytest
from world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two environments whose panels are built in."""
    for name in ("one", "two"):
        folder = tmp_path / "panels" / name
        (folder / "members").mkdir(parents=True)
        (folder / "environment.yaml").write_text("embedded: true\n")
        (folder / "members/team.csv").write_text("emailAddress\nada@firma.de\nbob@firma.de\n")
    return World(tmp_path)


def test_what_is_declared_recorded_and_left_to_do_is_counted(world: World) -> None:
    world.run("apply", "one", "--yes")
    (world.folder / "panels/one/members/team.csv").write_text("emailAddress\nada@firma.de\n")
    found = json.loads(world.run("status", "--format", "json").out)
    one, two = found["environments"]
    assert (one["declared"], one["recorded"], one["remove"], one["interrupted"]) == (1, 2, 1, False)
    assert one["last_pushed"].endswith("Z")
    assert (two["add"], two["last_pushed"]) == (2, None)


def test_an_environment_that_is_wrong_does_not_hide_the_others(world: World) -> None:
    (world.folder / "panels/one/members/team.csv").write_text("emailAddress\nnobody\n")
    shown = world.run("status", "--format", "json")
    assert shown.code == 1
    found = json.loads(shown.out)
    assert [each["environment"] for each in found["environments"]] == ["two"]
    assert found["problems"][0]["file"] == "panels/one/members/team.csv"
