import json

import pytest
from commands import Panels, Run
from workflow_commands import obeyed

from reconciler.errors import EXIT_DONE, EXIT_INVALID

pytestmark = pytest.mark.usefixtures("panels")


def test_without_a_name_all_environments_are_checked(run: Run, panels: Panels) -> None:
    panels.environment("staging")
    panels.declare("ada", to="staging")
    assert run("validate") == (
        EXIT_DONE,
        (
            "production: 2 members in 1 file; no problems found.\n"
            "staging: 1 member in 1 file; no problems found.\n"
        ),
        "",
    )


def test_only_those_named_are_checked_each_once(run: Run, panels: Panels) -> None:
    panels.environment("staging", "nonsense: [")
    assert (
        run("validate", "production", "production").out
        == "production: 2 members in 1 file; no problems found.\n"
    )


def test_problems_of_all_environments_are_shown_at_once(run: Run, panels: Panels) -> None:
    panels.environment("staging")
    panels.write("members:\n  - {frstName: Ada}\n")
    panels.write("members:\n  - {emailAddress: nobody}\n", to="staging")
    ended = run("validate")
    assert ended.code == EXIT_INVALID
    assert "panels/production/members/team.yaml:2:" in ended.err
    assert "panels/staging/members/team.yaml:2:" in ended.err
    assert ended.out == ""


def test_those_that_are_well_are_named_beside_the_others(run: Run, panels: Panels) -> None:
    panels.environment("staging", "datacenter: [")
    ended = run("validate")
    assert ended.code == EXIT_INVALID
    assert ended.out == "production: 2 members in 1 file; no problems found.\n"
    assert "panels/staging/environment.yaml" in ended.err


def test_files_that_are_not_read_are_named(run: Run, panels: Panels) -> None:
    (panels.folder / "production/members/README.md").write_text("Ours.\n", encoding="utf-8")
    assert "panels/production/members/README.md" in run("validate").out
    assert "panels/production/members/README.md" in run("validate", "--format", "json").out


def test_a_spreadsheet_beside_member_files_is_a_mistake(run: Run, panels: Panels) -> None:
    (panels.folder / "production/members/panel.xlsx").write_bytes(b"PK")
    ended = run("validate")
    assert ended.code == EXIT_INVALID
    assert "panels/production/members/panel.xlsx" in ended.err
    assert "reconciler import" in ended.err


def test_a_warning_that_the_environment_accepts_is_not_shown(run: Run, panels: Panels) -> None:
    panels.declare("info")
    assert run("validate", "--strict").code == EXIT_INVALID
    panels.environment("production", "embedded: true\nwarnings: {ignore: [role-address]}\n")
    assert run("validate", "--strict").code == EXIT_DONE


def test_a_mistake_in_a_shared_file_is_reported_once(run: Run, panels: Panels) -> None:
    settings = "datacenter: eu\napi_key: {env: KEY}\nmembers: [../shared/]\n"
    (panels.folder / "shared").mkdir()
    (panels.folder / "shared" / "x.yaml").write_text(
        "members:\n  - {emailAddress: nobody}\n", encoding="utf-8"
    )
    panels.environment("production", settings)
    panels.environment("staging", settings)
    document = json.loads(run("validate", "--format", "json").out)
    assert [problem["file"] for problem in document["problems"]] == ["panels/shared/x.yaml"]
    assert document["environments"] == []


def test_as_json_it_is_one_object(run: Run) -> None:
    ended = run("validate", "--format", "json")
    assert json.loads(ended.out) == {
        "format": 1,
        "environments": [{"environment": "production", "members": 2, "files": 1}],
        "problems": [],
        "warnings": [],
    }


def test_for_a_workflow_mistakes_are_annotated_masked_and_all_of_them_are_said_in_words(
    run: Run, panels: Panels
) -> None:
    panels.write("members:\n" + 50 * "  - {emailAddress: ada@example.org, frstName: Ada}\n")
    ended = run("validate", "--format", "github")
    errors = obeyed(ended.out)
    assert ended.code == EXIT_INVALID
    assert {error.name for error in errors} == {"error"}
    assert errors[0].properties == {"file": "panels/production/members/team.yaml", "line": "2", "col": "37"}
    assert "50 rows, lines 2 to 51" in ended.err
    assert obeyed(ended.err) == []
    assert "ada" not in ended.out + ended.err


def test_for_a_workflow_an_environment_that_is_well_is_a_line_of_text(run: Run) -> None:
    ended = run("validate", "--format", "github")
    assert ended == (EXIT_DONE, "production: 2 members in 1 file; no problems found.\n", "")


@pytest.mark.parametrize("key", ["::error::boo", "%0A::error::boo", "##[error]boo", "a\\n::error::boo"])
def test_a_member_file_can_not_give_a_runner_commands_on_either_stream(
    run: Run, panels: Panels, key: str
) -> None:
    panels.write(f'members:\n  - {{emailAddress: "{key}", "{key}": x, referID: "{key}"}}\n  - "{key}"\n')
    ended = run("validate", "--format", "github", "--no-mask")
    assert "boo" in ended.out
    assert "boo" in ended.err
    assert {error.properties["file"] for error in obeyed(ended.out)} == {
        "panels/production/members/team.yaml"
    }
    assert len(obeyed(ended.out)) == ended.out.count("\n")
    assert obeyed(ended.err) == []


def test_a_lockfile_that_can_not_be_read_is_a_problem(run: Run, panels: Panels) -> None:
    (panels.folder / "production" / "state.lock.json").write_bytes(b"{")
    ended = run("validate", "production")
    assert ended.code == EXIT_INVALID
    assert "panels/production/state.lock.json:1" in ended.err


def test_where_there_is_no_environment_it_says_where_it_looked(run: Run) -> None:
    ended = run("--panels", "elsewhere", "validate")
    assert ended.code == EXIT_INVALID
    assert "elsewhere" in ended.err
