"""What git says when it fails, made fit to be shown: never a password or a token out of an address."""

import re

from reconciler.errors import InvalidInput
from reconciler.git.command import Done
from reconciler.problems import Message, Problem

_CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")
_REMOTE = re.compile(r"^remote: ?", re.MULTILINE)
_MOST_LINES = 6
_MOST_CHARACTERS = 300


def failure(what: str, done: Done, *hint: str) -> InvalidInput:
    """The error for a git command without which there is no going on; `what` is the sentence before it."""
    return InvalidInput(Problem((what, " ", said(done)), _joined(hint)))


def said(done: Done) -> str:
    """Git's own words on standard error, on one line."""
    text = " ".join(_told(done.err.splitlines()))
    return f"Git says: {text}" if text else f"Git ended with code {done.code}."


def said_by_server(done: Done) -> str:
    """What the remote's server said, on one line; empty where it said nothing.

    Source: git prints what comes from there behind `remote: `; GitHub numbers its reasons, GH006, GH013.
    """
    told = [line for line in done.err.splitlines() if line.startswith("remote:")]
    return " ".join(_told(told))


def _told(lines: list[str]) -> list[str]:
    """The first lines that say something; a server may send pages, and what hurts stands at their head."""
    bare = (_CREDENTIALS.sub("", _REMOTE.sub("", line)).strip(" -*=#") for line in lines)
    return [line[:_MOST_CHARACTERS] for line in bare if line][:_MOST_LINES]


def _joined(hint: tuple[str, ...]) -> Message:
    return (" ".join(hint),) if hint else ()
