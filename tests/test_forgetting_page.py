"""The page about forgetting someone: its commands, in its order, do what it says they do."""

import re
import shlex
from pathlib import Path

import pytest
from plain_git import git
from world import Result, World

ADA = "ada@example.org"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A repository in which Ada was declared, applied, and committed."""
    world = World(tmp_path)
    world.environment("production", "policy: {on_remove: delete}\n")
    world.members({"emailAddress": ADA, "lastName": "Lovelace"}, "bob@example.org", name="production")
    assert world.run("apply", "production", "--yes").code == 0
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "Begin")
    return world


def commands(repo: Path) -> list[list[str]]:
    page = (repo / "docs" / "forgetting.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def ours(repo: Path) -> list[list[str]]:
    return [words[1:] for words in commands(repo) if words[0] == "reconciler"]


def run_all(repo: Path, world: World) -> list[Result]:
    """The page's commands; Ada leaves the member file after the second, as the page says."""
    results = []
    for number, words in enumerate(ours(repo)):
        if number == 2:
            world.members("bob@example.org", name="production")
        results.append(world.run(*words, *(["--yes"] if words[0] == "apply" else [])))
    return results


def test_the_commands_forget_a_person_from_end_to_end(repo: Path, world: World) -> None:
    before, suppressed, valid, plan, applied, after = run_all(repo, world)
    assert {result.code for result in (before, suppressed, valid, plan, applied, after)} == {0}
    assert re.search(r"panels/production/members/team.yaml:2 +declared in production\n", before.out)
    assert re.search(r"panels/production/state.lock.json:4 +lockfile of production \(members\)\n", before.out)
    assert "panels/production/members/team.yaml:2  production" in suppressed.out
    assert "1 to remove (delete)" in plan.out
    assert "1 deleted" in applied.out
    folder = "panels/production"
    places = [line.split("  ") for line in after.out.splitlines() if line.startswith(f"  {folder}")]
    assert [(place[1], place[-1].strip()) for place in places] == [
        (
            f"{folder}/.reconciler/sandbox.sqlite3",
            "the embedded sandbox's data of production (deleted from it)",
        ),
        (f"{folder}/state.lock.json:7", "lockfile of production (departed)"),
        (f"{folder}/suppressed.txt:2", "suppression list of production (in clear)"),
    ]
    assert world.outcomes("production").keys() == {"bob@example.org"}


def test_until_the_entries_are_out_the_environment_is_refused(repo: Path, world: World) -> None:
    world.run(*ours(repo)[1])
    refused = world.run("validate", "production")
    assert refused.code == 1
    assert "team.yaml:2" in refused.err


def test_the_searches_of_git_find_other_text_and_the_commits(repo: Path, world: World) -> None:
    (world.folder / "notes.txt").write_text("Ask Ada@Example.org.\n")
    [text] = [words for words in commands(repo) if words[:2] == ["git", "grep"]]
    [history] = [words for words in commands(repo) if words[:2] == ["git", "log"]]
    said = world.run("find", ADA).out
    assert all(shlex.join(search) in said for search in (text, history))
    assert "notes.txt:1:Ask Ada@Example.org." in git(world.folder, *text[1:])
    assert git(world.folder, *history[1:]).endswith("Begin")


def test_the_expressions_leave_nothing_of_the_person(repo: Path, world: World) -> None:
    page = (repo / "docs" / "forgetting.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    lockfile = (world.panels / "production" / "state.lock.json").read_text()
    older = lockfile.replace('":{', '": {')
    members = (world.panels / "production/members/team.yaml").read_text().upper()
    cleaned = [cleaned_by(block, text) for text in (lockfile, older, members)]
    assert not [text for text in cleaned if "ada" in text.lower() or "Lovelace" in text]
    assert all("bob@example.org" in text for text in cleaned[:2])
    assert [text.count("\n") for text in cleaned[:2]] == [lockfile.count("\n") - 1] * 2


def cleaned_by(expressions: str, text: str) -> str:
    """What git filter-repo makes of a text, by its file of expressions."""
    for line in expressions.splitlines():
        expression, _, replacement = line.partition("==>")
        pattern = expression.removeprefix("regex:")
        text = re.sub(pattern if pattern != expression else re.escape(expression), replacement, text)
    return text
