"""`state mv`, `state list` with filters, and the file of rejected members."""

import csv
import io
import json
from pathlib import Path

import pytest
from world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An environment whose panel is built in; two members are recorded."""
    folder = tmp_path / "panels" / "old"
    (folder / "members").mkdir(parents=True)
    (folder / "environment.yaml").write_text("embedded: true\n")
    (folder / "members/team.csv").write_text("emailAddress\nada@firma.de\nbob@firma.de\n")
    world = World(tmp_path)
    assert world.run("apply", "old", "--yes").code == 0
    return world


def _rename(world: World, settings: str = "embedded: true\n") -> None:
    (world.folder / "panels/old").rename(world.folder / "panels/new")
    (world.folder / "panels/new/environment.yaml").write_text(settings)


def _lockfile(world: World) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(
        (world.folder / "panels/new/state.lock.json").read_text()
    )
    return found


def test_a_renamed_environment_keeps_what_is_recorded(world: World) -> None:
    _rename(world)
    assert world.run("plan", "new").code == 1
    assert world.run("state", "mv", "old", "new").code == 0
    assert world.run("plan", "new", "--detailed-exitcode").code == 0


def test_at_another_target_all_members_become_unconfirmed(world: World) -> None:
    _rename(world, "base_url: http://127.0.0.1:9/a/api/v2\napi_key: {env: KEY}\n")
    assert world.run("state", "mv", "old", "new").code == 0
    assert [*_lockfile(world)["unconfirmed"]] == ["ada@firma.de", "bob@firma.de"]


def test_the_same_panel_at_another_address_keeps_its_outcomes(world: World) -> None:
    _rename(world, "base_url: http://127.0.0.1:9/a/api/v2\napi_key: {env: KEY}\n")
    assert world.run("state", "mv", "old", "new", "--same-panel").code == 0
    assert [*_lockfile(world)["members"]] == ["ada@firma.de", "bob@firma.de"]


def test_a_lockfile_of_the_new_name_is_never_replaced(world: World) -> None:
    _rename(world)
    world.run("state", "mv", "old", "new")
    before = (world.folder / "panels/new/state.lock.json").read_bytes()
    assert world.run("state", "mv", "old", "new").code == 1
    assert (world.folder / "panels/new/state.lock.json").read_bytes() == before


def test_with_a_journal_nothing_is_renamed(world: World) -> None:
    _rename(world)
    (world.folder / "panels/new/.reconciler/journal.jsonl").write_text("{}\n")
    assert world.run("state", "mv", "old", "new").code == 1


def test_the_list_can_be_limited_to_outcomes_and_printed_for_a_spreadsheet(world: World) -> None:
    shown = world.run("state", "list", "old", "--outcome", "added", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(shown.out)))
    assert [(row["emailAddress"], row["outcome"]) for row in rows] == [
        ("ada@firma.de", "added"),
        ("bob@firma.de", "added"),
    ]
    none = world.run("state", "list", "old", "--outcome", "rejected", "--format", "csv")
    assert list(csv.DictReader(io.StringIO(none.out))) == []


def test_the_file_of_rejected_members_is_written_also_where_nobody_is(world: World) -> None:
    path = world.folder / "rejected.csv"
    assert world.run("apply", "old", "--yes", "--rejected-csv", str(path)).code == 0
    assert path.read_text() == "reason,emailAddress\n"
