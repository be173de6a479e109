"""Two values of a change never look the same on the screen, however Unicode spells them."""

from pathlib import Path

import pytest
from world import World

COMPOSED, DECOMPOSED = "Zo\u00eb", "Zoe\u0308"
ADA = "ada@example.org"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A first name was sent in one Unicode form, and is declared in the other."""
    world = World(tmp_path)
    world.environment()
    world.members({"emailAddress": ADA, "firstName": COMPOSED})
    assert world.run("apply", "p", "--yes").code == 0
    world.members({"emailAddress": ADA, "firstName": DECOMPOSED})
    return world


@pytest.mark.parametrize("command", [["plan", "p"], ["plan", "p", "--format", "markdown"], ["why", "p", ADA]])
def test_forms_of_one_text_are_told_apart(world: World, command: list[str]) -> None:
    shown = world.run(*command).out
    assert r"Zo\xeb" in shown
    assert r"Zoe\u0308" in shown


def test_texts_that_look_different_are_shown_as_they_are(world: World) -> None:
    world.members({"emailAddress": ADA, "firstName": "Zöe"})
    assert COMPOSED in world.run("plan", "p").out


def test_masked_values_stay_hidden(world: World) -> None:
    assert "Zo" not in world.run("plan", "p", "--mask").out
