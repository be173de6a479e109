"""What marks comments and issues as ours: a first line that no reader sees, by somebody who may write. Pure.

Anybody may comment on a public repository and copy the line. A stranger's comment that we took for ours
would say what we say under a name that may change it afterwards.
"""

import re
from typing import Protocol

MOST_CHARACTERS = 65_536
"""The longest body that GitHub promises to take, of a comment as of an issue."""

_WHO_MAY_WRITE = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_BOT = "Bot"

# Of two hyphens that could end an HTML comment, the second is escaped.
_NOT_HARMLESS = re.compile(r"[^\w .-]|(?<=-)-", re.ASCII)


class Posted(Protocol):
    """A comment, or an issue."""

    @property
    def body(self) -> str:
        """Its markdown."""
        ...

    @property
    def author_association(self) -> str:
        """What its author is to the repository."""
        ...

    @property
    def author(self) -> str:
        """Its author's name; empty where the account is gone."""
        ...

    @property
    def author_type(self) -> str:
        """`User` or `Bot`; workflows and apps are bots, and only who may write can install one."""
        ...


def marked(marker: str, text: str) -> str:
    """The text behind the line that marks it."""
    return f"{_line(marker)}\n{text}"


def is_marked(posted: Posted, marker: str) -> bool:
    """Whether this stands under that marker, whoever posted it."""
    return posted.body.partition("\n")[0].rstrip() == _line(marker)


def is_by_writer(posted: Posted) -> bool:
    """Whether its author is known to be somebody who may write here.

    It is not known of a member of an organisation that hides its members.
    """
    return posted.author_type == _BOT or posted.author_association in _WHO_MAY_WRITE


def says_the_same(one: str, other: str) -> bool:
    """Whether two bodies are equal, but for line ends and what GitHub may trim."""
    return _trimmed(one) == _trimmed(other)


def _trimmed(body: str) -> str:
    return body.replace("\r\n", "\n").rstrip()


def _line(marker: str) -> str:
    """Whatever the marker holds: an HTML comment, on one line, that ends where it should."""
    return f"<!-- reconciler: {_NOT_HARMLESS.sub(_escaped, marker)} -->"


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode(errors="replace"))
