"""plan.yml, apply.yml and drift.yml, as teams copy them: they run what exists, and block nobody.

What they do when they run is tested in tests/workflows/.
"""

import re
from pathlib import Path

import click
import pytest
from workflow_files import WORKFLOWS, checkouts, command_lines, options, steps, triggers, workflow

from reconciler.cli.main import program

each_workflow = pytest.mark.parametrize("name", ["plan", "apply", "drift", "panel-drift", "doctor"])


def _command_of(words: tuple[str, ...]) -> click.Command:
    command: click.Command = program
    for word in words:
        if not isinstance(command, click.Group):
            break
        found = command.get_command(click.Context(command), word)
        assert found is not None, words
        command = found
    return command


# All of them


@each_workflow
def test_each_command_that_is_run_exists_with_its_options(name: str) -> None:
    lines = list(command_lines(name))
    assert lines
    for line in lines:
        parameters = _command_of(line).params
        known = {option for each in parameters for option in (*each.opts, *each.secondary_opts)}
        assert options(line) - known == set(), line


@each_workflow
def test_nothing_that_is_printed_shows_personal_data(name: str) -> None:
    lines = list(command_lines(name))
    assert not [line for line in lines if "--no-mask" in line and "html" not in line]
    assert not [line for line in lines if "json" in line and line[0] != "environments"]


@each_workflow
def test_the_reconciler_that_is_installed_is_the_one_that_the_team_names(name: str) -> None:
    (install,) = {step["run"] for step in steps(name) if "pip install" in step.get("run", "")}
    assert install.endswith('pip install --quiet "$@" --requirement .github/reconciler.txt\n')


@each_workflow
def test_the_whole_history_is_there_for_merge_bases_and_branches(name: str) -> None:
    assert checkouts(name)
    assert {given["fetch-depth"] for given in checkouts(name)} == {0}


# plan.yml


def test_a_plan_runs_on_each_pull_request_so_that_it_can_be_required() -> None:
    found = triggers("plan")
    assert found == {
        "pull_request": {"types": ["opened", "synchronize", "reopened", "edited"]},
        "merge_group": None,
    }


def test_the_check_that_is_required_goes_by_the_name_that_the_page_says(repo: Path) -> None:
    assert [job["name"] for job in workflow("plan")["jobs"].values()] == ["reconciler-plan"]
    assert "add `reconciler-plan`" in (repo / "docs" / "set-up.md").read_text(encoding="utf-8")


def test_a_newer_plan_takes_the_place_of_an_older_one() -> None:
    concurrency = workflow("plan")["concurrency"]
    assert concurrency["group"].startswith("reconciler-plan-${{ github.ref }}")
    assert concurrency["cancel-in-progress"] is True


def test_a_title_that_is_edited_is_planned_in_a_group_of_its_own_and_never_skipped() -> None:
    group = " ".join(workflow("plan")["concurrency"]["group"].split())
    own = "github.event.action == 'edited' && !github.event.changes.base && format('-{0}', github.run_id)"
    assert group == f"reconciler-plan-${{{{ github.ref }}}}${{{{ {own} || '' }}}}"
    assert "if" not in workflow("plan")["jobs"]["plan"]


@each_workflow
def test_the_branch_that_is_applied_is_named_once_at_most(name: str) -> None:
    text = (WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8")
    code = [line.partition(" #")[0] for line in text.splitlines() if not line.lstrip().startswith("#")]
    assert len(re.findall(r"(?<![\w ])main\b", "\n".join(code))) <= 1


def test_the_page_that_names_people_is_for_private_repositories_and_for_three_days() -> None:
    (made,) = [step for step in steps("plan") if "--no-mask" in step.get("run", "")]
    assert "vars.RECONCILER_PAGE == 'on' && github.event.repository.private" in made["if"]
    (kept,) = [step for step in steps("plan") if "upload-artifact" in step.get("uses", "")]
    assert (kept["with"]["retention-days"], made["id"] in kept["if"]) == (3, True)


def test_a_plan_is_given_no_key() -> None:
    assert "secrets." not in str(workflow("plan"))


# apply.yml


def test_an_apply_is_never_cancelled_by_a_newer_one() -> None:
    concurrency = workflow("apply")["concurrency"]
    assert concurrency == {"group": "reconciler-apply", "cancel-in-progress": False, "queue": "max"}


def test_an_apply_takes_the_head_of_main_whatever_it_was_started_for() -> None:
    assert {given["ref"] for given in checkouts("apply")} == {"${{ env.MAIN }}"}


def test_an_apply_is_told_which_hosts_may_get_a_key() -> None:
    assert workflow("apply")["jobs"]["apply"]["env"]["RECONCILER_HOSTS"] == "${{ vars.RECONCILER_HOSTS }}"


def test_each_apply_stands_behind_the_environment_of_its_name() -> None:
    job = workflow("apply")["jobs"]["apply"]
    assert job["environment"] == "${{ matrix.environment }}"
    assert (job["strategy"]["max-parallel"], job["strategy"]["fail-fast"]) == (1, False)


def test_only_the_step_that_applies_is_given_keys() -> None:
    assert [step["name"] for step in steps("apply") if "secrets." in str(step)] == ["Apply"]


def test_what_apply_recorded_is_kept_however_it_ended() -> None:
    named = workflow("apply")["jobs"]["apply"]["steps"]
    after = named[[step.get("name") for step in named].index("Apply") + 1 :]
    assert [step["run"].split()[:3] for step in after[:2]] == [
        ["reconciler", "state", "recover"],
        ["reconciler", "state", "publish"],
    ]
    assert not [step["name"] for step in after if "always()" not in step["if"]]


def test_the_keys_that_the_examples_name_are_passed_on(repo: Path) -> None:
    given = next(step["env"] for step in steps("apply") if step.get("name") == "Apply")
    settings = [path.read_text(encoding="utf-8") for path in repo.glob("panels/*/environment.yaml")]
    named = {key for text in settings for key in re.findall(r"^api_key: \{env: (\w+)\}", text, re.MULTILINE)}
    assert named
    assert {key: f"${{{{ secrets.{key} }}}}" for key in named}.items() <= given.items()


# drift.yml


def test_drift_is_looked_for_every_day_and_by_hand() -> None:
    assert set(triggers("drift")) == {"schedule", "workflow_dispatch"}
    assert re.fullmatch(r"\d+ \d+ \* \* \*", triggers("drift")["schedule"][0]["cron"])
