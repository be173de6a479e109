"""What a file is, by how it begins, wherever it lies and whatever it is called. Pure."""

import json
import re
from typing import NamedTuple

from reconciler.search.model import Kind

_TEXT = rb'"(?:[^"\\]|\\.)*"'
_OF_ONE = re.compile(
    rb'\s*\{\s*"format"\s*:\s*\d+\s*,\s*"environment"\s*:\s*(' + _TEXT + rb")\s*,"
    rb'\s*"(?P<next>target|digest|summary)"'
)
_OF_SEVERAL = re.compile(rb'\s*\{\s*"format"\s*:\s*\d+\s*,\s*"(?P<next>plans|reports)"')
_JOURNAL = re.compile(rb'\{"record":\s*"run",[^\n]*?"environment":\s*(' + _TEXT + rb")")
_BY_NEXT = {
    b"target": Kind.LOCKFILE,
    b"digest": Kind.PLAN,
    b"plans": Kind.PLAN,
    b"summary": Kind.REPORT,
    b"reports": Kind.REPORT,
}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class FileKind(NamedTuple):
    """What a file of ours is, and which environment it says it is about."""

    kind: Kind
    environment: str | None = None


def kind_of(head: bytes) -> FileKind:
    """What the file is that begins so; text like any other where it is none of ours."""
    head = head.removeprefix(_BYTE_ORDER_MARK)
    if found := _OF_ONE.match(head):
        return FileKind(_BY_NEXT[found["next"]], _decoded(found[1]))
    if found := _OF_SEVERAL.match(head):
        return FileKind(_BY_NEXT[found["next"]])
    if found := _JOURNAL.match(head):
        return FileKind(Kind.JOURNAL, _decoded(found[1]))
    return FileKind(Kind.TEXT)


def section_of(line: bytes, key: str) -> str | None:
    """The section of a lockfile in which this line is the person's entry; None where it is another line."""
    try:
        entry = json.loads(b"{" + line.strip().rstrip(b",") + b"}")[key]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(entry, dict):
        return None
    if "reason" in entry:
        return "rejected"
    return "members" if "outcome" in entry else "unconfirmed"


def _decoded(text: bytes) -> str | None:
    try:
        return str(json.loads(text))
    except ValueError:
        return None
