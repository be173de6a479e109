"""Where results may be saved: never over, or among, what an environment reads and keeps."""

from pathlib import Path

import pytest
from world import World

INSIDE = (
    "members/new.csv",
    "members/new.yaml",
    "suppressed.txt",
    "environment.yaml",
    "state.lock.json",
    ".reconciler/journal.jsonl",
    ".reconciler/sandbox.sqlite3",
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """One member was applied."""
    return World.applied(tmp_path, "ada@example.org")


def _files(world: World) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in world.panels.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "command",
    [
        ("plan", "p", "--out"),
        ("apply", "p", "--yes", "--report"),
        ("apply", "p", "--yes", "--rejected-csv"),
        ("apply", "p", "--yes", "--log"),
        ("import", "p", "more.csv", "--yes", "--rejected"),
    ],
    ids=lambda words: f"{words[0]} {words[-1]}",
)
def test_no_result_takes_the_place_of_a_file_of_an_environment(
    world: World, command: tuple[str, ...]
) -> None:
    (world.folder / "more.csv").write_text("Email\nbob@example.org\nno address\n")
    before = _files(world)
    for place in INSIDE:
        assert world.run(*command, f"panels/p/{place}").code == 64
        assert _files(world) == before


@pytest.mark.parametrize(("first", "second"), [("--report", "--log"), ("--report", "--rejected-csv")])
def test_each_result_has_a_file_of_its_own(world: World, first: str, second: str) -> None:
    assert world.run("apply", "p", "--yes", first, "same.json", second, "./same.json").code == 64
    assert not (world.folder / "same.json").exists()


def test_a_saved_plan_is_not_overwritten_by_the_report_about_it(world: World) -> None:
    assert world.run("plan", "p", "--out", "plan.json").code == 0
    assert world.run("apply", "p", "plan.json", "--yes", "--report", "plan.json").code == 64


def test_an_import_never_goes_through_a_link(world: World) -> None:
    (world.folder / "more.csv").write_text("Email\nbob@example.org\n")
    (world.panels / "p/members/loop.csv").symlink_to("loop.csv")
    ended = world.run("import", "p", "more.csv", "--to", "members/loop.csv", "--dry-run")
    assert ended.code == 1
    assert "link" in ended.err


def test_members_that_are_a_link_to_itself_are_a_problem_in_words(world: World) -> None:
    (world.folder / "more.csv").write_text("Email\nbob@example.org\n")
    (world.panels / "p/loop").symlink_to("loop")
    world.write("p/environment.yaml", "embedded: true\nmembers: [loop]\n")
    assert world.run("import", "p", "more.csv", "--dry-run").code == 64
