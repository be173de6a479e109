"""The workflows as they are written: their steps, and the commands in their scripts."""

import re
import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import yaml

WORKFLOWS = Path(__file__).resolve().parent.parent.parent / ".github" / "workflows"
Workflow: TypeAlias = dict[str, Any]
_ENDS_COMMAND = frozenset({"|", "||", "&&", ";", "&"})


@cache
def workflow(name: str) -> Workflow:
    """One workflow, read."""
    found: Workflow = yaml.safe_load((WORKFLOWS / f"{name}.yml").read_text(encoding="utf-8"))
    return found


def triggers(name: str) -> dict[str, Any]:
    """The value of `on`, which YAML 1.1 takes for a truth value."""
    found: dict[str, Any] = {str(key): value for key, value in workflow(name).items()}["True"]
    return found


def steps(name: str) -> list[dict[str, Any]]:
    """The steps of all jobs."""
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def checkouts(name: str) -> list[dict[str, Any]]:
    """What the steps that check out are told."""
    return [step["with"] for step in steps(name) if step.get("uses", "").startswith("actions/checkout@")]


def command_lines(name: str) -> Iterator[tuple[str, ...]]:
    """The words behind `reconciler` in each command of the scripts, redirections left out."""
    for step in steps(name):
        for line in step.get("run", "").replace("\\\n", " ").splitlines():
            words = _words(line)
            if "reconciler" in words:
                yield tuple(_arguments(words[words.index("reconciler") + 1 :]))


def options(words: Sequence[str]) -> set[str]:
    """The options among words, that of `${NAME:+--option "$NAME"}` too."""
    return {option for word in words for option in re.findall(r"(?:^|\+)(--[a-z][a-z-]*)", word)}


def _words(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    return list(lexer)


def _arguments(words: Sequence[str]) -> Iterator[str]:
    is_target = False
    for word in words:
        if word in _ENDS_COMMAND:
            return
        is_redirection = set(word) <= set("<>")
        if not is_redirection and not is_target:
            yield word
        is_target = is_redirection
