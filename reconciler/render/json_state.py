"""What is known of members, and what validating found, as objects. Never masked."""

from typing import Any

from msgspec import structs

from reconciler.lockfile.model import Lockfile, Rejected
from reconciler.render.json_report import problem_documents
from reconciler.render.json_text import FORMAT
from reconciler.render.listing import KnownMember, Valid, Validation, listed_members


def validation_document(validation: Validation) -> dict[str, Any]:
    """The environments that are well, with what looks odd in them, and all problems of the others."""
    return {
        "format": FORMAT,
        "environments": [_valid(valid) for valid in validation.environments],
        "problems": problem_documents(validation.problems),
        "warnings": problem_documents(validation.warnings),
    }


def members_document(environment: str, lockfile: Lockfile | None) -> dict[str, Any]:
    """Everybody whom the lockfile knows, by section and identity."""
    known = listed_members(environment, lockfile) if lockfile else ()
    return {
        "format": FORMAT,
        "environment": environment,
        "has_lockfile": lockfile is not None,
        "members": [
            {"key": member.key, "section": member.section, "outcome": member.status}
            | _pushed_and_reason(member)
            for member in known
        ],
    }


def member_document(member: KnownMember) -> dict[str, Any]:
    """All that is known of one member, and what it proves."""
    return {
        "format": FORMAT,
        "environment": member.environment,
        "key": member.key,
        **known_document(member),
    }


def known_document(member: KnownMember) -> dict[str, Any]:
    """The entry of one member, and what it proves."""
    return {
        "section": member.section,
        "outcome": member.status,
        "proves": member.proves,
        **_pushed_and_reason(member),
        "attributes": dict(member.entry.attributes),
    }


def _valid(valid: Valid) -> dict[str, Any]:
    document = valid._asdict()
    return {
        key: value for key, value in document.items() if value or key not in {"separators", "passed_over"}
    }


def _pushed_and_reason(member: KnownMember) -> dict[str, Any]:
    entry = member.entry
    reason = {"reason": entry.reason} if isinstance(entry, Rejected) else {}
    note = member.undelivered
    undelivered = {"undelivered": structs.asdict(note)} if note is not None else {}
    return {"pushed": entry.pushed} | reason | undelivered
