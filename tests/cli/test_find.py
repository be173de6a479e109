"""`reconciler find`, by the real program."""

import json
import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from plain_git import git
from world import Result, World

ADA = "ada@example.org"
SECRET = {"PEPPER": "0123456789abcdef0123456789abcdef"}
AS_USER = pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.environment("p")
    world.members("bob@example.org", ADA)
    return world


def places(done: Result) -> list[tuple[Any, ...]]:
    return [
        tuple(place[key] for key in ("file", "line", "kind", "environment", "detail"))
        for place in done.json["places"]
    ]


def find(world: World, *arguments: str) -> list[tuple[Any, ...]]:
    return places(world.run("find", ADA, *arguments, "--format", "json"))


def test_everything_that_reconciler_writes_is_named_for_what_it_is(world: World) -> None:
    world.run("plan", "p", "--out", "plan.json")
    world.run("apply", "p", "--yes", "--report", "report.json", "--log", "calls.jsonl")
    world.run("suppress", "p", ADA)
    assert find(world) == [
        ("panels/p/.reconciler/sandbox.sqlite3", None, "sandbox data", "p", "in the panel"),
        ("panels/p/members/team.yaml", 3, "declared", "p", None),
        ("panels/p/state.lock.json", 4, "lockfile", "p", "members"),
        ("panels/p/suppressed.txt", 2, "suppression list", "p", "in clear"),
        ("plan.json", 10, "saved plan", "p", None),
    ]


def test_refused_rows_are_found_whatever_their_file_is_called(world: World) -> None:
    source = world.folder / "contacts.csv"
    source.write_text(f'E-mail,Birthday\n"{ADA.upper()}",03/04/1990\n')
    assert world.run("import", "p", "contacts.csv", "--map", "Birthday=birthday", "--yes").code == 3
    assert ("contacts.csv.rejected.csv", 2, "refused rows", None, None) in find(world)
    (world.folder / "kept.csv").write_text(f"reason,firstName,emailAddress\nno,Ada,{ADA}\n")
    assert ("kept.csv", 2, "refused rows", None, None) in find(world)
    assert "kept.csv:2" in world.run("find", ADA).out


def test_a_report_and_a_journal_that_name_them_are_found(world: World) -> None:
    report = {"format": 1, "environment": "p", "summary": {"added": 0}, "rejected": [{"key": ADA}]}
    (world.folder / "report.json").write_text(json.dumps(report))
    run = '{"record":"run","format":1,"environment":"p","target":"embedded","started":"x"}'
    world.write("p/.reconciler/journal.jsonl", f"{run}\n" + json.dumps({"key": ADA}) + "\n")
    found = find(world)
    assert ("panels/p/.reconciler/journal.jsonl", 2, "journal", "p", None) in found
    assert ("report.json", 1, "report", "p", None) in found


def test_each_place_is_a_line_that_an_editor_can_open(world: World) -> None:
    done = world.run("find", "ADA@Example.org ")
    assert done.code == 0
    assert "  panels/p/members/team.yaml:3  declared in p\n" in done.out


def test_other_text_is_left_to_git_by_a_command_that_works_when_pasted(world: World) -> None:
    (world.folder / "notes.txt").write_text("Ask Ada@Example.org.\n")
    git(world.folder, "init", "--quiet")
    done = world.run("find", ADA)
    assert "notes.txt" not in done.out
    command = shlex.split(re.findall("git grep .*", done.out)[0])
    assert "notes.txt:1:Ask Ada@Example.org." in git(world.folder, *command[1:])


def test_a_longer_address_is_another_person(world: World) -> None:
    report = {
        "format": 1,
        "environment": "p",
        "summary": {},
        "rejected": [{"key": f"x{ADA}"}, {"key": f"{ADA}.uk"}],
    }
    (world.folder / "report.json").write_text(json.dumps(report))
    assert "report.json" not in world.run("find", ADA).out


def test_a_saved_result_of_any_kind_is_found_whatever_its_name(world: World) -> None:
    (world.folder / "kept").write_text(world.run("why", "p", ADA, "--format", "json").out)
    (world.folder / "plans").write_text(world.run("plan", "--all", "--format", "json").out)
    kinds = {place[0]: place[2] for place in find(world)}
    assert (kinds["kept"], kinds["plans"]) == ("report", "saved plan")


def test_a_file_that_several_environments_share_is_one_place(world: World) -> None:
    world.environment("q", "members: [../p/members/]\n")
    assert "panels/p/members/team.yaml:3  declared in p, q\n" in world.run("find", ADA).out


def test_a_hash_is_found_with_its_secret(world: World) -> None:
    world.environment("p", "suppression_secret: {env: PEPPER}\n")
    world.run("suppress", "p", ADA, env=SECRET)
    done = world.run("find", ADA, "--format", "json", env=SECRET)
    assert ("panels/p/suppressed.txt", 3, "suppression list", "p", "as a hash") in places(done)
    assert done.code == 0


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "suppressed.txt: warning: 1 entry of panels/p/suppressed.txt can't be checked"),
        (
            {"PEPPER": SECRET["PEPPER"][::-1]},
            "suppressed.txt:2:1: warning: The secret in the variable PEPPER",
        ),
    ],
    ids=["no secret", "another secret"],
)
def test_a_hash_that_can_not_be_compared_leaves_the_search_unfinished(
    world: World, environ: dict[str, str], words: str
) -> None:
    world.environment("p", "suppression_secret: {env: PEPPER}\n")
    world.run("suppress", "p", ADA, env=SECRET)
    done = world.run("find", ADA, env=environ)
    assert done.code == 1
    assert words in done.err
    assert "could not be searched" in done.out


@AS_USER
def test_what_can_not_be_read_is_reported_and_the_rest_is_searched(world: World) -> None:
    (world.folder / "shut.txt").touch(mode=0)
    done = world.run("find", ADA, "--format", "json")
    assert done.code == 1
    assert [place["file"] for place in done.json["unread"]] == ["shut.txt"]
    assert "shut.txt: warning: This can't be read" in done.err
    assert places(done)


def test_damaged_data_of_a_sandbox_leaves_the_search_unfinished(world: World) -> None:
    world.run("apply", "p", "--yes")
    data = world.panels / "p" / ".reconciler" / "sandbox.sqlite3"
    data.write_bytes(data.read_bytes()[:100] + b"x" * 8000)
    done = world.run("find", ADA, "--format", "json")
    assert done.code == 1
    assert [place["file"] for place in done.json["unread"]] == ["panels/p/.reconciler/sandbox.sqlite3"]
    assert [place[2] for place in places(done)] == ["declared", "lockfile"]


def test_a_damaged_lockfile_and_settings_that_are_wrong_are_searched_all_the_same(world: World) -> None:
    world.write("p/environment.yaml", "embedded: maybe\n")
    world.write("p/state.lock.json", f'{{\n<<<<<<<\n"{ADA}": {{}},\n')
    assert [place[:3] for place in find(world)] == [
        ("panels/p/members/team.yaml", 3, "declared"),
        ("panels/p/state.lock.json", 3, "lockfile"),
    ]


def test_a_member_file_with_mistakes_is_searched_and_leaves_the_search_unfinished(world: World) -> None:
    world.write("p/members/wrong.yaml", f"members:\n- [\n- emailAddress: {ADA}\n")
    done = world.run("find", ADA, "--format", "json")
    assert done.code == 1
    assert ("panels/p/members/wrong.yaml", 3, "declared", "p", None) in places(done)
    assert [place["file"] for place in done.json["unread"]] == ["panels/p/members/wrong.yaml"]


def test_pipes_links_and_binaries_hang_nobody(world: World, tmp_path_factory: Any) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    os.mkfifo(world.folder / "pipe")
    os.mkfifo(world.folder / "state.lock.json")
    (world.folder / "ring").symlink_to(".")
    (world.folder / "broken").symlink_to("nowhere")
    (world.folder / "loop").symlink_to("loop")
    (world.folder / "away").symlink_to(elsewhere)
    (world.folder / "x.xlsx").write_bytes(b"PK\0" + ADA.encode())
    done = world.run("find", ADA, "--format", "json")
    assert done.code == 0
    assert done.json["not_followed"] == ["away"]
    assert len(places(done)) == 1


def test_a_link_to_a_saved_plan_elsewhere_is_read(world: World, tmp_path_factory: Any) -> None:
    saved = tmp_path_factory.mktemp("elsewhere") / "plan.json"
    world.run("plan", "p", "--out", str(saved))
    (world.folder / "link.json").symlink_to(saved)
    (world.folder / "again.json").symlink_to("link.json")
    assert [place[2] for place in find(world)] == ["saved plan", "declared"]


@pytest.mark.parametrize("shown", ["text", "markdown", "github"])
def test_masked_it_names_files_and_lines_and_nobody(world: World, shown: str) -> None:
    done = world.run("find", ADA, "--format", shown, env={"CI": "1"})
    assert "ada@" not in done.out + done.err
    assert "panels/p/members/team.yaml:3" in done.out


def test_folders_may_be_named_and_must_be_there(world: World, tmp_path_factory: Any) -> None:
    exports = tmp_path_factory.mktemp("exports")
    world.run("plan", "p", "--out", str(exports / "plan.json"))
    assert [place[2] for place in find(world, str(exports))] == ["saved plan"]
    done = world.run("find", ADA, "nowhere")
    assert (done.code, "There is no folder nowhere." in done.err) == (1, True)


def test_a_second_address_is_no_folder_and_masked(world: World) -> None:
    done = world.run("find", ADA, "kept@example.org", env={"CI": "1"})
    assert done.code == 1
    assert "kept@" not in done.out + done.err
    assert "There is no folder k…@example.org." in done.err
    assert "takes one address" in done.err


def test_panels_that_lie_elsewhere_are_searched_too(world: World, tmp_path_factory: Any) -> None:
    here = World(tmp_path_factory.mktemp("here"))
    (here.folder / "panels").rmdir()
    done = here.run("--panels", str(world.panels), "find", ADA, "--format", "json")
    assert [place[2:4] for place in places(done)] == [("declared", "p")]
    assert here.run("--panels", "nowhere", "find", ADA).code == 1


def test_the_command_for_the_history_works_when_pasted(world: World) -> None:
    git(world.folder, "init", "--quiet")
    git(world.folder, "add", "--all")
    git(world.folder, "commit", "--quiet", "--message", "Declare")
    out = world.run("find", ADA).out
    command = shlex.split(re.findall("git log .*", out)[0])
    assert git(world.folder, *command[1:]).endswith("Declare")


def test_an_international_domain_is_searched_in_both_forms(world: World) -> None:
    world.members("ada@bücher.example", "bob@xn--bcher-kva.example")
    assert "team.yaml:2  declared in p" in world.run("find", "ada@xn--bcher-kva.example").out
    out = world.run("find", "bob@bücher.example").out
    assert "team.yaml:3  declared in p" in out
    assert "-e bob@xn--bcher-kva.example -e 'bob@bücher.example'\n" in out
    assert "-S bob@xn--bcher-kva.example and git" in out


def test_a_lockfile_on_a_branch_is_searched_as_it_was_fetched(world: World, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(tmp_path / "origin.git"))
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "remote", "add", "origin", str(tmp_path / "origin.git"))
    world.environment("p", "lockfile: {branch: state}\n", base_url="https://panel.test/a/api/v2")
    lockfile = {
        "format": 1,
        "environment": "p",
        "target": "https://panel.test/a/api/v2",
        "members": {},
        "unconfirmed": {ADA: {"pushed": "2026-11-23T09:00:00Z", "attributes": {"emailAddress": ADA}}},
    }
    world.write("p/state.lock.json", json.dumps(lockfile))
    git(tmp_path, "add", "panels")
    git(tmp_path, "commit", "--quiet", "--message", "State")
    git(tmp_path, "push", "--quiet", "origin", "HEAD:state")
    git(tmp_path, "fetch", "--quiet")
    (world.panels / "p" / "state.lock.json").unlink()
    assert ("origin/state:panels/p/state.lock.json", None, "lockfile", "p", "unconfirmed") in find(world)
