"""`reconciler import`: from a spreadsheet to a member file, at the command line."""

import csv
import json
import stat
from pathlib import Path

import pytest
from terminal import converse
from world import World

_EXPORT = "E-Mail;Vorname;Geburtstag;Notiz\nada@firma.de;Ada;25.12.1990;x\nbob@firma.de;Bob;03.04.1990;\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A team whose panel is built in, and an export beside its repository."""
    world = World(tmp_path)
    (tmp_path / "panels/team/members").mkdir(parents=True)
    (tmp_path / "panels/team/environment.yaml").write_text("embedded: true\n")
    (tmp_path / "export.csv").write_text(_EXPORT)
    return world


def _people(world: World) -> list[dict[str, str]]:
    with (world.folder / "panels/team/members/export.csv").open() as file:
        return list(csv.DictReader(file))


def test_an_export_is_imported_planned_and_applied(world: World) -> None:
    assert world.run("import", "team", "export.csv", "--dates", "birthday=dmy").code == 0
    assert [person["birthday"] for person in _people(world)] == ["1990-12-25", "1990-04-03"]
    assert world.run("apply", "team", "--yes").code == 0
    assert world.run("plan", "team", "--detailed-exitcode").code == 0


def test_refused_rows_end_with_3_and_are_in_a_private_file_with_the_reason(world: World) -> None:
    assert world.run("import", "team", "export.csv").code == 3
    assert [person["emailAddress"] for person in _people(world)] == ["ada@firma.de"]
    rejected = world.folder / "export.csv.rejected.csv"
    assert stat.S_IMODE(rejected.stat().st_mode) == 0o600
    with rejected.open(encoding="utf-8-sig") as file:
        [row] = csv.DictReader(file)
    assert (row["row"], row["E-Mail"]) == ("3", "bob@firma.de")
    assert "--dates birthday=dmy" in row["reason"]


def test_corrected_rows_are_imported_with_the_command_that_is_named(world: World) -> None:
    shown = world.run("import", "team", "export.csv").out
    command = "reconciler import team export.csv.rejected.csv --to members/export.csv"
    assert f"`{command}`" in shown
    rejected = world.folder / "export.csv.rejected.csv"
    rejected.write_text(rejected.read_text().replace("03.04.1990", "1990-04-03"))
    assert world.run(*command.split()[1:], "--yes").code == 0
    assert [person["emailAddress"] for person in _people(world)] == ["ada@firma.de", "bob@firma.de"]
    world.run("import", "team", "export.csv", "--yes")
    assert sorted(world.folder.glob("export.csv.*")) == [rejected]  # all corrections are in the member file


def test_refused_rows_that_nobody_corrected_are_replaced(world: World) -> None:
    world.run("import", "team", "export.csv")
    (world.folder / "export.csv").write_text(_EXPORT.replace("03.04.1990", "05.06.1990"))
    assert world.run("import", "team", "export.csv", "--yes").code == 3
    [rejected] = world.folder.glob("export.csv.*")
    assert "05.06.1990" in rejected.read_text(encoding="utf-8-sig")


def test_corrections_are_kept_where_the_same_file_is_imported_again(world: World) -> None:
    world.run("import", "team", "export.csv")
    rejected = world.folder / "export.csv.rejected.csv"
    for day in ("1990-04-03", "1990-04-04"):
        rejected.write_text(rejected.read_text().replace("03.04.1990", day))
        shown = world.run("import", "team", "export.csv", "--yes")
        assert shown.code == 3
    assert "03.04.1990" in rejected.read_text(encoding="utf-8-sig")
    assert "1990-04-03" in (world.folder / "export.csv.rejected.1.csv").read_text(encoding="utf-8-sig")
    kept = world.folder / "export.csv.rejected.2.csv"
    assert "1990-04-04" in kept.read_text(encoding="utf-8-sig")
    assert f"`reconciler import team {kept.name} --to members/export.csv`" in shown.out


def test_an_export_without_rows_is_a_mistake_and_writes_nothing(world: World) -> None:
    (world.folder / "export.csv").write_text("E-Mail;Vorname\n")
    ended = world.run("import", "team", "export.csv")
    assert ended.code == 1
    assert "export.csv:1: There are no rows below the header." in ended.err
    assert [*(world.panels / "team/members").iterdir()] == []


def test_a_dry_run_writes_nothing(world: World) -> None:
    before = sorted(world.folder.rglob("*"))
    assert world.run("import", "team", "export.csv", "--dry-run").code == 3
    assert sorted(world.folder.rglob("*")) == before


def test_the_object_of_an_import_has_the_shape_of_the_contract(world: World) -> None:
    found = json.loads(world.run("import", "team", "export.csv", "--format", "json").out)
    assert found["summary"] == {
        "new": 1,
        "same": 0,
        "differs": 0,
        "gone": 0,
        "pruned": 0,
        "refused": 1,
        "elsewhere": 0,
    }
    assert (found["format"], found["environment"]) == (1, "team")
    assert found["file"] == "panels/team/members/export.csv"
    assert found["left_out_columns"] == ["Notiz"]
    assert [each["row"] for each in found["refused"]] == [3]


def test_a_file_that_exists_is_changed_only_after_a_yes(world: World) -> None:
    world.run("import", "team", "export.csv", "--dates", "birthday=dmy")
    (world.folder / "export.csv").write_text(_EXPORT.replace(";Ada;", ";Adele;"))
    before = _people(world)
    assert world.run("import", "team", "export.csv").code == 4
    assert _people(world) == before
    assert world.run("import", "team", "export.csv", "--yes").code == 0
    assert _people(world)[0]["firstName"] == "Adele"


def test_in_ci_nobody_is_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "1")
    shown = world.run("import", "team", "export.csv")
    assert "ada@firma.de" not in shown.out
    assert "a…@firma.de" in shown.out


def test_a_source_below_panels_is_named_and_its_refused_rows_stay_outside(world: World) -> None:
    source = world.folder / "panels/team/export.csv"
    (world.folder / "export.csv").rename(source)
    shown = world.run("import", "team", "panels/team/export.csv")
    assert "move it out" in shown.out
    assert (world.folder / "export.csv.rejected.csv").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--map", "no sign"),
        ("--map", "Notiz=shoeSize"),
        ("--dates", "birthday=ymdh"),
        ("--dates", "city=dmy"),
        ("--to", "members/team.yaml"),
        ("--to", "../elsewhere.csv"),
        ("--to", "beside.csv"),
        ("--to", "members/.hidden.csv"),
        ("--to", "members/.hidden/x.csv"),
    ],
)
def test_a_wrong_option_is_a_wrong_command_line(world: World, words: tuple[str, str]) -> None:
    assert world.run("import", "team", "export.csv", *words).code == 64
    assert [*(world.folder / "panels/team/members").iterdir()] == []


def test_a_file_that_no_plan_would_read_is_not_written(world: World) -> None:
    world.write("team/environment.yaml", "embedded: true\nmembers: [people]\n")
    world.write("team/people/a.csv", "emailAddress\nada@firma.de\n")
    refused = world.run("import", "team", "export.csv")
    assert refused.code == 64
    assert "panels/team/members/export.csv" in refused.err
    assert "people" in refused.err
    assert not (world.panels / "team/members/export.csv").exists()
    assert world.run("import", "team", "export.csv", "--to", "people/b.csv", "--yes").code in {0, 3}
    assert (world.panels / "team/people/b.csv").exists()
    world.write("team/environment.yaml", "embedded: true\nmembers: []\n")
    assert world.run("import", "team", "export.csv").code == 64


@pytest.mark.parametrize("source", ["missing.csv", "panels", "panels/team/environment.yaml"])
def test_a_source_that_is_none_is_refused(world: World, source: str) -> None:
    assert world.run("import", "team", source).code == 1


def test_a_large_file_shows_its_progress_on_a_terminal_alone(world: World) -> None:
    rows = "".join(f"a{number}@firma.de,{'x' * 500}\n" for number in range(2000))
    (world.folder / "large.csv").write_text(f"Email,City\n{rows}")
    command = ("import", "team", "large.csv", "--dry-run")
    shown = converse(world, command, []).shown
    assert "Reading" in shown
    assert "Checking" in shown
    assert "100%" in shown
    assert world.run(*command).err == ""
    assert "Reading" not in converse(world, ("import", "team", "export.csv", "--dry-run"), []).shown


@pytest.mark.parametrize(
    "target", ["export.csv", "panels/team/members/export.csv", "panels/team/environment.yaml"]
)
def test_refused_rows_are_never_written_over_another_file(world: World, target: str) -> None:
    before = (world.folder / "export.csv").read_text()
    assert world.run("import", "team", "export.csv", "--rejected", target).code == 64
    assert (world.folder / "export.csv").read_text() == before
    assert (world.panels / "team/environment.yaml").read_text() == "embedded: true\n"


def test_a_column_of_passwords_is_not_among_the_refused_rows(world: World) -> None:
    (world.folder / "export.csv").write_text("E-Mail,Password\nno address,hunter2\n")
    assert world.run("import", "team", "export.csv").code == 3
    assert "hunter2" not in (world.folder / "export.csv.rejected.csv").read_text(encoding="utf-8-sig")


def test_a_refused_row_keeps_its_cells_and_is_refused_again_until_it_is_mended(world: World) -> None:
    (world.folder / "export.csv").write_text(
        "E-Mail,City,Custom 1\nada@firma.de,Ulm,x,\nbob@firma.de,Ulm, Bonn,y\n"
    )
    assert world.run("import", "team", "export.csv").code == 3
    rejected = world.folder / "export.csv.rejected.csv"
    assert rejected.read_text(encoding="utf-8-sig").endswith("bob@firma.de,Ulm,Bonn,y\n")
    again = ("import", "team", "export.csv.rejected.csv", "--to", "members/export.csv", "--yes")
    assert world.run(*again).code == 3
    rejected.write_text(rejected.read_text().replace("Ulm,Bonn", '"Ulm, Bonn"'))
    assert world.run(*again).code == 0
    assert [person["city"] for person in _people(world)] == ["Ulm", "Ulm, Bonn"]


def test_a_password_in_a_row_with_too_many_cells_is_not_among_the_refused_rows(world: World) -> None:
    (world.folder / "export.csv").write_text("E-Mail,Password,City\nada@firma.de,x,hunter2,Ulm\n")
    assert world.run("import", "team", "export.csv").code == 3
    rejected = (world.folder / "export.csv.rejected.csv").read_text(encoding="utf-8-sig")
    assert rejected.endswith("ada@firma.de,…,…\n")


def test_without_the_secret_of_a_hashed_list_nothing_is_imported(world: World) -> None:
    settings = "embedded: true\nsuppression_secret: {env: PEPPER}\n"
    (world.panels / "team/environment.yaml").write_text(settings)
    (world.panels / "team/suppressed.txt").write_text(f"hmac-sha256:{'0a' * 32}\n")
    done = world.run("import", "team", "export.csv")
    assert done.code == 1
    assert "PEPPER" in done.err
    assert not (world.panels / "team/members/export.csv").exists()
