"""`drift --list-opted-out`: who opted out comes onto `opted_out.txt`, with the entries to take out."""

from pathlib import Path

import pytest
from terminal import converse
from world import Result, World

_SECRET = {"PEPPER": "0123456789abcdef0123456789abcdef"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Three people who were applied, two of them unsubscribed; a policy would delete who leaves."""
    world = World(tmp_path)
    world.environment(settings="policy: {on_remove: delete}\nguards: {remove: null}\n")
    world.members(*(f"{name}@example.org" for name in ("ada", "bob", "cleo")))
    assert world.run("apply", "p", "--yes").code == 0
    change = ("sandbox", "change", "p")
    assert world.run(*change, "bob@example.org", "cleo@example.org", "--unsubscribe").code == 0
    return world


def _list(world: World, *arguments: str, env: dict[str, str] | None = None) -> Result:
    words = ("drift", "p", "--list-opted-out", "--yes", "--format", "json")
    return world.run(*words, *arguments, env=env)


def _lines(world: World) -> list[str]:
    return (world.panels / "p" / "opted_out.txt").read_text().splitlines()


def test_it_writes_the_list_and_names_the_entries_to_take_out(world: World) -> None:
    result = _list(world)
    assert result.code == 0
    assert _lines(world)[1:] == ["bob@example.org", "cleo@example.org"]
    assert result.json["listed"][0] == {
        "key": "bob@example.org",
        "file": "panels/p/opted_out.txt",
        "line": 2,
        "was_there": False,
        "declared": "panels/p/members/team.yaml:3",
    }
    assert (world.panels / "p/members/team.yaml").read_text().count("bob@") == 1  # a person edits it


def test_no_call_is_made_beyond_the_read_and_none_follows_from_the_list(world: World) -> None:
    def calls() -> int:
        return int(world.run("sandbox", "show", "p", "--format", "json").json["calls"])

    before = calls()
    assert _list(world).json["read"]["calls"] == calls() - before
    world.members("ada@example.org")
    before = calls()
    assert world.run("apply", "p", "--yes").code == 0
    assert calls() == before
    assert set(world.outcomes()) == {"ada@example.org"}


def test_the_screen_says_what_was_written_and_what_to_take_out(world: World) -> None:
    shown = world.run("drift", "p", "--list-opted-out", "--yes").out
    assert "panels/p/opted_out.txt: 2 people" in shown
    assert "panels/p/members/team.yaml:4" in shown


def test_nobody_is_listed_twice_and_lines_that_exist_are_kept(world: World) -> None:
    world.members("ada@example.org", "cleo@example.org")
    world.write("p/opted_out.txt", "# from last year\r\nBob@Example.org  # by mail\r\n")
    result = _list(world)
    assert [entry["was_there"] for entry in result.json["listed"]] == [True, False]
    assert (world.panels / "p" / "opted_out.txt").read_bytes() == (
        b"# from last year\r\nBob@Example.org  # by mail\r\ncleo@example.org\r\n"
    )
    world.members("ada@example.org")
    before = _lines(world)
    assert [entry["was_there"] for entry in _list(world).json["listed"]] == [True, True]
    assert _lines(world) == before


def test_who_is_suppressed_needs_no_second_list(world: World) -> None:
    world.members("ada@example.org", "cleo@example.org")
    world.write("p/suppressed.txt", "bob@example.org\n")
    assert _list(world).code == 0
    assert _lines(world)[1:] == ["cleo@example.org"]


def test_with_a_secret_the_list_holds_no_address(world: World) -> None:
    world.environment(settings="suppression_secret: {env: PEPPER}\n")
    assert _list(world, env=_SECRET).code == 0
    text = (world.panels / "p" / "opted_out.txt").read_text()
    assert text.count("hmac-sha256:") == 2
    assert "example" not in text


def test_without_the_secret_no_call_is_spent(world: World) -> None:
    world.environment(settings="suppression_secret: {env: PEPPER}\n")
    assert _list(world).code == 1
    assert world.run("sandbox", "show", "p", "--format", "json").json["calls"] == 1  # the apply


def test_an_export_is_enough(world: World) -> None:
    (world.folder / "panel.csv").write_text(
        "Email,Unsubscribe Date\nada@example.org,\nbob@example.org,2026-02-01\ncleo@example.org,\n"
    )
    result = _list(world, "--export", "panel.csv")
    assert (result.code, result.json["read"]["calls"]) == (0, 0)
    assert _lines(world)[1:] == ["bob@example.org"]


def test_without_a_yes_nothing_is_written_and_the_findings_are_shown(world: World) -> None:
    (world.folder / "panel.csv").write_text(
        "Email,Unsubscribe Date\nada@example.org,\nbob@example.org,2026-02-01\n"
    )
    words = ("drift", "p", "--export", "panel.csv", "--list-opted-out", "--format", "json")
    result = world.run(*words)
    assert result.code == 4
    assert "bob@example.org" in result.err
    assert result.json["summary"]["opted_out"] == 1
    assert "--yes" in result.json["problems"][0]["hint"]
    assert not (world.panels / "p" / "opted_out.txt").exists()


def test_where_nobody_opted_out_nothing_is_asked_and_nothing_is_written(world: World) -> None:
    (world.folder / "panel.csv").write_text("Email,Unsubscribe Date\nada@example.org,\n")
    result = world.run("drift", "p", "--export", "panel.csv", "--list-opted-out", "--format", "json")
    assert (result.code, result.json["listed"]) == (0, [])
    assert not (world.panels / "p" / "opted_out.txt").exists()


def test_from_a_panel_that_may_be_another_nobody_is_listed(world: World) -> None:
    (world.folder / "panel.csv").write_text("Email,Unsubscribe Date\ndan@example.org,2026-02-01\n")
    assert _list(world, "--export", "panel.csv").code == 3
    assert not (world.panels / "p" / "opted_out.txt").exists()


def test_a_member_unsubscribed_by_apply_has_not_opted_out(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment(settings="policy: {on_remove: unsubscribe}\nguards: {remove: null}\n")
    world.members("ada@example.org", "bob@example.org")
    assert world.run("apply", "p", "--yes").code == 0
    world.members("ada@example.org")
    assert world.run("apply", "p", "--yes").code == 0
    result = _list(world)
    assert (result.json["summary"]["opted_out"], result.json["listed"]) == (1, [])
    assert not (world.panels / "p" / "opted_out.txt").exists()


def test_a_read_that_ended_early_still_proves_who_opted_out(world: World) -> None:
    assert _list(world, "--max-calls", "1").code == 3
    assert _lines(world)[1:] == ["bob@example.org", "cleo@example.org"]


def test_a_link_in_the_place_of_the_list_is_never_followed(world: World) -> None:
    (world.panels / "p" / "opted_out.txt").symlink_to(world.folder / "elsewhere.txt")
    assert _list(world).code == 1
    assert not (world.folder / "elsewhere.txt").exists()


def test_import_lists_who_opted_out_and_does_not_write_them(world: World) -> None:
    (world.folder / "new.csv").write_text(
        "Email,Unsubscribe Date\ndan@example.org,\neve@example.org,2026-02-01\n"
    )
    result = world.run("import", "p", "new.csv", "--format", "json")
    assert (result.code, result.json["opted_out"]) == (3, ["eve@example.org"])
    assert "2026-02-01" in result.json["refused"][0]["reason"]
    assert "eve@" not in (world.panels / "p/members/new.csv").read_text()
    assert not (world.panels / "p" / "opted_out.txt").exists()


def test_import_takes_no_other_row_of_someone_who_opted_out(world: World) -> None:
    (world.folder / "new.csv").write_text(
        "Email,Unsubscribe Date\neve@example.org,2026-02-01\nEVE@example.org,\n"
    )
    assert len(world.run("import", "p", "new.csv", "--format", "json").json["refused"]) == 2


def test_an_interrupt_at_the_second_question_ends_the_command_and_writes_nothing(world: World) -> None:
    talk = converse(world, ("drift", "p", "--list-opted-out"), ["y\n", "\x03"])
    assert talk.code == 130
    assert not (world.panels / "p" / "opted_out.txt").exists()
