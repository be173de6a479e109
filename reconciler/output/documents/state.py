"""What the lockfile records: all members, or one of them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from msgspec.structs import asdict

from reconciler.lockfile.model import (
    Departed,
    Entry,
    Lockfile,
    Present,
    Rejected,
    Unconfirmed,
    Undelivered,
)
from reconciler.member import EMAIL_ADDRESS, Attributes, flat
from reconciler.output.document import Block, Document, Fields, Headline, Row, Table, Text
from reconciler.output.documents.actions import api_says, value_span
from reconciler.output.render import Screen
from reconciler.output.wording import OUTCOMES, REMOVED, state_sentence
from reconciler.plan.saved import FORMAT
from reconciler.problems import Address, Code
from reconciler.roster.csv_file import csv_text, spreadsheet_safe
from reconciler.suppression.model import PREFIX


class KnownMember(NamedTuple):
    """One member as the lockfile records them; under `departed`, `key` may be a hash."""

    environment: str
    key: str
    entry: Entry | Departed

    @property
    def section(self) -> str:
        """The lockfile's section."""
        match self.entry:
            case Present():
                return "members"
            case Rejected():
                return "rejected"
            case Unconfirmed():
                return "unconfirmed"
            case Departed():
                return "departed"

    @property
    def status(self) -> str:
        """The outcome of a member who is present or departed, else the section."""
        return self.entry.outcome.value if isinstance(self.entry, Present | Departed) else self.section

    @property
    def sent(self) -> str:
        """When the last call about them ended, in UTC."""
        return self.entry.at if isinstance(self.entry, Departed) else self.entry.pushed

    @property
    def attributes(self) -> Attributes:
        """What was sent last; nothing for records under `departed`."""
        return {} if isinstance(self.entry, Departed) else self.entry.attributes

    @property
    def reason(self) -> str | None:
        """Why the API refused them, or their removal."""
        return self.entry.reason if isinstance(self.entry, Rejected | Departed) else None

    @property
    def proves(self) -> str:
        """What that proves, in plain words."""
        if isinstance(self.entry, Departed):
            return REMOVED.get(self.status) or OUTCOMES[self.status]
        return OUTCOMES[self.status]

    @property
    def undelivered(self) -> Undelivered | None:
        """What the API refused to do about a member who is, or may be, in the panel."""
        return self.entry.undelivered if isinstance(self.entry, Present | Unconfirmed) else None


def listed_members(environment: str, lockfile: Lockfile) -> Iterator[KnownMember]:
    """All members that the lockfile records, by section and identity."""
    for section in (lockfile.members, lockfile.rejected, lockfile.unconfirmed, lockfile.departed):
        yield from (KnownMember(environment, key, section[key]) for key in sorted(section))


def members_screen(environment: str, lockfile: Lockfile | None) -> Screen:
    """All members that the lockfile records; None if there is no lockfile."""
    return Screen(lambda: _members(environment, lockfile), lambda: _members_data(environment, lockfile))


def members_csv(environment: str, lockfile: Lockfile | None) -> str:
    """All members that the lockfile records, for a spreadsheet."""
    rows = (
        (
            member.attributes.get(EMAIL_ADDRESS, member.key),
            member.status,
            member.sent,
            spreadsheet_safe(member.reason or ""),
        )
        for member in (listed_members(environment, lockfile) if lockfile else ())
    )
    return csv_text([("emailAddress", "outcome", "sent", "reason"), *rows])


def member_screen(member: KnownMember) -> Screen:
    """All that is recorded of one member, and what it proves."""
    return Screen(lambda: _member(member), lambda: _member_data(member))


def _members_data(environment: str, lockfile: Lockfile | None) -> dict[str, Any]:
    """All members that the lockfile records, by section and identity."""
    known = listed_members(environment, lockfile) if lockfile else ()
    return {
        "format": FORMAT,
        "environment": environment,
        "has_lockfile": lockfile is not None,
        "members": [
            {"key": member.key, "section": member.section, "outcome": member.status} | _evidence(member)
            for member in known
        ],
    }


def _member_data(member: KnownMember) -> dict[str, Any]:
    """All that is recorded of one member, and what it proves."""
    return {"format": FORMAT, "environment": member.environment, "key": member.key, **known_data(member)}


def known_data(member: KnownMember) -> dict[str, Any]:
    """What the lockfile records of a member, and what it proves."""
    return {
        "section": member.section,
        "outcome": member.status,
        "proves": member.proves,
        **_evidence(member),
        "attributes": dict(member.attributes),
    }


def _evidence(member: KnownMember) -> dict[str, Any]:
    reason = {"reason": member.reason} if member.reason is not None else {}
    by = {"by": member.entry.by} if isinstance(member.entry, Departed) else {}
    note = member.undelivered
    undelivered = {"undelivered": asdict(note)} if note is not None else {}
    return {"pushed": member.sent} | by | reason | undelivered


def api_refusals(member: KnownMember) -> Iterator[Text]:
    """What the API refused about a member, with its reason."""
    note = member.undelivered
    if member.reason is not None:
        yield api_says(member.reason, member.attributes)
    if note is not None:
        reason = api_says(note.reason, note.attributes or member.attributes)
        yield (f"refused to {note.action} on {note.tried}; ", *reason)


def _members(environment: str, lockfile: Lockfile | None) -> Document:
    blocks: list[Block] = [Headline(state_sentence(environment, lockfile))]
    if members := tuple(listed_members(environment, lockfile)) if lockfile else ():
        blocks.append(Table(("member", "outcome", "sent"), members, _row, short=None))
    return Document(tuple(blocks))


def _row(member: KnownMember) -> Row:
    note = member.undelivered
    status = member.status if note is None else f"{member.status}, {note.action} refused"
    return Row((_named(member), status, member.sent))


def _named(member: KnownMember) -> Text:
    return (Code(member.key) if member.key.startswith(PREFIX) else Address(member.key),)


def _member(member: KnownMember) -> Document:
    attributes = member.attributes
    fields: list[tuple[str, Text]] = []
    if EMAIL_ADDRESS in attributes:
        fields.append((EMAIL_ADDRESS, (Address(attributes[EMAIL_ADDRESS]),)))
    fields += [(field, (value_span(value),)) for field, value in flat(attributes).items()]
    known: list[tuple[str, tuple[Text, ...]]] = [
        ("outcome", (member.status,)),
        ("means", (member.proves,)),
        ("sent", (member.sent,)),
    ]
    if refusals := tuple(api_refusals(member)):
        known.append(("refused", refusals))
    return Document(
        (
            Headline((*_named(member), f" in {member.environment}")),
            Fields(known),
            Table(
                ("field", "value as it was sent"),
                fields,
                lambda row: Row(((Code(row[0]),), row[1])),
                short=None,
            ),
        )
    )
