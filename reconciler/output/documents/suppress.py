"""People who were suppressed: where they are still declared, how they leave, what to do next."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

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
from reconciler.output.json_shapes import location_data, problem_list
from reconciler.output.render import Screen
from reconciler.output.wording import BY_HAND, REMOVALS
from reconciler.plan.guards import guard_problem
from reconciler.plan.saved import FORMAT
from reconciler.problems import Address, Code, counted

if TYPE_CHECKING:
    from reconciler.suppressing import PlannedRemoval, StillDeclared, Suppressed

_ALL = "`--format json` shows all."
_PAGE = "docs/forgetting.md"


def suppressed_screen(
    found: "Sequence[Suppressed]", command_of: Callable[..., str], *, is_single: bool
) -> Screen:
    """What `suppress` did and found.

    `command_of` writes a command as a user can type it here; `is_single` if one person was named, in one
    environment.
    """
    return Screen(
        lambda: _document(found, command_of),
        lambda: _suppressed(found[0]) if is_single else _all_suppressed(found),
    )


def _all_suppressed(found: "Sequence[Suppressed]") -> dict[str, Any]:
    """Each of them, and all problems once."""
    problems = dict.fromkeys(problem for each in found for problem in each.problems)
    parts = [
        {name: value for name, value in _suppressed(each).items() if name not in {"format", "problems"}}
        for each in found
    ]
    return {"format": FORMAT, "suppressed": parts, "problems": problem_list(problems)}


def _suppressed(found: "Suppressed") -> dict[str, Any]:
    """Where it is written, where they are still declared, and how they leave."""
    return {
        "format": FORMAT,
        "environment": found.environment,
        "key": found.key,
        "suppressed": location_data(found.location),
        "was_there": found.was_there,
        "declared": [entry._asdict() for entry in found.declared],
        "removal": _removal(found.removal) if found.removal else None,
        "unfetched": found.unfetched,
        "problems": problem_list(found.problems),
    }


def _removal(removal: "PlannedRemoval") -> dict[str, Any]:
    return removal._asdict() | {
        "refusals": [asdict(found) for found in removal.refusals],
        "undelivered": asdict(removal.undelivered) if removal.undelivered else None,
    }


def _document(found: "Sequence[Suppressed]", command_of: Callable[..., str]) -> Document:
    blocks = [*(_one(found[0]) if len(found) == 1 else _several(found))]
    refusals = dict.fromkeys(refusal for each in found if each.removal for refusal in each.removal.refusals)
    if refusals:
        blocks.append(Problems([guard_problem(each) for each in refusals], has_total=False))
    blocks.append(Section("Next:", (Items(tuple(_steps(found, command_of)), ordered=True),)))
    return Document(tuple(blocks))


def _one(found: "Suppressed") -> Iterator[Block]:
    now = "was already suppressed" if found.was_there else "is now suppressed"
    yield Headline((Address(found.key), f" {now} in {found.environment}: ", Code(str(found.location)), "."))
    yield _still_declared(found.declared)
    yield from map(Paragraph, _departure(found))


def _several(found: "Sequence[Suppressed]") -> Iterator[Block]:
    """Each person in each environment as a row."""
    people, environments = len({each.key for each in found}), len({each.environment for each in found})
    new = sum(not each.was_there for each in found)
    where = found[0].environment if environments == 1 else counted(environments, "environment")
    yield Headline(
        f"{counted(people, 'person', 'people')} suppressed in {where}: "
        f"{counted(new, 'new entry', 'new entries')}, {len(found) - new} already there."
    )
    yield Table(("member", "environment", "entry", "removal"), found, _row, noun="entry", more=_ALL)
    yield _still_declared(dict.fromkeys(entry for each in found for entry in each.declared))
    branches = dict.fromkeys(each.unfetched for each in found if each.unfetched)
    yield from map(Paragraph, map(_not_fetched, branches))


def _row(found: "Suppressed") -> Row:
    removal = found.removal
    if found.unfetched or (removal is None and found.problems):
        how = "unknown"
    elif removal is None:
        how = "not in the lockfile"
    else:
        how = str(removal.by) if removal.is_planned else "refused before"
    written = "" if found.was_there else " (new)"
    return Row(((Address(found.key),), found.environment, (Code(str(found.location)), written), how))


def _still_declared(declared: "Iterable[StillDeclared]") -> Block:
    """Each entry that declares them once, with its environments."""
    places: dict[str, list[StillDeclared]] = {}
    for entry in declared:
        places.setdefault(f"{entry.file}:{entry.line}", []).append(entry)
    if not places:
        return Paragraph("No environment declares them.")
    table = Table(
        ("entry", "declared in"),
        tuple(places.items()),
        lambda row: Row(((Code(row[0]),), ", ".join(entry.environment for entry in row[1]))),
        noun="entry",
        more=_ALL,
    )
    return Section(f"Still declared in {counted(len(places), 'entry', 'entries')}:", (table,))


def _departure(found: "Suppressed") -> Iterator[str]:
    """What the lockfile records, and how they leave the panel."""
    removal = found.removal
    if found.unfetched is not None:
        yield _not_fetched(found.unfetched)
    elif removal is not None and removal.section is None:
        yield (
            f"They are not in the lockfile. Others may have added them: with the next apply they "
            f"{REMOVALS[removal.by]}. That costs at most one call."
        )
    elif removal is not None:
        words = dict.fromkeys(word for word in (removal.section, removal.outcome) if word)
        recorded = ", ".join(words)
        yield f"They are in the lockfile ({recorded}). {_leaves(removal)}"
    elif found.problems:
        yield "Fix the problems first: until then it is unknown how they leave."
    else:
        yield f"They are not in the lockfile, so nothing will be sent. {BY_HAND}"
    if removal is not None and found.problems:
        yield (
            f"Fix {counted(len(found.problems), 'other problem')} of the member files before you plan; until "
            "then it is unknown whether a guard refuses the plan."
        )


def _not_fetched(branch: str) -> str:
    return (
        f"The lockfile's branch {branch} is not fetched here, so it is unknown whether they were sent. "
        f"Fetch it (`{fetch_command(branch)}`) and run this again."
    )


def _leaves(removal: "PlannedRemoval") -> str:
    """What the next apply does about a member who is no longer declared."""
    note = removal.undelivered
    if note is not None and not removal.is_planned:
        again = "It is asked again only with `--retry-rejected`."
        return f"The API refused to {note.action} them ({note.tried}). {again} {BY_HAND}"
    if removal.section == "rejected" and not removal.calls:
        return f"The API refused to add them: the next apply drops the lockfile entry. {BY_HAND}"
    leave = f"With the next apply they {REMOVALS[removal.by]}."
    if removal.by is Removal.FORGET:
        return f"{leave} To delete them, set `policy: {{on_suppress: delete}}` in environment.yaml before it."
    before = f" The API refused to {note.action} them before ({note.tried})." if note is not None else ""
    return f"{leave} That costs at most one call.{before}"


def _steps(found: "Sequence[Suppressed]", command_of: Callable[..., str]) -> Iterator[str]:
    """What to do, in order."""
    environments = dict.fromkeys(each.environment for each in found)
    declaring = {entry.environment for each in found for entry in each.declared}
    if not declaring.isdisjoint(environments):
        where = "this environment" if len(environments) == 1 else "these environments"
        yield f"Remove the entries above: until then `validate`, `plan` and `apply` refuse {where}."
    if others := sorted(declaring - environments.keys()):
        command = command_of("suppress", others[0], "EMAIL")
        yield f"{' and '.join(others)} also declare them. If they must leave there too: `{command}`."
    yield "Commit the changes and the suppression list."
    for environment in environments:
        removals = [each.removal for each in found if each.environment == environment and each.removal]
        if planned := [removal for removal in removals if removal.is_planned]:
            flags = [refusal.lifted_by for refusal in planned[0].refusals]
            flags += ["--allow delete"] if any(removal.by is Removal.DELETE for removal in planned) else []
            apply = " ".join((command_of("apply", environment), *flags))
            yield f"Run `{command_of('plan', environment)}`, then `{apply}`."
    yield f"See what is left of them with `{command_of('find', 'EMAIL')}`. All about it: {_PAGE}."
