"""`reconciler drift ENV --list-opted-out`: who opted out in the panel comes onto the environment's list."""

from dataclasses import replace

from reconciler.cli.invocation import Invocation
from reconciler.cli.terminal import confirm
from reconciler.declaration import Declared
from reconciler.files import display_path
from reconciler.lockfile.model import Lockfile
from reconciler.output.documents.drift import opt_outs_document
from reconciler.problems import Code, counted
from reconciler.readback.model import Drift, Finding, ListedOptOut
from reconciler.suppression.writer import list_opted_out


def with_opt_outs_listed(
    invocation: Invocation, declared: Declared, found: Drift, lockfile: Lockfile, *, yes: bool
) -> Drift:
    """Ask, write people who opted out to `opted_out.txt`, and say which entries to remove. No call is made.

    Members unsubscribed by apply are left out: nothing proves that they asked for it.

    Raises:
        InvalidInput: a list has mistakes, or an entry can't be written on it; then nothing is written.
        Refusal: the answer is not yes.
        DiskFailure: the list could not be written; then it is as it was.
    """
    environment, members = declared.environment, declared.roster.members
    unsubscribed = [member for member in found.members if member.finding is Finding.OPTED_OUT]
    names_of = declared.roster.suppression.possible_names
    records = {member.key: lockfile.record(names_of(member.key)) for member in unsubscribed}
    by_us = {key for key, record in records.items() if record is not None and record.may_be_unsubscribed}
    opted_out = [member for member in unsubscribed if member.key not in by_us]
    new = [member for member in opted_out if not member.is_suppressed]
    path = display_path(environment.opt_out_list)
    if new and not yes:
        invocation.tell_document(opt_outs_document(new))
        people = counted(len(new), "person who opted out", "people who opted out")
        confirm(invocation.line(f"Write {people} to ", Code(path), "?"))
    listed = list_opted_out(environment, [member.key for member in opted_out])
    left_out = len(unsubscribed) - len(opted_out)
    note = (f"{counted(left_out, 'member')} not listed, since apply unsubscribed them.",)
    return replace(
        found,
        notes=(*found.notes, *([note] if left_out else ())),
        listed=tuple(
            ListedOptOut(key, *entry, members[key].source if key in members else None)
            for key, entry in listed.items()
        ),
    )
