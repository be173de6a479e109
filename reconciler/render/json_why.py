"""One person explained, as an object. Never masked; of others it tells but where something is wrong."""

from collections.abc import Iterable
from typing import Any

from reconciler.explain import DeclaredAt, Explanation
from reconciler.plan.saved import action_document
from reconciler.problems import Location, Problem, plain
from reconciler.render.json_plan import refusal_documents
from reconciler.render.json_state import known_document
from reconciler.render.json_text import FORMAT
from reconciler.render.masking import masked_words
from reconciler.render.why_next import Commands, next_steps
from reconciler.render.why_reason import obstacles, verdict
from reconciler.render.why_rows import known_member

MOST_PROBLEMS = 20


def why_document(explanation: Explanation, commands: Commands) -> dict[str, Any]:
    """What holds for them; `problem_count` counts all, and `problems` has the first of them."""
    found, action, member = verdict(explanation), explanation.action, known_member(explanation)
    return {
        "format": FORMAT,
        "environment": explanation.environment,
        "key": explanation.key,
        "today": explanation.today,
        "declared": [_declared(declared, explanation) for declared in explanation.declared],
        "suppressed": _place(explanation.suppressed) if explanation.suppressed else None,
        "unchecked": _problems(explanation.unchecked),
        "lockfile": explanation.lockfile.value,
        "is_recovered": explanation.is_recovered,
        "known": known_document(member) if member else None,
        "action": action_document(action) if action else None,
        "does": found.does,
        "why": found.because,
        "obstacles": obstacles(explanation),
        "next": [plain(step) for step in next_steps(explanation, commands)],
        "like": explanation.like,
        "refusals": refusal_documents(explanation.refusals),
        "problem_count": len(explanation.problems),
        "problems": _problems(explanation.problems[:MOST_PROBLEMS]),
    }


def _declared(declared: DeclaredAt, explanation: Explanation) -> dict[str, Any]:
    written = declared.written
    return {
        **_place(declared.location),
        "commit": written.commit if written else None,
        "author": written.author if written else None,
        "date": written.date if written else None,
        "expires": explanation.expiry.day if explanation.expiry else None,
        "is_committed": written.commit is not None if written else None,
    }


def _place(place: Location) -> dict[str, Any]:
    return {"file": place.file, "line": place.line}


def _problems(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """The contract's five keys, without the line at fault: most are about other people."""
    return [
        {
            "file": place.file or None,
            "line": place.line,
            "column": place.column,
            "message": plain(masked_words(problem.message)),
            "hint": plain(masked_words(problem.hint)) or None,
        }
        for problem in problems
        for place in [problem.location or Location("")]
    ]
