"""What is well-formed and looks odd is warned of, and blocks nothing unless that is asked for."""

import json

import pytest
from commands import Panels, Run
from workflow_commands import obeyed

from reconciler.errors import EXIT_DONE, EXIT_INVALID

pytestmark = pytest.mark.usefixtures("panels")

FILE = "panels/production/members/team.yaml"
WARNED = f"{FILE}:2: warning: The domain of ada@gmial.com looks mistyped. [mistyped-domain]\n"
WARNED += "    Did you mean ada@gmail.com?\n"


def test_a_warning_has_a_place_and_a_remedy_and_blocks_nothing(run: Run, panels: Panels) -> None:
    panels.write("members:\n  - emailAddress: ada@gmial.com\n")
    assert run("validate") == (EXIT_DONE, "production: 1 member in 1 file; no problems found.\n", WARNED)


def test_with_strict_a_warning_is_a_failure(run: Run, panels: Panels) -> None:
    panels.write("members:\n  - emailAddress: ada@gmial.com\n")
    assert run("validate", "--strict").code == EXIT_INVALID
    panels.declare("ada")
    assert run("validate", "--strict").code == EXIT_DONE


def test_warnings_come_below_the_problems_and_are_counted_apart(run: Run, panels: Panels) -> None:
    panels.write("members:\n  - emailAddress: ada@gmial.com\n  - emailAddress: info@example.org\n")
    panels.environment("staging")
    panels.write("members:\n  - emailAddress: one\n  - emailAddress: two\n", to="staging")
    told = run("validate").err
    assert told.index("2 problems.\n") < told.index(WARNED)
    assert told.endswith("2 warnings.\n")


def test_a_warning_about_a_shared_file_is_reported_once(run: Run, panels: Panels) -> None:
    settings = "datacenter: eu\napi_key: {env: KEY}\nmembers: [../shared/]\n"
    (panels.folder / "shared").mkdir()
    (panels.folder / "shared/x.csv").write_text("emailAddress\nada@gmial.com\n", encoding="utf-8")
    panels.environment("production", settings)
    panels.environment("staging", settings)
    assert run("validate").err.count("looks mistyped") == 1


def test_suppressed_people_who_cannot_be_checked_here_are_a_warning(run: Run, panels: Panels) -> None:
    panels.environment("production", "embedded: true\nsuppression_secret: {env: PEPPER}\n")
    list_of_hashes = panels.folder / "production" / "suppressed.txt"
    list_of_hashes.write_text(f"hmac-sha256:{'0' * 64}\n", encoding="utf-8")
    ended = run("validate")
    assert ended.code == EXIT_DONE
    assert (
        "1 entry of panels/production/suppressed.txt can't be checked here: the variable PEPPER" in ended.err
    )
    assert run("validate", "--strict").code == EXIT_INVALID


def test_the_same_warning_about_many_is_shown_once(run: Run, panels: Panels) -> None:
    panels.write("members:\n" + "".join(f"  - emailAddress: ada{n}@gmial.com\n" for n in range(200)))
    assert run("validate").err.count("looks mistyped") == 1
    assert len(json.loads(run("validate", "--format", "json").out)["warnings"]) == 200


def test_as_json_warnings_have_the_keys_of_problems(run: Run, panels: Panels) -> None:
    panels.write("members:\n  - emailAddress: ada@gmial.com\n")
    document = json.loads(run("validate", "--format", "json").out)
    assert document["problems"] == []
    assert document["warnings"] == [
        {
            "file": FILE,
            "line": 2,
            "column": None,
            "message": "The domain of ada@gmial.com looks mistyped.",
            "hint": "Did you mean ada@gmail.com?",
            "severity": "warning",
            "code": "mistyped-domain",
        }
    ]


def test_for_a_workflow_a_warning_is_annotated_and_masked(run: Run, panels: Panels) -> None:
    panels.write("members:\n  - emailAddress: ada@gmial.com\n")
    ended = run("validate", "--format", "github")
    (warning,) = obeyed(ended.out)
    assert (warning.name, warning.properties) == ("warning", {"file": FILE, "line": "2"})
    assert "a…@gmial.com looks mistyped." in warning.message
    assert "ada" not in ended.out + ended.err


def test_as_markdown_a_warning_is_named_one(run: Run, panels: Panels) -> None:
    panels.write("members:\n  - emailAddress: ada@gmial.com\n")
    assert f"**1 warning**\n\n- **Warning.** `{FILE}:2`: " in run("validate", "--format", "markdown").out


@pytest.mark.parametrize(("separator", "told"), [(";", '";"'), ("\t", '"\\t"'), ("|", '"|"')])
def test_a_table_without_commas_is_said_to_be_one(
    run: Run, panels: Panels, separator: str, told: str
) -> None:
    table = "emailAddress,city\nbob@example.org,Bonn\n".replace(",", separator)
    (panels.folder / "production/members/x.csv").write_text(table, encoding="utf-8")
    ended = run("validate")
    file = "panels/production/members/x.csv"
    assert ended.out.endswith(f"no problems found.\n{file}: {told} separates the cells.\n")
    (valid,) = json.loads(run("validate", "--format", "json").out)["environments"]
    assert valid["separators"] == {file: separator}
