"""Problems for GitLab's code quality widget.

GitLab's page *Code Quality* says what a report holds: `description`, `check_name`, `fingerprint`, `severity`,
and `location` with `path` and `lines.begin`. The widget compares it with the target branch's report by
fingerprint, so that must not change when a line moves.
"""

import json
from collections import Counter
from hashlib import sha256
from typing import Any

from reconciler.output.document import Document, Group, Text, findings
from reconciler.output.render import RenderOptions, unpainted
from reconciler.output.text import text_line
from reconciler.problems import Location, Severity

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor"}
_ELSEWHERE = Location("panels", 1)


def codequality(document: Document, options: RenderOptions) -> str:
    """A JSON list of the document's problems; those of one kind in one file count as one."""
    options = options._replace(paint=unpainted)
    seen: Counter[str] = Counter()
    entries = [_entry(group, options, seen) for _, group in findings(document)]
    return json.dumps(entries, indent=1) + "\n"


def _entry(group: Group, options: RenderOptions, seen: Counter[str]) -> dict[str, Any]:
    problem = group.first
    location = problem.location or _ELSEWHERE
    parts: tuple[Text, ...] = (problem.message, problem.hint, group.summary)
    check = problem.code or "mistake"
    # Of what is shown alone: a hash of an address would give the address away.
    identity = json.dumps([location.file, check, text_line(problem.message, options)])
    seen[identity] += 1
    return {
        "description": " ".join(text_line(part, options) for part in parts if part),
        "check_name": check,
        "fingerprint": sha256(f"{identity} {seen[identity]}".encode()).hexdigest(),
        "severity": _SEVERITIES[problem.severity],
        "location": {"path": location.file, "lines": {"begin": location.line or 1}},
    }
