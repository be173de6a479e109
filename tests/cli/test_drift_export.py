"""`drift --export`: an export of QuestionPro's UI in place of the panel, without a call and without a key."""

from pathlib import Path

import openpyxl
import pytest
from world import Result, World

_PEOPLE = [
    {"emailAddress": "ada@example.org", "firstName": "Ada", "city": "Oslo", "birthday": "1990-12-25"},
    {"emailAddress": "bob@example.org", "firstName": "Bob"},
    {"emailAddress": "cleo@example.org"},
]
_HEADER = "Email Address,First Name,City,Birthday,Unsubscribe Date"
_ADA, _BOB, _CLEO = "ada@example.org,Ada,Oslo,,", "bob@example.org,Bob,,,", "cleo@example.org,,,,"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Three people who were applied to the embedded panel of `p`."""
    return World.applied(tmp_path, *_PEOPLE)


def _export(world: World, *rows: str, header: str = _HEADER) -> str:
    (world.folder / "panel.csv").write_text("\n".join((header, *rows, "")), encoding="utf-8")
    return "panel.csv"


def _drift(world: World, *rows: str, header: str = _HEADER, more: tuple[str, ...] = ()) -> Result:
    file = _export(world, *rows, header=header)
    return world.run("drift", "p", "--export", file, "--format", "json", "--detailed-exitcode", *more)


def _findings(result: Result) -> dict[str, str]:
    return {member["key"].partition("@")[0]: member["finding"] for member in result.json["members"]}


def test_an_export_of_the_panel_as_it_was_applied_has_no_drift_and_costs_no_call(world: World) -> None:
    result = _drift(world, _ADA, _BOB, _CLEO)
    assert (result.code, result.json) == (
        0,
        {
            "format": 1,
            "environment": "p",
            "source": "export",
            "read": {"calls": 0, "members": 3, "complete": True, "reason": None},
            "summary": {"same": 3, "differs": 0, "not_seen": 0, "only_in_panel": 0, "opted_out": 0},
            "members": [],
        },
    )
    assert world.run("sandbox", "show", "p", "--format", "json").json["calls"] == 1  # the apply


def test_each_finding_is_found_in_an_export(world: World) -> None:
    result = _drift(
        world, "ada@example.org,Ada,Rome,,", "bob@example.org,,,,2026-02-01", "dan@example.org,,,,"
    )
    assert result.code == 2
    assert _findings(result) == {
        "bob": "opted_out",
        "ada": "differs",
        "cleo": "not_seen",
        "dan": "only_in_panel",
    }
    assert result.json["members"][1]["fields"] == [{"field": "city", "declared": "Oslo", "panel": "Rome"}]


def test_it_says_that_the_panel_may_have_changed_since(world: World) -> None:
    _export(world, _ADA, _BOB)
    shown = world.run("drift", "p", "--export", "panel.csv").out
    assert "panel.csv" in shown
    assert "may have changed since" in shown
    assert "It may be older" in shown


def test_neither_key_nor_network_is_needed(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment(base_url="https://panel.test/a/api/v2")
    world.members("ada@example.org")
    file = _export(world, _ADA)
    done = world.run("drift", "p", "--export", file, env={"KEY": "", "RECONCILER_HOSTS": "elsewhere.test"})
    assert done.code == 3  # nothing was applied yet, so nobody is known


def test_a_workbook_is_read_as_import_reads_it(world: World) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in (["Our panel"], ["E-Mail", "Vorname"], *([each["emailAddress"], "X"] for each in _PEOPLE)):
        sheet.append(row)
    workbook.save(world.folder / "panel.xlsx")
    result = world.run("drift", "p", "--export", "panel.xlsx", "--format", "json")
    assert _findings(result) == {"ada": "differs", "bob": "differs"}
    assert not (world.panels / "p" / "import.yaml").exists()


def test_what_was_decided_about_an_import_of_the_same_file_counts(world: World) -> None:
    world.write("p/import.yaml", 'members/panel.csv: {columns: {"Home": city}}\n')
    header = _HEADER.replace("City", "Home")
    assert _findings(_drift(world, "ada@example.org,,Rome,,", _BOB, _CLEO, header=header)) == {
        "ada": "differs"
    }


@pytest.mark.parametrize(
    ("more", "code", "found"),
    [((), 0, {}), (("--dates", "birthday=dmy"), 2, {"ada": "differs"})],
)
def test_a_cell_that_can_be_read_in_two_ways_is_not_compared(
    world: World, more: tuple[str, ...], code: int, found: dict[str, str]
) -> None:
    result = _drift(world, "ada@example.org,Ada,Oslo,03.04.1990,", _BOB, _CLEO, more=more)
    assert (result.code, _findings(result)) == (code, found)


def test_who_opted_out_on_a_day_that_can_be_read_in_two_ways_opted_out(world: World) -> None:
    assert _findings(_drift(world, _ADA, "bob@example.org,,,,03/04/2026", _CLEO)) == {"bob": "opted_out"}


def test_lists_have_no_documented_form_in_an_export_and_are_not_compared(world: World) -> None:
    person = {**_PEOPLE[0], "profileFields": [{"profileFieldId": 7, "value": [1, 2]}]}
    world.members(person, *_PEOPLE[1:])
    header = f"{_HEADER},profileFields[7]"
    assert _findings(_drift(world, f"{_ADA},Red", f"{_BOB},", f"{_CLEO},", header=header)) == {}


def test_an_export_without_the_column_says_that_it_does_not_tell_who_opted_out(world: World) -> None:
    file = _export(world, "ada@example.org", header="Email")
    assert "unsubscribeDate" in world.run("drift", "p", "--export", file).out


@pytest.mark.parametrize("rows", [(), ("dan@example.org,,,,",)])
def test_an_export_without_anybody_known_proves_nothing(world: World, rows: tuple[str, ...]) -> None:
    result = _drift(world, *rows)
    assert (result.code, result.json["read"]["complete"]) == (3, False)
    assert "not_seen" not in _findings(result).values()
    assert "export" in result.json["read"]["reason"]


def test_of_one_person_in_two_rows_the_later_counts_and_the_read_is_not_complete(world: World) -> None:
    result = _drift(world, _ADA, "ADA@example.org,Ada,Rome,,", _BOB, _CLEO)
    assert (result.code, _findings(result)) == (3, {"ada": "differs"})


@pytest.mark.parametrize("row", [",Dan,,,", "dan,Dan,,,"])
def test_a_row_without_a_usable_address_is_counted(world: World, row: str) -> None:
    file = _export(world, _ADA, _BOB, _CLEO, row)
    assert "1 entry without a usable address" in world.run("drift", "p", "--export", file).out


def test_a_row_with_more_cells_than_the_header_is_seen_and_not_compared(world: World) -> None:
    result = _drift(world, "ada@example.org,Ada,Rome,Italy,,,x", _BOB, _CLEO)
    assert (result.code, _findings(result)) == (0, {})


@pytest.mark.parametrize(
    "words",
    [
        ("--export", "panel.csv", "--max-calls", "5"),
        ("--encoding", "cp1252"),
        ("--map", "Home=city"),
        ("--export", "panel.csv", "--map", "Home=shoeSize"),
    ],
)
def test_options_that_have_no_meaning_are_a_wrong_command_line(world: World, words: tuple[str, ...]) -> None:
    _export(world, _ADA)
    assert world.run("drift", "p", *words).code == 64


@pytest.mark.parametrize("source", ["missing.csv", "panels", "panels/p/members/team.yaml"])
def test_a_file_that_is_no_export_is_refused(world: World, source: str) -> None:
    assert world.run("drift", "p", "--export", source).code == 1


def test_text_of_an_export_is_masked_where_many_read_along(world: World) -> None:
    file = _export(world, "ada@example.org,Ada,Rome,,", _BOB, _CLEO)
    masked = world.run("drift", "p", "--export", file, env={"CI": "true"}).out
    assert "a…@example.org" in masked
    assert "Rome" not in masked
