"""`reconciler completion`: a TAB in a real shell offers commands, options, environments and files."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_BASH = """
set -eu
cd {folder}
PATH={programs}:$PATH
eval "$(reconciler completion bash)"
COMP_WORDS=({words}) COMP_CWORD={last} COMPREPLY=()
_reconciler_completion reconciler
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def _in_bash(folder: Path, *words: str) -> list[str]:
    script = _BASH.format(
        folder=shlex.quote(str(folder)),
        programs=shlex.quote(str(Path(sys.executable).parent)),
        words=" ".join(map(shlex.quote, words)),
        last=len(words) - 1,
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A folder with two environments, and a folder that is none."""
    for name in ("production", "staging"):
        (tmp_path / "panels" / name).mkdir(parents=True)
        (tmp_path / "panels" / name / "environment.yaml").write_text("not: even valid\n")
    (tmp_path / "panels" / "shared").mkdir()
    return tmp_path


def test_bash_completes_commands(team: Path) -> None:
    assert _in_bash(team, "reconciler", "pl") == ["plan"]


def test_bash_completes_the_commands_of_a_group(team: Path) -> None:
    assert "publish" in _in_bash(team, "reconciler", "state", "")


def test_bash_completes_environments_without_reading_them(team: Path) -> None:
    assert _in_bash(team, "reconciler", "plan", "") == ["production", "staging"]


def test_bash_completes_the_environments_of_another_folder(team: Path) -> None:
    (team / "panels").rename(team / "elsewhere")
    assert _in_bash(team, "reconciler", "--panels", "elsewhere", "apply", "s") == ["staging"]


def test_bash_completes_options_and_their_values(team: Path) -> None:
    assert _in_bash(team, "reconciler", "plan", "--detailed") == ["--detailed-exitcode"]
    assert _in_bash(team, "reconciler", "plan", "--format", "mark") == ["markdown"]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_takes_the_script_without_an_error(team: Path) -> None:
    programs = Path(sys.executable).parent
    made = f'eval "$({programs}/reconciler completion zsh)"'
    script = f"autoload -Uz compinit && compinit -D && {made} && echo $_comps[reconciler]"
    done = subprocess.run(["zsh", "-f", "-c", script], cwd=team, capture_output=True, text=True, check=True)
    assert done.stdout == "_reconciler_completion\n"


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_completes_commands_and_environments(team: Path) -> None:
    script = (
        "reconciler completion fish | source; complete -C 'reconciler pl'; complete -C 'reconciler plan s'"
    )
    environ = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environ |= {"XDG_CONFIG_HOME": str(team / "config"), "XDG_DATA_HOME": str(team / "data")}
    done = subprocess.run(
        ["fish", "--no-config", "-c", script],
        cwd=team,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["plan", "staging"]


def test_a_tab_loads_no_command() -> None:
    script = (
        "import sys; from reconciler.cli.main import main; main([]); "
        "print(sorted(name for name in sys.modules if name in {'pydantic', 'httpx', 'deepdiff', 'asyncio'}))"
    )
    environ = os.environ | {
        "_RECONCILER_COMPLETE": "bash_complete",
        "COMP_WORDS": "reconciler plan s",
        "COMP_CWORD": "2",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
