import json

import pytest
from commands import Panels, Run

from reconciler.errors import EXIT_DONE, EXIT_INVALID

pytestmark = pytest.mark.usefixtures("panels")


def test_without_a_name_all_environments_are_checked(run: Run, panels: Panels) -> None:
    panels.environment("staging")
    panels.declare("ada", to="staging")
    assert run("validate") == (
        EXIT_DONE,
        "production: 2 members in 1 file; all well.\nstaging: 1 member in 1 file; all well.\n",
        "",
    )


def test_only_those_named_are_checked_each_once(run: Run, panels: Panels) -> None:
    panels.environment("staging", "nonsense: [")
    assert run("validate", "production", "production").out == "production: 2 members in 1 file; all well.\n"


def test_problems_of_all_environments_are_shown_at_once(run: Run, panels: Panels) -> None:
    panels.environment("staging")
    panels.write("members:\n  - {frstName: Ada}\n")
    panels.write("members:\n  - {emailAddress: nobody}\n", to="staging")
    ended = run("validate")
    assert ended.code == EXIT_INVALID
    assert "panels/production/members/team.yaml:2:" in ended.err
    assert "panels/staging/members/team.yaml:2:" in ended.err
    assert ended.out == ""


def test_those_that_are_well_are_told_beside_the_others(run: Run, panels: Panels) -> None:
    panels.environment("staging", "datacenter: [")
    ended = run("validate")
    assert ended.code == EXIT_INVALID
    assert ended.out == "production: 2 members in 1 file; all well.\n"
    assert "panels/staging/environment.yaml" in ended.err


def test_a_mistake_in_a_shared_file_is_told_once(run: Run, panels: Panels) -> None:
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
    }


def test_a_lockfile_that_can_not_be_read_is_a_problem(run: Run, panels: Panels) -> None:
    (panels.folder / "production" / "state.lock.json").write_bytes(b"{")
    ended = run("validate", "production")
    assert ended.code == EXIT_INVALID
    assert "panels/production/state.lock.json:1" in ended.err


def test_where_there_is_no_environment_it_says_where_it_looked(run: Run) -> None:
    ended = run("--panels", "elsewhere", "validate")
    assert ended.code == EXIT_INVALID
    assert "elsewhere" in ended.err
