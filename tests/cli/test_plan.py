import json
import stat
from pathlib import Path

import pytest
from commands import Panels, Run
from people import present
from workflow_commands import obeyed

from reconciler.errors import EXIT_DONE, EXIT_INVALID, EXIT_SOMETHING_TO_APPLY, EXIT_USAGE
from reconciler.lockfile.model import Lockfile, Present, Rejected

pytestmark = pytest.mark.usefixtures("panels")


TARGET = "https://api.questionpro.eu/a/api/v2"


def entry(name: str, **fields: str) -> dict[str, Present]:
    key = f"{name}@example.org"
    return {key: present({"emailAddress": key, **fields})}


def locked(*members: dict[str, Present], rejected: dict[str, Rejected] | None = None) -> Lockfile:
    merged = {key: found for member in members for key, found in member.items()}
    return Lockfile("production", TARGET, merged, rejected or {})


def test_it_shows_who_would_be_added_from_where(run: Run) -> None:
    ended = run("plan", "production")
    assert ended.code == EXIT_DONE
    assert ended.out.startswith("production: 2 to add.\n")
    assert "+ ada@example.org    panels/production/members/team.yaml:2\n" in ended.out
    assert ended.err == ""


def test_it_needs_neither_key_nor_network_and_writes_nothing(run: Run, panels: Panels) -> None:
    before = sorted(panels.folder.rglob("*"))
    assert run("plan", "production").code == EXIT_DONE
    assert sorted(panels.folder.rglob("*")) == before


def test_as_json_it_is_one_object(run: Run) -> None:
    document = json.loads(run("plan", "production", "--format", "json").out)
    assert [action["key"] for action in document["actions"]] == ["ada@example.org", "grace@example.org"]


def test_as_markdown_it_is_a_comment(run: Run) -> None:
    assert run("plan", "production", "--format", "markdown").out.startswith("**production: 2 to add.**\n")


def test_for_a_workflow_it_is_text_with_annotations_and_names_nobody(run: Run) -> None:
    ended = run("plan", "production", "--format", "github")
    assert ended.out.startswith("production: 2 to add.\n")
    assert "a…@example.org" in ended.out
    assert "ada@" not in ended.out
    assert [found.name for found in obeyed(ended.out)] == ["warning", "warning", "notice"]
    assert obeyed(ended.out)[2].message == "production: 2 to add."


def test_for_a_workflow_even_a_wrong_flag_is_annotated(run: Run) -> None:
    ended = run("plan", "production", "--format=github", "--frobnicate")
    assert ended.code == EXIT_USAGE
    assert [found.name for found in obeyed(ended.out)] == ["error"]
    assert "--frobnicate" in obeyed(ended.out)[0].message
    assert obeyed(ended.err) == []


def test_an_unknown_environment_names_the_known_ones(run: Run) -> None:
    ended = run("plan", "prodution")
    assert ended.code == EXIT_INVALID
    assert "production" in ended.err


@pytest.mark.parametrize("arguments", [[], ["--format", "json"], ["--format", "markdown"]])
def test_the_exit_code_tells_that_there_is_something_to_apply(run: Run, arguments: list[str]) -> None:
    detailed = run("plan", "production", "--detailed-exitcode", *arguments)
    assert detailed.code == EXIT_SOMETHING_TO_APPLY
    assert detailed.out == run("plan", "production", *arguments).out


def test_what_can_not_be_delivered_is_nothing_to_apply(run: Run, panels: Panels) -> None:
    refused = {"eve@example.org": Rejected("no", "2026-11-23T09:00:00Z", {"emailAddress": "eve@example.org"})}
    panels.declare("ada", "eve")
    panels.lock(locked(entry("ada", city="Paris"), rejected=refused))
    ended = run("plan", "production", "--detailed-exitcode")
    assert ended.out.startswith(
        "production: nothing to do, 1 changed (not deliverable by this API), 1 rejected.\n"
    )
    assert ended.code == EXIT_DONE


def test_rejected_members_are_sent_again_where_that_is_asked_for(run: Run, panels: Panels) -> None:
    refused = {"eve@example.org": Rejected("no", "2026-11-23T09:00:00Z", {"emailAddress": "eve@example.org"})}
    panels.declare("eve")
    panels.lock(locked(rejected=refused))
    ended = run("plan", "production", "--retry-rejected")
    assert ended.out.startswith("production: 1 to add.\n")
    assert ended.out.endswith("Next:   `reconciler apply production --retry-rejected`\n")


def test_a_guard_is_a_finding_and_its_flag_lifts_it(run: Run, panels: Panels) -> None:
    panels.declare("m1", "m2")
    panels.lock(locked(*(entry(f"m{number}") for number in range(10))))
    refused, lifted = run("plan", "production"), run("plan", "production", "--allow", "remove")
    assert "8 of 10 members would be removed; guards.remove allows 30%" in refused.out
    assert refused.code == EXIT_DONE
    assert "Apply would refuse" not in lifted.out
    assert lifted.out.endswith("Next:   `reconciler apply production --allow remove`\n")


def test_out_saves_the_json_object_for_its_owner_alone(run: Run, tmp_path: Path) -> None:
    ended = run("plan", "production", "--out", "plan.json", "--mask")
    saved = tmp_path / "plan.json"
    assert json.loads(saved.read_bytes()) == json.loads(run("plan", "production", "--format", "json").out)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert ended.out.startswith("production: 2 to add.\n")
    assert ended.out.endswith("Next:   `reconciler apply production plan.json`\n")


def test_a_plan_that_can_not_be_saved_is_one_clear_line_and_one_object(run: Run) -> None:
    ended = run("plan", "production", "--out", "nowhere/plan.json", "--format", "json")
    assert ended.code == EXIT_INVALID
    assert ended.err.startswith("nowhere: There is no such folder.")
    assert json.loads(ended.out)["environment"] == "production"


def test_only_and_full_choose_what_is_listed(run: Run, panels: Panels) -> None:
    panels.declare(*(f"m{number}" for number in range(30)))
    panels.lock(locked(entry("bob")))
    assert "m7@example.org" not in run("plan", "production", "--only", "remove").out
    assert run("plan", "production", "--full", "--only", "add").out.count("  + ") == 30


@pytest.mark.parametrize(
    ("environ", "arguments", "is_masked"),
    [
        ({}, [], False),
        ({"CI": "true"}, [], True),
        ({"CI": "false"}, [], False),
        ({"CI": "true"}, ["--no-mask"], False),
        ({}, ["--mask"], True),
        ({}, ["--format", "github"], True),
        ({}, ["--format", "github", "--no-mask"], False),
    ],
)
def test_masking_is_decided_by_flag_then_by_ci(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    arguments: list[str],
    *,
    is_masked: bool,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    out = run("plan", "production", *arguments).out
    assert ("a…@example.org" in out) is is_masked
    assert ("ada@example.org" in out) is not is_masked


def test_problems_are_masked_too(run: Run, panels: Panels) -> None:
    panels.declare("ada", "ada")
    ended = run("plan", "production", "--mask")
    assert ended.code == EXIT_INVALID
    assert "panels/production/members/team.yaml:3" in ended.err
    assert "ada" not in ended.err


def test_panels_may_lie_elsewhere_and_the_next_step_says_so(run: Run, panels: Panels) -> None:
    panels.folder.rename(panels.folder.with_name("my panels"))
    out = run("--panels", "my panels", "plan", "production").out
    assert out.endswith("Next:   `reconciler --panels 'my panels' apply production`\n")
