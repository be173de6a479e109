"""What a comment on a pull request showed of a plan, kept in a line of it that no reader sees. Pure.

Once the pull request is merged, the line tells how what is applied compares with what was reviewed. A
comment is text that people can edit, so nothing that stands there is trusted with more than that.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from reconciler.plan.model import Plan, Summary

_LINE = re.compile(r"<!-- reconciler: shown (\{.*\}) -->\s*")
_DIGEST = re.compile(r"sha256:[0-9a-f]{1,64}", re.ASCII)


class Shown(NamedTuple):
    """The figures by which two plans for one environment are compared."""

    environment: str
    digest: str
    roster_digest: str
    summary: Summary


def hidden(plan: Plan) -> str:
    """The line, without a line end: an HTML comment that ends where it should, whatever the plan's names."""
    document = Shown(plan.environment, plan.digest, plan.roster_digest, plan.summary)._asdict()
    text = json.dumps(document | {"summary": plan.summary._asdict()}, ensure_ascii=True)
    # Two hyphens could end an HTML comment, and `##[` is a command to old CI runners. Counts have no sign and
    # there are no lists, so both stand inside of texts only.
    harmless = text.replace("-", "\\u002d").replace("##[", "##\\u005b")
    return f"<!-- reconciler: shown {harmless} -->"


def shown_in(body: str) -> dict[str, Shown]:
    """What the lines of this kind tell, by environment; a line that isn't just as we write it tells nothing.

    Where several are about one environment, the last counts.
    """
    lines = (_LINE.fullmatch(line) for line in body.splitlines())
    read = [read_shown(_document(line[1])) for line in lines if line]
    return {shown.environment: shown for shown in read if shown}


def read_shown(document: object) -> Shown | None:
    """The figures in an object that has keys of these names; None where any is missing or of another kind."""
    if not isinstance(document, dict):
        return None
    environment, summary = document.get("environment"), _summary(document.get("summary"))
    digest, roster_digest = _digest(document, "digest"), _digest(document, "roster_digest")
    if not (isinstance(environment, str) and environment and summary and digest and roster_digest):
        return None
    return Shown(environment, digest, roster_digest, summary)


def _document(text: str) -> object:
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document


def _digest(document: Mapping[str, Any], name: str) -> str | None:
    digest = document.get(name)
    return digest if isinstance(digest, str) and _DIGEST.fullmatch(digest) else None


def _summary(document: object) -> Summary | None:
    if not (isinstance(document, dict) and document.keys() == set(Summary._fields)):
        return None
    counts = [document[name] for name in Summary._fields]
    return Summary(*counts) if all(type(count) is int and count >= 0 for count in counts) else None
