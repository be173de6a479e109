"""A plan tells of corrections, and of what looks odd about those whom it adds."""

import json
from dataclasses import replace

import pytest
from commands import TARGET, Panels, Run
from people import lockfile_of
from workflow_commands import obeyed

pytestmark = pytest.mark.usefixtures("panels")

FILE = "panels/production/members/team.yaml"


def lock(panels: Panels, *addresses: str) -> None:
    """These people were pushed."""
    lockfile = lockfile_of(*({"emailAddress": address} for address in addresses))
    panels.lock(replace(lockfile, environment="production", target=TARGET))


@pytest.fixture(autouse=True)
def corrected(panels: Panels) -> None:
    """Ada was pushed with a mistyped address, and the file has the right one now; a role is new."""
    panels.environment("production", "datacenter: eu\napi_key: {env: KEY}\nguards: {remove: null}\n")
    lock(panels, "ada@gmial.com")
    panels.write("members:\n  - emailAddress: ada@gmail.com\n  - emailAddress: info@example.org\n")


def test_a_correction_is_shown_as_one_with_both_addresses_and_what_comes_of_it(run: Run) -> None:
    [line] = [line for line in run("plan", "production").out.splitlines() if "corrected-address" in line]
    assert line.startswith(f"{FILE}:2: warning: ")
    assert "ada@gmial.com" in line
    assert "ada@gmail.com" in line


def test_those_who_are_added_are_warned_of(run: Run) -> None:
    lines = run("plan", "production").out.splitlines()
    assert [line for line in lines if line.startswith(f"{FILE}:3: warning: ") and "[role-address]" in line]


def test_markdown_says_the_same_with_the_addresses_masked(run: Run) -> None:
    text = run("plan", "production", "--format", "markdown", "--mask").out
    [line] = [line for line in text.splitlines() if "`corrected-address`" in line]
    assert line.startswith(f"- **Warning.** `{FILE}:2`: ")
    assert "`a…@gmial.com`" in line
    assert "ada@" not in text


def test_json_has_both_lists(run: Run) -> None:
    document = json.loads(run("plan", "production", "--format", "json").out)
    assert document["corrections"] == [
        {"removed": "ada@gmial.com", "added": "ada@gmail.com", "source": f"{FILE}:2"}
    ]
    assert [(warning["line"], warning["code"]) for warning in document["warnings"]] == [
        (3, "role-address"),
    ]


def test_for_a_workflow_both_are_annotated_where_they_stand(run: Run) -> None:
    found = obeyed(run("plan", "production", "--format", "github").out)
    places = [one.properties.get("line") for one in found if one.name == "warning"]
    assert places == ["2", "3"]


def test_what_is_in_the_panel_already_is_warned_of_no_more(run: Run, panels: Panels) -> None:
    lock(panels, "ada@gmail.com", "info@example.org")
    assert "2 unchanged.\n" in run("plan", "production").out
    assert "!" not in run("plan", "production").out


def test_the_same_warning_about_very_many_is_one_with_a_count(run: Run, panels: Panels) -> None:
    panels.write("members:\n" + "".join(f"  - emailAddress: ada{n}x@gmail.con\n" for n in range(15)))
    shown = run("plan", "production").out
    assert shown.count("[mistyped-domain]") == 1
    assert "15" in shown
    found = json.loads(run("plan", "production", "--format", "json").out)
    assert sum(warning["code"] == "mistyped-domain" for warning in found["warnings"]) == 15
