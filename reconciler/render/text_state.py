"""What is known of members, and what validating found, for a terminal or a log."""

from collections.abc import Iterator

from reconciler.lockfile.model import Lockfile, Rejected
from reconciler.member import EMAIL_ADDRESS, flat
from reconciler.render.counted import counted
from reconciler.render.listing import KnownMember, Valid, Validation, listed_members
from reconciler.render.sentence import state_sentence
from reconciler.render.showing import RenderOptions
from reconciler.render.visible import quoted, readable, visible


def text_validation(validation: Validation) -> str:
    """One line for each environment that is well; the problems of the others are said on standard error."""
    return "".join(f"{line}\n" for valid in validation.environments for line in _valid(valid))


def text_members(environment: str, lockfile: Lockfile | None, showing: RenderOptions) -> str:
    """Everybody whom the lockfile knows, one a line."""
    rows = [
        (readable(showing.address(member.key)), visible(member.standing), member.entry.pushed)
        for member in (listed_members(environment, lockfile) if lockfile else ())
    ]
    key_width, status_width = (max((len(row[column]) for row in rows), default=0) for column in (0, 1))
    lines = [
        state_sentence(environment, lockfile),
        *(f"  {key:{key_width}}  {status:{status_width}}  {visible(pushed)}" for key, status, pushed in rows),
    ]
    return "".join(f"{line}\n" for line in lines)


def text_member(member: KnownMember, showing: RenderOptions) -> str:
    """All that is known of one member, and what it proves."""
    lines = [
        f"{readable(showing.address(member.key))} in {visible(member.environment)}",
        f"  {member.status}: {member.proves}.",
        f"  pushed: {visible(member.entry.pushed)}",
        *_reason(member, showing),
        "  pushed as:",
        *(f"      {visible(field)}: {value}" for field, value in member_fields(member, showing)),
    ]
    return "".join(f"{line}\n" for line in lines)


def member_fields(member: KnownMember, showing: RenderOptions) -> Iterator[tuple[str, str]]:
    """(field, value) as they are shown, profile fields one by one."""
    attributes = member.entry.attributes
    yield EMAIL_ADDRESS, readable(showing.address(attributes[EMAIL_ADDRESS]))
    yield from ((field, showing.value(value)) for field, value in flat(attributes).items())


def _valid(valid: Valid) -> Iterator[str]:
    yield (
        f"{visible(valid.environment)}: {counted(valid.members, 'member')} "
        f"in {counted(valid.files, 'file')}; all well."
    )
    for file, separator in valid.separators.items():
        yield f"  {readable(file)} is read with {quoted(separator)} between its cells."
    if valid.passed_over:
        yield f"  Not read: {', '.join(map(readable, valid.passed_over))}."


def _reason(member: KnownMember, showing: RenderOptions) -> Iterator[str]:
    entry, note = member.entry, member.undelivered
    if isinstance(entry, Rejected):
        yield f"  the API's word: {readable(showing.reason(entry.reason, entry.attributes))}"
    if note is not None:
        reason = readable(showing.reason(note.reason, note.attributes or entry.attributes))
        yield f"  refused to {visible(note.action)}: {visible(note.tried)}, the API's word: {reason}"
