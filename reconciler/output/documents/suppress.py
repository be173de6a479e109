"""A person who was suppressed: where they are still declared, how they leave, what to do next."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from reconciler.lockfile.state import fetch_command
from reconciler.member import Removal
from reconciler.output.document import (
    Block,
    Document,
    Headline,
    Items,
    Paragraph,
    Problems,
    Row,
    Section,
    Table,
)
from reconciler.output.json_shapes import suppressed_data
from reconciler.output.render import Screen
from reconciler.output.results import Suppressing
from reconciler.output.wording import REMOVALS, counted
from reconciler.plan.guards import guard_problem
from reconciler.problems import Address, Code

if TYPE_CHECKING:
    from reconciler.suppressing import PlannedRemoval, StillDeclared, Suppressed

_BY_HAND = "If they are in the panel, remove them there by hand."


def suppressed_screen(suppressing: Suppressing) -> Screen:
    """What `suppress` did and found."""
    return Screen(lambda: _document(suppressing), lambda: suppressed_data(suppressing))


def _document(suppressing: Suppressing) -> Document:
    people = tuple(_person(found, suppressing.command) for found in suppressing.suppressed)
    return people[0] if len(people) == 1 else Document(people)


def _person(found: "Suppressed", command_of: Callable[..., str]) -> Document:
    now = "was already suppressed" if found.was_there else "is now suppressed"
    blocks: list[Block] = [
        Headline((Address(found.key), f" {now} in {found.environment}: ", Code(str(found.location)), ".")),
        _still_declared(found),
        *map(Paragraph, _departure(found)),
    ]
    if found.removal and found.removal.refusals:
        blocks.append(Problems([guard_problem(each) for each in found.removal.refusals], has_total=False))
    blocks.append(Section("Next:", (Items(tuple(_steps(found, command_of)), ordered=True),)))
    return Document(tuple(blocks))


def _still_declared(found: "Suppressed") -> Block:
    """Each entry that declares them once, with its environments."""
    if not found.declared:
        return Paragraph("No environment declares them.")
    places: dict[str, list[StillDeclared]] = {}
    for entry in found.declared:
        places.setdefault(f"{entry.file}:{entry.line}", []).append(entry)
    table = Table(
        ("entry", "declared in"),
        tuple(places.items()),
        lambda row: Row(((Code(row[0]),), ", ".join(entry.environment for entry in row[1]))),
        noun="entry",
        more="`--format json` shows all.",
    )
    return Section(f"Still declared in {counted(len(found.declared), 'entry', 'entries')}:", (table,))


def _departure(found: "Suppressed") -> Iterator[str]:
    """What the lockfile records, and how they leave the panel."""
    removal = found.removal
    if found.unfetched is not None:
        yield (
            f"The lockfile's branch {found.unfetched} is not fetched here, so nobody knows whether they were "
            f"sent. Fetch it (`{fetch_command(found.unfetched)}`) and run this again."
        )
    elif removal is not None:
        is_same = removal.section == removal.outcome
        recorded = removal.outcome if is_same else f"{removal.section}, {removal.outcome}"
        yield f"They are in the lockfile ({recorded}). {_leaves(removal)}"
    elif found.problems:
        yield "Fix the problems first: until then it is unknown how they leave."
    else:
        yield f"They are not in the lockfile, so nothing will be sent. {_BY_HAND}"
    if removal is not None and found.problems:
        yield (
            f"Fix {counted(len(found.problems), 'other problem')} of the member files before you plan; until "
            "then it is unknown whether a guard refuses the plan."
        )


def _leaves(removal: "PlannedRemoval") -> str:
    """What the next apply does about somebody who is no longer declared."""
    note = removal.undelivered
    if note is not None and not removal.is_planned:
        again = "It is asked again only with `--retry-rejected`."
        return f"The API refused to {note.action} them ({note.tried}). {again} {_BY_HAND}"
    if removal.section == "rejected" and not removal.calls:
        return f"The API refused to add them: the next apply drops the lockfile entry. {_BY_HAND}"
    leave = f"With the next apply they {REMOVALS[removal.by]}."
    if removal.by is Removal.FORGET:
        return f"{leave} To delete them, set `policy: {{on_remove: delete}}` in environment.yaml before it."
    before = f" The API refused to {note.action} them before ({note.tried})." if note is not None else ""
    return f"{leave} That costs at most one call.{before}"


def _steps(found: "Suppressed", command_of: Callable[..., str]) -> Iterator[str]:
    """What to do, in order."""
    removal = found.removal
    if any(entry.environment == found.environment for entry in found.declared):
        yield ("Remove the entries above: until then `validate`, `plan` and `apply` refuse this environment.")
    others = sorted({entry.environment for entry in found.declared} - {found.environment})
    if others:
        command = command_of("suppress", others[0], "EMAIL")
        yield f"{' and '.join(others)} also declare them. If they must leave there too: `{command}`."
    yield "Commit the changes and the suppression list."
    if removal is not None and removal.is_planned:
        flags = [refusal.lifted_by for refusal in removal.refusals]
        flags += ["--allow delete"] if removal.by is Removal.DELETE else []
        command = " ".join((command_of("apply", found.environment), *flags))
        yield f"Run `{command_of('plan', found.environment)}`, then `{command}`."
    yield (
        f"See what is left of them with `{command_of('find', 'EMAIL')}`. All about it: docs/forgetting.md."
    )
