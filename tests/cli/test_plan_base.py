"""`plan --base`: what a pull request changes itself, told apart by real commits in a real repository."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from commands import Ended, Run, start
from git_panels import GitPanels, members
from people import lockfile_of, person
from plain_git import git

from reconciler.errors import EXIT_DONE, EXIT_INVALID, EXIT_SOMETHING_TO_APPLY
from reconciler.lockfile.codec import encode
from reconciler.lockfile.model import Lockfile

SHARED = "embedded: true\nmembers: [members/, ../shared/]\n"
MAIN = ("--base", "origin/main")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitPanels:
    """The working directory is the top of a repository; git has no settings but the repository's own."""
    made = GitPanels(tmp_path / "team")
    monkeypatch.chdir(made.root)
    return made


def plan_of(run: Run, *arguments: str) -> dict[str, Any]:
    ended = run("plan", "production", *MAIN, "--format", "json", *arguments)
    assert ended.code == EXIT_DONE, ended.err
    found: dict[str, Any] = json.loads(ended.out)
    return found


def whose(document: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The names of those whom the pull request itself concerns, and of those who were pending before."""
    named = [(action["key"].partition("@")[0], action["pending"]) for action in document["actions"]]
    return [name for name, is_pending in named if not is_pending], [name for name, old in named if old]


def all_of(run: Run, *arguments: str, code: int = EXIT_DONE) -> dict[str, Any]:
    ended = run("plan", "--all", *MAIN, "--format", "json", *arguments)
    assert ended.code == code, ended.err
    found: dict[str, Any] = json.loads(ended.out)
    return found


def planned(document: dict[str, Any]) -> list[str]:
    return [plan["environment"] for plan in document["plans"]]


# What is its own, and what was pending


def test_what_the_pull_request_changes_comes_first_and_apart_from_what_was_pending(
    run: Run, repository: GitPanels
) -> None:
    repository.pull_request()
    repository.declare("ada", "grace", "kurt")
    repository.commit()
    ended = run("plan", "production", *MAIN)
    own, pending = (
        ended.out.index("This pull request: 1 to add."),
        ended.out.index("Pending before it: 2 to add."),
    )
    assert own < ended.out.index("+ kurt@example.org") < pending < ended.out.index("+ ada@example.org")
    assert ended.out.startswith("production: 3 to add.\n")


def test_on_gitlab_it_is_a_merge_request_in_each_sentence_also_of_a_saved_plan(
    run: Run, repository: GitPanels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    monkeypatch.setenv("GITLAB_CI", "true")
    repository.pull_request()
    repository.declare("ada", "grace", "kurt")
    repository.environment("production", "datacenter: us\napi_key: {env: KEY}\n")
    repository.commit()
    for named in ("production", "--all"):
        planned = run("plan", named, *MAIN, "--out", "plan.json").out
        assert "This merge request: 1 to add." in planned
        assert "This merge request changes settings of production" in planned
        shown = run("show", "plan.json").out
        assert "This merge request: 1 to add." in shown
        assert "pull request" not in planned + shown
    locked(repository, "ada")
    repository.commit()
    assert "This merge request edits the lockfile" in run("plan", "production", *MAIN).err


def test_as_json_each_action_says_whether_it_was_pending_and_base_counts_them(
    run: Run, repository: GitPanels
) -> None:
    left = repository.git("rev-parse", "main")
    repository.pull_request()
    repository.declare("ada", "grace", "kurt")
    repository.commit()
    document = plan_of(run)
    assert whose(document) == (["kurt"], ["ada", "grace"])
    assert document["base"]["ref"] == "origin/main"
    assert document["base"]["commit"] == left
    assert document["base"]["is_readable"]
    assert not document["base"]["has_new_settings"]
    assert document["base"]["summary"] == {"add": 1, "change": 0, "remove": 0, "rejected": 0, "settled": 0}
    assert document["base"]["pending"] == {"add": 2, "change": 0, "remove": 0, "rejected": 0}


def test_without_base_the_json_is_as_it_always_was(run: Run, repository: GitPanels) -> None:
    del repository
    document = json.loads(run("plan", "production", "--format", "json").out)
    assert "base" not in document
    assert "pending" not in document["actions"][0]


def test_who_leaves_by_the_pull_request_is_its_own_and_who_left_before_is_pending(
    run: Run, repository: GitPanels
) -> None:
    known = Lockfile(
        "production", lockfile_of().target, lockfile_of(*map(person, ("ada", "bob", "grace"))).members
    )
    repository.lock(known)
    repository.put(
        "production/environment.yaml", "datacenter: eu\napi_key: {env: KEY}\nguards: {remove: null}\n"
    )
    repository.commit()
    repository.push()
    repository.pull_request()
    repository.declare("ada")
    repository.commit()
    assert whose(plan_of(run)) == (["grace"], ["bob"])


def test_a_pull_request_that_only_undoes_what_was_pending_has_nothing_to_do_and_says_so(
    run: Run, repository: GitPanels
) -> None:
    repository.pull_request()
    repository.write("members: []\n")
    repository.commit()
    ended = run("plan", "production", *MAIN)
    assert "2 declarations" in ended.out
    assert plan_of(run)["base"]["summary"]["settled"] == 2


def test_moving_a_member_to_another_file_or_line_changes_nothing(run: Run, repository: GitPanels) -> None:
    repository.pull_request()
    repository.declare("grace")
    repository.put("production/members/more.yaml", "# New\n" + members("ada"))
    repository.commit()
    assert whose(plan_of(run)) == ([], ["ada", "grace"])


def test_what_main_did_since_is_not_the_pull_requests_own(run: Run, repository: GitPanels) -> None:
    repository.pull_request()
    repository.put("production/members/mine.yaml", members("kurt"))
    repository.commit()
    repository.on_main()
    repository.put("production/members/theirs.yaml", members("eve"))
    repository.commit()
    repository.push()
    repository.git("switch", "--quiet", "change")
    assert whose(plan_of(run)) == (["kurt"], ["ada", "grace"])
    repository.merge_main()
    assert whose(plan_of(run)) == (["kurt"], ["ada", "eve", "grace"])


def test_a_dirty_work_tree_and_untracked_member_files_count_as_changed(
    run: Run, repository: GitPanels
) -> None:
    repository.put("production/members/new.yaml", members("eve"))
    repository.declare("ada", "grace", "kurt")
    assert whose(plan_of(run)) == (["eve", "kurt"], ["ada", "grace"])


def test_new_settings_are_named_and_those_that_are_the_same_are_not(run: Run, repository: GitPanels) -> None:
    repository.pull_request()
    repository.environment("production", "datacenter: us\napi_key: {env: KEY}\n")
    repository.commit()
    ended = run("plan", "production", *MAIN)
    assert "settings-changed" in ended.out
    assert plan_of(run)["base"]["has_new_settings"]
    repository.on_main()
    assert "environment.yaml" not in run("plan", "production", *MAIN).out


@pytest.mark.parametrize("broken", ["members: [", "members:\n  - emailAddress: nobody\n"])
def test_where_what_was_declared_before_can_not_be_read_all_is_its_own_and_that_is_said(
    run: Run, repository: GitPanels, broken: str
) -> None:
    repository.write(broken)
    repository.commit()
    repository.push()
    repository.pull_request()
    repository.declare("ada", "kurt")
    repository.commit()
    ended = run("plan", "production", *MAIN)
    assert "base-not-readable" in ended.out
    assert "Pending before it" not in ended.out
    document = plan_of(run)
    assert whose(document) == (["ada", "kurt"], [])
    assert not document["base"]["is_readable"]


def test_settings_that_could_not_be_read_before_are_the_same(run: Run, repository: GitPanels) -> None:
    repository.environment("production", "datacentre: eu\n")
    repository.commit()
    repository.push()
    repository.pull_request()
    repository.environment("production")
    repository.commit()
    assert whose(plan_of(run)) == (["ada", "grace"], [])


def test_the_digest_is_the_same_with_base_and_without(run: Run, repository: GitPanels) -> None:
    del repository
    assert plan_of(run)["digest"] == json.loads(run("plan", "production", "--format", "json").out)["digest"]


def test_the_exit_code_tells_of_the_whole_plan(run: Run, repository: GitPanels) -> None:
    del repository
    assert run("plan", "production", *MAIN, "--detailed-exitcode").code == EXIT_SOMETHING_TO_APPLY


def test_masked_the_shares_name_nobody(run: Run, repository: GitPanels) -> None:
    repository.declare("ada", "grace", "kurt")
    for chosen in ("text", "markdown", "github"):
        assert "kurt@" not in run("plan", "production", *MAIN, "--mask", "--format", chosen).out


def test_a_saved_plan_can_still_be_applied_by_its_file(run: Run, repository: GitPanels) -> None:
    repository.environment("sandbox", "embedded: true\n")
    repository.declare("ada", to="sandbox")
    assert run("plan", "sandbox", *MAIN, "--out", "plan.json").code == EXIT_DONE
    assert run("apply", "sandbox", "plan.json", "--yes").code == EXIT_DONE


# Lockfiles


def locked(repository: GitPanels, *names: str) -> None:
    lockfile = Lockfile("production", lockfile_of().target, lockfile_of(*map(person, names)).members)
    repository.lock(lockfile)


def test_a_pull_request_that_edits_a_lockfile_fails_and_the_command_that_is_named_undoes_it(
    run: Run, repository: GitPanels
) -> None:
    locked(repository, "ada")
    repository.commit()
    repository.push()
    repository.pull_request()
    locked(repository, "ada", "grace")
    repository.commit()
    ended = run("plan", "production", *MAIN)
    assert ended.code == EXIT_INVALID
    assert "panels/production/state.lock.json: This pull request edits the lockfile" in ended.err
    undo = ended.err.partition("Undo that: `")[2].partition("`")[0].replace("\n", " ").split()
    repository.git(*undo[1:])
    repository.commit()
    assert run("plan", "production", *MAIN).code == EXIT_DONE


def test_a_lockfile_that_a_pull_request_adds_is_taken_out_of_git_by_the_command_that_is_named(
    run: Run, repository: GitPanels
) -> None:
    repository.pull_request()
    locked(repository, "ada")
    repository.commit()
    ended = run("plan", "production", *MAIN)
    assert ended.code == EXIT_INVALID
    assert "git rm --cached -- panels/production/state.lock.json" in " ".join(ended.err.split())
    repository.git("rm", "--quiet", "--cached", "--", "panels/production/state.lock.json")
    repository.git("commit", "--quiet", "--message", "Undo")
    assert run("plan", "production", *MAIN).code == EXIT_DONE


def test_a_lockfile_that_a_pull_request_deletes_is_an_edit_too(run: Run, repository: GitPanels) -> None:
    locked(repository, "ada")
    repository.commit()
    repository.push()
    repository.pull_request()
    repository.lockfile.unlink()
    repository.commit()
    assert run("plan", "production", *MAIN).code == EXIT_INVALID


def test_a_lockfile_may_leave_main_for_a_branch_of_its_own(run: Run, repository: GitPanels) -> None:
    locked(repository, "ada")
    repository.commit()
    repository.push()
    repository.pull_request()
    repository.environment("production", "datacenter: eu\napi_key: {env: KEY}\nlockfile: {branch: state}\n")
    repository.lockfile.unlink()
    repository.commit()
    assert "edits the lockfile" not in run("plan", "production", *MAIN).err


def test_other_white_space_in_a_lockfile_is_no_edit(run: Run, repository: GitPanels) -> None:
    locked(repository, "ada")
    repository.commit()
    repository.push()
    repository.pull_request()
    lockfile = repository.lockfile
    lockfile.write_text(json.dumps(json.loads(lockfile.read_text(encoding="utf-8")), indent=2))
    repository.commit()
    assert run("plan", "production", *MAIN).code == EXIT_DONE


def test_a_lockfile_that_is_only_changed_here_is_no_edit(run: Run, repository: GitPanels) -> None:
    locked(repository, "ada")
    repository.commit()
    repository.push()
    locked(repository, "ada", "grace")
    assert run("plan", "production", *MAIN).code == EXIT_DONE


def test_what_main_wrote_into_a_lockfile_and_was_merged_in_is_no_edit(
    run: Run, repository: GitPanels
) -> None:
    repository.pull_request()
    repository.put("production/members/mine.yaml", members("kurt"))
    repository.commit()
    repository.on_main()
    locked(repository, "ada")
    repository.commit()
    repository.push()
    repository.git("switch", "--quiet", "change")
    repository.merge_main()
    assert whose(plan_of(run)) == (["kurt"], ["grace"])


def test_an_edited_lockfile_among_all_is_a_problem_of_its_environment_alone(
    run: Run, repository: GitPanels
) -> None:
    repository.environment("staging", "embedded: true\n")
    repository.pull_request()
    repository.declare("ada", to="staging")
    locked(repository, "ada")
    repository.commit()
    document = all_of(run, code=EXIT_INVALID)
    assert planned(document) == ["staging"]
    assert [problem["file"] for problem in document["problems"]] == ["panels/production/state.lock.json"]


def test_an_edit_that_is_committed_fails_also_where_it_is_undone_here_alone(
    run: Run, repository: GitPanels
) -> None:
    repository.pull_request()
    locked(repository, "ada")
    repository.commit()
    repository.lockfile.unlink()
    document = all_of(run, code=EXIT_INVALID)
    assert [problem["file"] for problem in document["problems"]] == ["panels/production/state.lock.json"]


# Which environments a pull request affects


@pytest.fixture
def several(repository: GitPanels) -> GitPanels:
    """Production by itself; `north` and `south`, which read panels/shared/ as well."""
    repository.shared("team.yaml", "bob")
    for name in ("north", "south"):
        repository.environment(name, SHARED)
        repository.declare(name, to=name)
    repository.commit()
    repository.push()
    repository.pull_request()
    return repository


def test_environments_that_nothing_of_theirs_changed_in_are_left_out_and_named(
    run: Run, several: GitPanels
) -> None:
    several.declare("ada", to="north")
    several.commit()
    document = all_of(run)
    assert (planned(document), document["unaffected"]) == (["north"], ["production", "south"])
    for chosen in ("text", "markdown", "github"):
        ended = run("plan", "--all", *MAIN, "--format", chosen)
        assert "Not affected" in ended.out
        assert "production, south." in ended.out


def test_where_nothing_is_affected_that_is_said(run: Run, several: GitPanels) -> None:
    several.put("../README.md", "New\n")
    several.commit()
    assert planned(all_of(run)) == []
    for chosen in ("text", "markdown"):
        assert "There is nothing to plan." in run("plan", "--all", *MAIN, "--format", chosen).out


def change_shared(repository: GitPanels) -> None:
    repository.shared("team.yaml", "eve")


def delete_shared(repository: GitPanels) -> None:
    (repository.folder / "shared" / "team.yaml").unlink()
    repository.shared(".gitkeep")


def add_shared(repository: GitPanels) -> None:
    repository.shared("Süd Team\n.yaml", "eve")


@pytest.mark.parametrize("deed", [change_shared, delete_shared, add_shared])
@pytest.mark.parametrize("is_committed", [True, False])
def test_a_shared_file_affects_each_environment_that_reads_it(
    run: Run, several: GitPanels, deed: Any, *, is_committed: bool
) -> None:
    deed(several)
    if is_committed:
        several.commit()
    assert planned(all_of(run)) == ["north", "south"]


def test_a_suppression_list_affects_each_environment_that_reads_it(run: Run, several: GitPanels) -> None:
    several.on_main()
    several.put("shared/suppressed.txt", "")
    several.environment("careful", "embedded: true\nsuppressed: ../shared/suppressed.txt\n")
    several.commit()
    several.push()
    several.pull_request("suppress")
    several.put("shared/suppressed.txt", "nobody@example.org\n")
    several.put("south/suppressed.txt", "nobody@example.org\n")
    several.commit()
    assert planned(all_of(run)) == ["careful", "south"]


def test_who_is_suppressed_now_may_have_been_declared_before(run: Run, repository: GitPanels) -> None:
    repository.pull_request()
    repository.put("production/suppressed.txt", "grace@example.org\n")
    repository.declare("ada")
    repository.commit()
    assert plan_of(run)["summary"]["add"] == 1


def test_a_link_that_leads_to_other_files_affects_those_who_follow_it(run: Run, several: GitPanels) -> None:
    several.on_main()
    link = several.folder / "current"
    several.put("teams/a.yaml", members("a"))
    several.put("teams/b.yaml", members("b"))
    link.symlink_to("teams/a.yaml")
    link = link.rename(several.folder / "current.yaml")
    several.environment("linked", "embedded: true\nmembers: [../current.yaml]\n")
    several.commit()
    several.push()
    several.pull_request("relink")
    assert planned(all_of(run)) == []
    link.unlink()
    link.symlink_to("teams/b.yaml")
    several.commit()
    document = all_of(run)
    assert planned(document) == ["linked"]
    assert whose(document["plans"][0]) == (["b"], [])


def test_what_a_link_leads_to_affects_those_who_follow_it(run: Run, several: GitPanels) -> None:
    several.on_main()
    several.put("teams/a.yaml", members("a"))
    several.environment("linked", "embedded: true\n")
    (several.folder / "linked/members/a.yaml").symlink_to("../../teams/a.yaml")
    several.commit()
    several.push()
    several.pull_request("relink")
    several.put("teams/a.yaml", members("a", "b"))
    several.commit()
    document = all_of(run)
    assert planned(document) == ["linked"]
    assert whose(document["plans"][0]) == (["b"], ["a"])


def test_an_environment_that_is_new_is_all_its_own(run: Run, several: GitPanels) -> None:
    several.environment("east", SHARED)
    several.declare("ada", to="east")
    several.commit()
    document = all_of(run)
    assert planned(document) == ["east"]
    assert whose(document["plans"][0]) == (["ada", "bob"], [])


def test_an_environment_that_is_deleted_is_reported_and_its_lockfile_may_go_with_it(
    run: Run, several: GitPanels
) -> None:
    several.on_main()
    locked(several, "ada")
    several.commit()
    several.push()
    several.pull_request("delete")
    shutil.rmtree(several.folder / "production")
    several.commit()
    document = all_of(run)
    assert (planned(document), document["taken_away"]) == ([], ["production"])
    for chosen in ("text", "markdown", "github"):
        assert (
            "Deleted by this pull request: production" in run("plan", "--all", *MAIN, "--format", chosen).out
        )


def test_an_environment_that_is_renamed_is_one_taken_away_and_one_that_is_new(
    run: Run, several: GitPanels
) -> None:
    (several.folder / "north").rename(several.folder / "northwest")
    several.commit()
    document = all_of(run)
    assert (planned(document), document["taken_away"]) == (["northwest"], ["north"])
    assert whose(document["plans"][0]) == (["bob", "north"], [])


def test_an_environment_whose_settings_are_wrong_now_is_a_problem_and_the_others_are_planned(
    run: Run, several: GitPanels
) -> None:
    several.environment("north", "datacentre: eu\n")
    several.declare("eve", to="south")
    several.commit()
    document = all_of(run, code=EXIT_INVALID)
    assert planned(document) == ["south"]
    assert {problem["file"] for problem in document["problems"]} == {"panels/north/environment.yaml"}


def test_a_mistake_in_a_shared_file_is_reported_once(run: Run, several: GitPanels) -> None:
    several.put("shared/team.yaml", "members:\n  - emailAddress: nobody\n")
    several.commit()
    document = all_of(run, code=EXIT_INVALID)
    assert len(document["problems"]) == 1


def test_what_git_does_not_export_is_read_all_the_same(run: Run, several: GitPanels) -> None:
    several.on_main()
    several.put("../.gitattributes", "panels/** export-ignore\n*.yaml export-ignore\n")
    several.commit()
    several.push()
    several.pull_request("ignored")
    several.declare("ada", "grace", "kurt")
    several.commit()
    assert whose(plan_of(run)) == (["kurt"], ["ada", "grace"])


@pytest.mark.parametrize(
    "name", ["with spaces.yaml", "Übersicht é.yaml", "line\nend.yaml", "-dash.yaml", "[a]*.csv"]
)
def test_file_names_may_be_whatever_the_disk_takes(run: Run, several: GitPanels, name: str) -> None:
    text = "emailAddress\nkurt@example.org\n" if name.endswith("csv") else members("kurt")
    several.on_main()
    several.put(f"production/members/{name}", text)
    several.commit()
    several.push()
    several.pull_request("named")
    several.put(f"production/members/{name}", text.replace("kurt", "eve"))
    several.commit()
    assert planned(all_of(run)) == ["production"]
    assert whose(plan_of(run)) == (["eve"], ["ada", "grace"])


# Where the panels are


@pytest.mark.parametrize("below", ["work/teams/panels", "."])
def test_the_panels_may_be_anywhere_in_the_repository(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: GitPanels, below: str
) -> None:
    del repository
    (tmp_path / "other").mkdir()
    made = GitPanels(tmp_path / "other" / "team", below)
    made.pull_request()
    made.shared("team.yaml", "bob")
    made.environment("north", SHARED)
    made.commit()
    for here, panels in [
        (made.root, below),
        (tmp_path, str(made.folder)),
        (made.folder / "production", ".."),
    ]:
        monkeypatch.chdir(here)
        ended = run("--panels", panels, "plan", "--all", *MAIN, "--format", "json")
        assert ended.code == EXIT_DONE, ended.err
        document = json.loads(ended.out)
        assert (planned(document), document["unaffected"]) == (["north"], ["production"])
        assert whose(document["plans"][0]) == (["bob"], [])


def test_the_repository_may_be_reached_by_a_link(run: Run, repository: GitPanels, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(repository.root)
    repository.pull_request()
    repository.declare("ada", "grace", "kurt")
    repository.commit()
    ended = run("--panels", str(tmp_path / "link/panels"), "plan", "production", *MAIN, "--format", "json")
    assert whose(json.loads(ended.out)) == (["kurt"], ["ada", "grace"])


def test_only_some_of_the_files_may_be_checked_out(run: Run, repository: GitPanels) -> None:
    repository.put("../other/file.txt", "x\n")
    repository.commit()
    repository.push()
    repository.git("sparse-checkout", "set", "panels/production")
    repository.pull_request()
    repository.declare("ada", "grace", "kurt")
    repository.commit()
    assert whose(plan_of(run)) == (["kurt"], ["ada", "grace"])


def test_nothing_of_gits_state_changes(run: Run, several: GitPanels) -> None:
    several.git("config", "core.splitIndex", "true")
    several.declare("eve", to="north")
    several.put("production/members/new.yaml", members("x"))
    os.utime(several.folder / "south/members/team.yaml")
    before = several.state(), sorted(path.name for path in (several.root / ".git").iterdir())
    assert planned(all_of(run)) == ["north", "production"]
    assert (several.state(), sorted(path.name for path in (several.root / ".git").iterdir())) == before


def test_a_committed_working_folder_is_refused_since_its_content_would_be_believed(
    run: Run, repository: GitPanels
) -> None:
    repository.put("production/.reconciler/journal.jsonl", "{}")
    repository.git("add", "--force", "--all")
    repository.commit("Forge")
    ended = run("plan", "production", *MAIN)
    assert ended.code == EXIT_INVALID
    assert "git rm -r --cached -- panels/production/.reconciler" in ended.err


# Where there is nothing to compare with


def assert_one_clear_message(ended: Ended, words: str) -> None:
    assert ended.code == EXIT_INVALID
    assert words in " ".join(ended.err.split())
    assert "Traceback" not in ended.err
    assert len(json.loads(ended.out)["problems"]) == 1


@pytest.mark.parametrize(
    "ref", ["origin/nowhere", "", "-x", "--all", "a b", "x..y", "HEAD:panels", "@{u}", "a\nb"]
)
def test_an_unknown_ref_is_one_clear_message(run: Run, repository: GitPanels, ref: str) -> None:
    del repository
    ended = run("plan", "production", f"--base={ref}", "--format", "json")
    assert_one_clear_message(ended, "git knows no")
    assert "fetch-depth: 0" in ended.err


@pytest.mark.parametrize("ref", ["HEAD", "main", "origin/main", "HEAD~0", "refs/remotes/origin/main"])
def test_any_name_of_a_commit_will_do(run: Run, repository: GitPanels, ref: str) -> None:
    del repository
    assert run("plan", "production", "--base", ref).code == EXIT_DONE


def test_a_folder_in_no_repository_is_one_clear_message(
    run: Run, repository: GitPanels, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(repository.root / ".git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repository.root.parent))
    ended = run("plan", "production", *MAIN, "--format", "json")
    assert_one_clear_message(ended, "panels: This folder is in no git repository.")


def test_a_shallow_clone_is_one_clear_message(
    run: Run, repository: GitPanels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.pull_request()
    repository.declare("kurt")
    repository.commit()
    repository.push()
    git(
        tmp_path, "clone", "--quiet", "--depth=1", "--branch=change", f"file://{repository.origin}", "shallow"
    )
    monkeypatch.chdir(tmp_path / "shallow")
    assert_one_clear_message(run("plan", "production", *MAIN, "--format", "json"), "git knows no")
    git(tmp_path / "shallow", "fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main")
    ended = run("plan", "production", *MAIN, "--format", "json")
    assert_one_clear_message(ended, "have no common history here")
    assert "fetch-depth: 0" in ended.err


def test_a_repository_without_a_commit_is_one_clear_message(
    run: Run, repository: GitPanels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "init", "--quiet", "empty")
    shutil.copytree(repository.folder, tmp_path / "empty" / "panels")
    monkeypatch.chdir(tmp_path / "empty")
    assert_one_clear_message(run("plan", "production", *MAIN, "--format", "json"), "git knows no")


def test_a_machine_without_git_is_one_clear_message(repository: GitPanels, tmp_path: Path) -> None:
    del repository
    (tmp_path / "bin").mkdir()
    path = {"PATH": str(tmp_path / "bin")}
    shell = shutil.which("sh")
    assert shell is not None
    (tmp_path / "bin" / "sh").symlink_to(shell)
    ended = start("plan", "production", *MAIN, "--format", "json", environ=path)
    assert_one_clear_message(ended, "This needs git, and there is none on this machine.")


def test_a_panels_folder_that_is_not_there_is_one_clear_message(run: Run, repository: GitPanels) -> None:
    del repository
    ended = run("--panels", "nowhere", "plan", "production", *MAIN, "--format", "json")
    assert_one_clear_message(ended, "nowhere")


def test_panels_that_are_new_altogether_are_all_its_own(run: Run, repository: GitPanels) -> None:
    repository.pull_request()
    repository.folder.rename(repository.root / "members")
    repository.commit()
    ended = run("--panels", "members", "plan", "production", *MAIN, "--format", "json")
    assert whose(json.loads(ended.out)) == (["ada", "grace"], [])


def test_in_markdown_the_name_of_a_ref_does_nothing_but_be_read(run: Run, repository: GitPanels) -> None:
    ref = "@octocat/`<img>`x](y)|z"
    repository.write("members: [")
    repository.commit()
    repository.git("update-ref", f"refs/heads/{ref}", "HEAD")
    repository.declare("ada")
    ended = run("plan", "production", "--base", ref, "--format", "markdown")
    assert ended.code == EXIT_DONE, ended.err
    line = next(line for line in ended.out.splitlines() if "octocat" in line)
    assert not re.search(r"[@<>`\]|]", re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", "", line))


def test_the_lockfile_that_was_edited_is_masked_as_little_as_any_file_name(
    run: Run, repository: GitPanels
) -> None:
    repository.pull_request()
    repository.lockfile.write_bytes(encode(Lockfile("production", lockfile_of().target)))
    repository.commit()
    ended = run("plan", "production", *MAIN, "--mask")
    assert "git rm --cached" in " ".join(ended.err.split())
