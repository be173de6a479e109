"""Asking a person before something is done."""

import sys
from collections.abc import Callable

from reconciler.cli.output import write
from reconciler.errors import Interrupted, Refusal
from reconciler.problems import Problem

_WITHOUT_TERMINAL = Problem(
    ("There is no --yes, and no terminal to ask on.",),
    ("Add --yes if it is meant.",),
)


def confirm(question: str, *, yes: bool = False, without_terminal: Problem = _WITHOUT_TERMINAL) -> None:
    """Go on only if that is meant: `yes` says so, or somebody at the terminal does.

    Args:
        question: one line, made visible already; it is asked on standard error.
        yes: whether `--yes` was given.
        without_terminal: what is wrong where there is nobody to ask.

    Raises:
        Refusal: there is nobody to ask, or the answer is anything but yes.
        Interrupted: ^C instead of an answer.
    """
    if yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise Refusal(without_terminal)
    if _answer(question, sys.stdin.readline).strip().lower() not in {"y", "yes"}:
        raise Refusal(Problem(("The question was not answered with yes, so nothing was done.",)))


def _answer(question: str, readline: Callable[[], str]) -> str:
    try:
        write(sys.stderr, f"{question} [y/N] ")
        answer = readline()
    except KeyboardInterrupt:
        write(sys.stderr, "\n")
        raise Interrupted(Problem(("Interrupted before anything began.",))) from None
    if not answer.endswith("\n"):
        write(sys.stderr, "\n")
    return answer
