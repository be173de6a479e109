"""`reconciler show`: a saved plan or report, without the panels that it is about."""

import json
from pathlib import Path

import pytest
from commands import Panels, Run
from workflow_commands import obeyed

from reconciler.errors import EXIT_DONE, EXIT_INVALID, EXIT_USAGE

pytestmark = pytest.mark.usefixtures("panels")


@pytest.fixture
def plan_file(run: Run, panels: Panels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A saved plan, in a folder without panels."""
    assert run("plan", "production", "--out", str(tmp_path / "plan.json")).code == EXIT_DONE
    panels.folder.rename(tmp_path / "elsewhere")
    monkeypatch.chdir(tmp_path)
    return "plan.json"


def test_a_saved_plan_is_shown_as_plan_showed_it(run: Run) -> None:
    planned = run("plan", "production", "--out", "plan.json")
    assert run("show", "plan.json") == planned


@pytest.mark.parametrize("chosen", ["text", "markdown", "github"])
def test_it_is_shown_in_each_format_without_panels(run: Run, plan_file: str, chosen: str) -> None:
    ended = run("show", plan_file, "--format", chosen)
    assert ended.code == EXIT_DONE
    assert "production: 2 to add." in ended.out


def test_as_json_it_is_the_object_that_was_saved(run: Run, plan_file: str) -> None:
    saved = json.loads(Path(plan_file).read_text(encoding="utf-8"))
    assert json.loads(run("show", plan_file, "--format", "json").out) == saved


def test_it_is_masked_if_that_is_asked_for(run: Run, plan_file: str) -> None:
    assert "ada@example.org" in run("show", plan_file).out
    masked = run("show", plan_file, "--mask").out
    assert "a…@example.org" in masked
    assert "ada@" not in masked


def test_a_comment_keeps_to_its_budget_and_links_to_the_whole(run: Run, panels: Panels) -> None:
    panels.declare(*(f"member{number:03}" for number in range(500)))
    run("plan", "--all", "--out", "plans.json")
    link = "https://github.test/run/7"
    ended = run("show", "plans.json", "--format", "markdown", "--max-bytes", "2000", "--link", link)
    assert len(ended.out.encode()) <= 2000
    assert f"<{link}>" in ended.out


def test_plans_that_could_not_be_made_are_shown_with_their_reason(run: Run, panels: Panels) -> None:
    panels.environment("broken", "datacenter: [1]\n")
    run("plan", "--all", "--out", "plans.json")
    ended = run("show", "plans.json", "--format", "github")
    assert ended.code == EXIT_DONE
    assert "panels/broken/environment.yaml:1" in ended.err
    assert {found.name for found in obeyed(ended.out)} == {"warning", "notice", "error"}


def test_what_kept_a_plan_from_being_made_is_saved_and_shown(run: Run) -> None:
    failed = run("plan", "--all", "--base", "nowhere", "--out", "plan.json")
    assert failed.code == EXIT_INVALID
    ended = run("show", "plan.json", "--format", "markdown")
    assert ended.code == EXIT_DONE
    assert "**1 problem**" in ended.out
    assert run("apply", "production", "plan.json").code == EXIT_INVALID


def test_what_a_failed_plan_printed_as_json_is_shown_too(run: Run) -> None:
    printed = run("plan", "nowhere", "--format", "json")
    assert printed.code == EXIT_INVALID
    Path("plan.json").write_text(printed.out, encoding="utf-8")
    assert "nowhere" in run("show", "plan.json", "--format", "markdown").out


def test_a_saved_report_is_shown_with_its_problems_on_standard_error(run: Run) -> None:
    applied = run("apply", "production", "--yes", "--report", "report.json")
    assert applied.code != EXIT_DONE
    ended = run("show", "report.json")
    assert ended.code == EXIT_DONE
    assert ended.err == applied.err
    assert ended.out.startswith("production: 2 unsent.")


@pytest.mark.parametrize("name", ["not-there.json", "."])
def test_a_file_that_can_not_be_read_is_named(run: Run, name: str) -> None:
    ended = run("show", name)
    assert ended.code == EXIT_INVALID
    assert name in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--max-bytes", "5000"),
        ("--link", "https://x.example/"),
        ("--max-bytes", "5000", "--format", "github"),
        ("--max-bytes", "5000", "--full", "--format", "markdown"),
        ("--link", "javascript:x", "--format", "markdown"),
    ],
)
def test_options_that_have_no_effect_or_contradict_each_other_are_refused(
    run: Run, plan_file: str, arguments: tuple[str, ...]
) -> None:
    ended = run("show", plan_file, *arguments)
    assert ended.code == EXIT_USAGE
    assert ended.err.startswith("--")


def test_no_file_is_saved_under_the_name_that_means_standard_output(run: Run) -> None:
    for arguments in (("plan", "production", "--out"), ("apply", "production", "--yes", "--report")):
        ended = run(*arguments, "-")
        assert ended.code == EXIT_USAGE
        assert "--format json" in ended.err
    assert not Path("-").exists()
