"""`reconciler fmt`."""

import shlex
from pathlib import Path

import pytest
from commands import Panels, Run

_FLAT = "members: [{emailAddress: ada@example.org, city: 'Wien'}]\n"
_CANONICAL = "members:\n  - emailAddress: ada@example.org\n    city: Wien\n"


def member_file(environment: str = "production") -> Path:
    return Path("panels", environment, "members", "team.yaml")


def test_all_files_that_an_environment_reads_are_formatted(panels: Panels, run: Run) -> None:
    panels.write(_FLAT)
    panels.environment("staging", "embedded: true\nmembers: [members/, ../shared/]\n")
    Path("panels/shared").mkdir()
    Path("panels/shared/desk.csv").write_text('city,emailAddress\n"Wien",x@example.org\n', encoding="utf-8")
    panels.declare("grace", to="staging")
    ended = run("fmt")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        "panels/production/members/team.yaml: formatted\npanels/shared/desk.csv: formatted\n"
        "2 files formatted, 1 unchanged.\n"
    )
    assert member_file().read_text(encoding="utf-8") == _CANONICAL
    assert run("fmt").out == "0 files formatted, 3 unchanged.\n"


def test_what_is_canonical_is_not_touched(panels: Panels, run: Run) -> None:
    panels.write(_CANONICAL)
    before = member_file().stat()
    assert run("fmt").code == 0
    after = member_file().stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_check_changes_nothing_and_says_what_to_run(panels: Panels, run: Run) -> None:
    panels.write(_FLAT)
    ended = run("fmt", "--check")
    assert ended == (
        1,
        "panels/production/members/team.yaml: to be formatted\n1 file to be formatted, 0 unchanged.\n",
        "To format: reconciler fmt panels/production/members/team.yaml\n",
    )
    assert member_file().read_text(encoding="utf-8") == _FLAT


def test_check_is_content_with_what_is_canonical(panels: Panels, run: Run) -> None:
    panels.write(_CANONICAL)
    assert run("fmt", "--check") == (0, "0 files to be formatted, 1 unchanged.\n", "")


def test_only_the_files_that_are_named_are_formatted(panels: Panels, run: Run) -> None:
    panels.write(_FLAT)
    Path("elsewhere.yml").write_text(_FLAT, encoding="utf-8")
    assert run("fmt", "elsewhere.yml", "./elsewhere.yml").out == (
        "elsewhere.yml: formatted\n1 file formatted, 0 unchanged.\n"
    )
    assert member_file().read_text(encoding="utf-8") == _FLAT


@pytest.mark.usefixtures("panels")
def test_a_mistake_in_one_file_leaves_it_and_the_others_are_formatted(run: Run) -> None:
    Path("wrong.yaml").write_text("members: [{emailAddress: x}]\n", encoding="utf-8")
    Path("right.yaml").write_text(_FLAT, encoding="utf-8")
    ended = run("fmt", "wrong.yaml", "right.yaml", "gone.yaml")
    assert ended.code == 1
    assert ended.out == "right.yaml: formatted\n1 file formatted, 0 unchanged.\n"
    assert 'wrong.yaml:1:26: "x" is not an e-mail address.' in ended.err
    assert "gone.yaml: There is no such file." in ended.err
    assert Path("wrong.yaml").read_text(encoding="utf-8") == "members: [{emailAddress: x}]\n"


def test_the_command_to_type_takes_no_folder_for_an_option(panels: Panels, run: Run) -> None:
    panels.folder.rename("-x")
    (Path("-x") / "production" / "members" / "team.yaml").write_text(_FLAT, encoding="utf-8")
    said = run("--panels", "-x", "fmt", "--check").err
    command = shlex.split(said.partition("To format: ")[2])
    assert run(*command[1:]).code == 0
    assert (Path("-x") / "production" / "members" / "team.yaml").read_text(encoding="utf-8") == _CANONICAL


def test_a_link_to_a_file_in_the_panels_folder_is_formatted_where_it_leads(panels: Panels, run: Run) -> None:
    panels.environment("staging")
    panels.write(_FLAT)
    member_file("staging").symlink_to(Path("../../production/members/team.yaml"))
    assert run("fmt").out.endswith("1 file formatted, 0 unchanged.\n")
    assert member_file("staging").is_symlink()
    assert member_file().read_text(encoding="utf-8") == _CANONICAL


@pytest.mark.usefixtures("panels")
def test_files_that_hold_no_members_are_refused(run: Run) -> None:
    ended = run("fmt", "panels/production/environment.yaml", "README.md")
    assert ended.code == 1
    assert "panels/production/environment.yaml: This file holds settings, not members." in ended.err
    assert "README.md: This is not a member file." in ended.err


@pytest.mark.usefixtures("panels")
def test_a_link_out_of_the_panels_folder_is_refused(run: Run) -> None:
    Path("outside.yaml").write_text(_FLAT, encoding="utf-8")
    member_file().unlink()
    member_file().symlink_to(Path("outside.yaml").absolute())
    assert "lies outside the panels folder" in run("fmt").err
    assert "This is a symbolic link" in run("fmt", str(member_file())).err
    assert Path("outside.yaml").read_text(encoding="utf-8") == _FLAT


@pytest.mark.usefixtures("panels")
def test_a_file_behind_a_linked_folder_out_of_the_panels_folder_is_refused(run: Run) -> None:
    Path("outside").mkdir()
    Path("outside/team.yaml").write_text(_FLAT, encoding="utf-8")
    linked = member_file().parent / "linked"
    linked.symlink_to(Path("outside").absolute())
    assert "This leads out of the panels folder." in run("fmt", str(linked / "team.yaml")).err
    assert Path("outside/team.yaml").read_text(encoding="utf-8") == _FLAT


def test_addresses_are_masked_where_others_read_along(panels: Panels, run: Run) -> None:
    panels.write("members: [{emailAddress: ada@example.org}, {emailAddress: ada@example.org}]\n")
    ended = run("fmt", "--mask")
    assert ended.code == 1
    assert "a…@example.org is declared twice" in ended.err


def test_without_any_environment_it_says_so(tmp_path: Path, run: Run) -> None:
    ended = run("--panels", str(tmp_path), "fmt")
    assert ended.code == 1
    assert "There is no environment here." in ended.err


def test_a_wrong_environment_is_reported_and_what_it_reads_is_formatted(panels: Panels, run: Run) -> None:
    panels.environment("production", "datacentre: eu\n")
    panels.write(_FLAT)
    ended = run("fmt")
    assert ended.code == 1
    assert "panels/production/environment.yaml:1:1: " in ended.err
    assert member_file().read_text(encoding="utf-8") == _CANONICAL
