"""What the README shows is what the program prints."""

import re
import shutil
from pathlib import Path

from world import World


def blocks(repo: Path, language: str) -> list[str]:
    """The fenced blocks of one language, in order."""
    readme = (repo / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)


def test_the_main_job_prints_what_the_readme_shows(repo: Path, tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns(".reconciler", "state.lock.json")
    shutil.copytree(repo / "panels", tmp_path / "panels", ignore=ignored)
    world = World(tmp_path)
    plan, report, *_ = blocks(repo, "text")
    assert world.run("plan", "sandbox").out == plan
    assert world.run("apply", "sandbox", "--yes").out.endswith(report)
    assert world.run("plan", "sandbox", "--detailed-exitcode").code == 0


def test_a_mistake_looks_as_the_readme_shows_it(repo: Path, tmp_path: Path) -> None:
    world = World(tmp_path)
    environment, members = blocks(repo, "yaml")
    world.write("production/environment.yaml", environment)
    world.write("production/members/team.yaml", members.replace("firstName", "firstname"))
    shown = world.run("validate")
    assert shown.code == 1
    assert shown.err.startswith(blocks(repo, "text")[-1])
    world.write("production/members/team.yaml", members)
    assert world.run("validate").code == 0
