"""What is known of members, and what validating found, for a comment or a job's summary."""

from reconciler.lockfile.model import Lockfile, Rejected
from reconciler.render.listing import KnownMember, Validation, listed_members
from reconciler.render.markdown_problems import markdown_problems
from reconciler.render.markdown_text import code, prose, table
from reconciler.render.sentence import state_sentence
from reconciler.render.showing import RenderOptions
from reconciler.render.text_state import member_fields, text_validation


def markdown_validation(validation: Validation, showing: RenderOptions) -> str:
    """A line for each environment that is well, then all problems, then all warnings."""
    well = "".join(f"- {prose(line)}\n" for line in text_validation(validation).splitlines())
    told = (validation.problems, validation.warnings)
    return "\n".join(filter(None, (well, *(markdown_problems(found, showing) for found in told if found))))


def markdown_members(environment: str, lockfile: Lockfile | None, showing: RenderOptions) -> str:
    """Everybody whom the lockfile knows, one a row."""
    rows = [
        (code(showing.address(member.key)), prose(member.standing), code(member.entry.pushed))
        for member in (listed_members(environment, lockfile) if lockfile else ())
    ]
    lines = [f"**{prose(state_sentence(environment, lockfile))}**"]
    if rows:
        lines += ["", *table(("member", "outcome", "pushed"), rows)]
    return "".join(f"{line}\n" for line in lines)


def markdown_member(member: KnownMember, showing: RenderOptions) -> str:
    """All that is known of one member, and what it proves."""
    entry = member.entry
    lines = [
        f"**{code(showing.address(member.key))} in {prose(member.environment)}**",
        "",
        f"- {member.status}: {prose(member.proves)}.",
        f"- pushed: {code(entry.pushed)}",
    ]
    if isinstance(entry, Rejected):
        lines.append(f"- the API's word: {code(showing.reason(entry.reason, entry.attributes))}")
    if (note := member.undelivered) is not None:
        reason = code(showing.reason(note.reason, note.attributes or entry.attributes))
        lines.append(f"- refused to {prose(note.action)}: {code(note.tried)}, the API's word: {reason}")
    rows = ((code(field), code(value)) for field, value in member_fields(member, showing))
    return "".join(f"{line}\n" for line in (*lines, "", *table(("field", "value"), rows)))
