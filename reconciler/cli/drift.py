"""`reconciler drift ENV`: how the panel differs from what is declared. In the panel it only reads."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.apply.recovery import known_state
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import (
    environment_argument,
    format_option,
    mask_option,
    size_options,
    sizes,
    yes_option,
)
from reconciler.cli.planning import tell_of_journal
from reconciler.cli.reading import (
    import_options,
    max_calls_option,
    read_from_api,
    refuse_beside,
    source_options,
)
from reconciler.cli.terminal import confirm
from reconciler.declaration import Declared, read_declaration
from reconciler.environment.model import Environment
from reconciler.errors import (
    EXIT_DONE,
    EXIT_INCOMPLETE,
    EXIT_INVALID,
    EXIT_SOMETHING_TO_APPLY,
    ReconcilerError,
)
from reconciler.files import display_path
from reconciler.importing.import_yaml import Remembered, read_import_yaml
from reconciler.lockfile.model import Lockfile
from reconciler.lockfile.state import check_known
from reconciler.output.documents.drift import drift_screen, opt_outs_document
from reconciler.problems import Code, counted
from reconciler.readback.drift import compare, expected_in, known_in
from reconciler.readback.model import Drift, Finding, ListedOptOut
from reconciler.suppression.writer import check_suppressible, list_opted_out

if TYPE_CHECKING:
    from reconciler.importing.export import Export
    from reconciler.importing.run import ImportOptions
    from reconciler.problems import Message

_NOT_LISTED = ("Nobody was written to opted_out.txt, since the read was interrupted.",)
_NOBODY_LISTED = ("Nobody was written to opted_out.txt, since this may be another panel.",)


@click.command
@environment_argument
@click.option(
    "--export",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Read this export from QuestionPro (.xlsx or text) instead of the panel: no call, no key.",
)
@click.option(
    "--list-opted-out",
    is_flag=True,
    help="Also write people who opted out to opted_out.txt, and name the entries to remove from the files.",
)
@max_calls_option
@source_options
@yes_option
@format_option
@mask_option
@size_options
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 if there is a finding, and with 0 if there is none.",
)
@click.pass_obj
def drift(
    invocation: Invocation,
    name: str,
    *,
    export: Path | None,
    list_opted_out: bool,
    max_calls: int | None,
    mappings: tuple[str, ...],
    encoding: str | None,
    sheet: str | None,
    dates: tuple[str, ...],
    yes: bool,
    full: bool,
    max_bytes: int | None,
    link: str | None,
    detailed_exitcode: bool,
) -> int:
    """Compare the panel of ENV with the member files and the lockfile.

    It reads the panel with the API's call that lists members, and changes nothing, not even the lockfile.
    Findings: who opted out in the panel; whose declared fields differ; who is recorded as present and was
    not seen; who is only in the panel.

    Members who are on no page are looked up, one call each; drift asks for that separately. Not seen is not
    gone.

    With --export it reads a file that you exported in QuestionPro. --map, --encoding, --sheet and --dates say
    how, as for `import`.

    With --list-opted-out, people who opted out are written to the list beside environment.yaml. It asks
    first, and makes no call about them. The member files stay as they are: remove the entries that it names,
    and commit both.

    Example: reconciler drift production

    Example: reconciler drift production --yes --format json --detailed-exitcode

    Example: reconciler drift production --export members.xlsx --list-opted-out
    """
    wishes = sizes(invocation, full=full, max_bytes=max_bytes, link=link)
    options = import_options(mappings, encoding, sheet, dates)
    if export is None:
        reading = {"--map": mappings, "--encoding": encoding, "--sheet": sheet, "--dates": dates}
        refuse_beside(reading, "{} is about a file, and there is none.", "Name it: --export FILE.")
    else:
        refuse_beside({"--max-calls": max_calls}, "{} has no meaning beside --export, which makes no call.")
    declared = read_declaration(invocation.panels, name)
    environment, roster = declared.environment, declared.roster.on(invocation.day.today)
    check_known(environment)
    state = known_state(environment)
    tell_of_journal(invocation, name, state)
    if list_opted_out:
        check_suppressible(environment, ())  # before calls are spent
    invocation.tell_problems(declared.unchecked)
    expected, known = expected_in(roster, state.lockfile), known_in(state.lockfile)
    recorded = state.lockfile.members.keys() if state.lockfile else frozenset()
    notes: tuple[Message, ...] = ()
    if export is None:
        size = max(len(roster.members), len(recorded))
        read = read_from_api(invocation, environment, size, expected, known, max_calls, yes=yes)
    else:
        read, notes = _read_export(environment, export, options, expected, known)
    members, same = compare(roster, read, roster.suppression, environment.drift.ignore)
    pending = len(roster.members.keys() - recorded - read.members.keys())
    file = "" if export is None else display_path(export)
    found = Drift(name, environment.target, read, members, same, pending, file, notes)
    if read.denial is not None:
        invocation.tell_problems((read.denial,))
    code = _exit_code(found, detailed=detailed_exitcode)
    if list_opted_out and (read.is_interrupted or read.members.keys().isdisjoint(known)):
        found = replace(found, notes=(*notes, _NOT_LISTED if read.is_interrupted else _NOBODY_LISTED))
    elif list_opted_out and state.lockfile is not None:
        try:
            found = _with_opt_outs_listed(invocation, declared, found, state.lockfile, yes=yes)
        except ReconcilerError as error:  # what was read cost calls, so it is shown all the same
            invocation.tell_problems(error.problems)
            found, code = replace(found, problems=error.problems), error.exit_code
    invocation.show(drift_screen(found), **wishes)
    return code


def _exit_code(found: Drift, *, detailed: bool) -> int:
    if found.read.denial is not None:
        return EXIT_INVALID
    if not found.read.is_complete:
        return EXIT_INCOMPLETE
    return EXIT_SOMETHING_TO_APPLY if detailed and found.members else EXIT_DONE


def _read_export(
    environment: Environment,
    export: Path,
    options: "ImportOptions",
    expected: Collection[str],
    known: Collection[str],
) -> "Export":
    from reconciler.importing.export import read_export  # noqa: PLC0415 - no part of reading the panel

    # The name that `import` would give its member file, if this export was imported.
    remembered = read_import_yaml(environment.folder).get(f"members/{export.stem}.csv", Remembered())
    return read_export(export, options, remembered, expected, known)


def _with_opt_outs_listed(
    invocation: Invocation, declared: Declared, found: Drift, lockfile: Lockfile, *, yes: bool
) -> Drift:
    """Ask, write people who opted out to `opted_out.txt`, and say which entries to remove. No call is made.

    Members unsubscribed by apply are left out: nothing proves that they asked for it.
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
