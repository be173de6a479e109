"""Problems for GitLab's code quality widget.

GitLab's page *Code Quality* says what a report holds: `description`, `check_name`, `fingerprint`, `severity`,
and `location` with `path` and `lines.begin`. The widget compares it with the target branch's report by
fingerprint, so that must not change when a line moves.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from reconciler.output.document import Document, Problems, Section, Text, grouped
from reconciler.output.render import RenderOptions, unpainted
from reconciler.output.text import text_line
from reconciler.problems import Location, Problem, Severity

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor"}
_ELSEWHERE = Location("panels", 1)


def codequality(document: Document, options: RenderOptions) -> str:
    """A JSON list of the document's problems; those of one kind in one file count as one."""
    options = options._replace(paint=unpainted)
    seen: Counter[str] = Counter()
    entries = [_entry(found, options, seen) for found in _problems(document)]
    return json.dumps(entries, indent=1) + "\n"


def _problems(document: Document) -> Iterator[tuple[Problem, str]]:
    """The first of each kind, and how often it occurs."""
    for block in document.blocks:
        if isinstance(block, Document):
            yield from _problems(block)
        for each in block.blocks if isinstance(block, Section) else (block,):
            if isinstance(each, Problems):
                yield from _grouped(each.problems)
    yield from _grouped(document.annotations)


def _grouped(problems: Iterable[Problem]) -> Iterator[tuple[Problem, str]]:
    for group in grouped(tuple(problems)):
        yield group.first, group.summary


def _entry(found: tuple[Problem, str], options: RenderOptions, seen: Counter[str]) -> dict[str, Any]:
    problem, summary = found
    location = problem.location or _ELSEWHERE
    parts: list[Text] = [problem.message, problem.hint, summary]
    description = " ".join(text_line(part, options) for part in parts if part)
    check = problem.code or "mistake"
    # Of what is shown alone: a hash of an address would give the address away.
    identity = json.dumps([location.file, check, text_line(problem.message, options)])
    seen[identity] += 1
    return {
        "description": description,
        "check_name": check,
        "fingerprint": sha256(f"{identity} {seen[identity]}".encode()).hexdigest(),
        "severity": _SEVERITIES[problem.severity],
        "location": {"path": location.file, "lines": {"begin": location.line or 1}},
    }
