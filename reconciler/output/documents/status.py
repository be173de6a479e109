"""Where each environment is: what is declared, recorded, and left to do."""

from collections.abc import Sequence
from typing import NamedTuple

from reconciler.lockfile.state import fetch_command
from reconciler.output.document import Block, Document, Paragraph, Problems, Row, Table
from reconciler.output.json_shapes import problem_list
from reconciler.output.render import Screen
from reconciler.plan.saved import FORMAT
from reconciler.problems import Problem


class EnvironmentStatus(NamedTuple):
    """One environment: counts of members, when the last call was made (UTC), and whether a run died.

    `unfetched` is the lockfile's branch, if it is not fetched here: then nothing is known of what was sent.
    """

    environment: str
    declared: int
    recorded: int
    add: int
    change: int
    remove: int
    rejected: int
    unconfirmed: int
    last_pushed: str | None
    interrupted: bool
    unfetched: str | None = None


def status_screen(environments: Sequence[EnvironmentStatus], problems: Sequence[Problem]) -> Screen:
    """All environments that could be read; `problems` say why others could not."""
    return Screen(
        lambda: _document(environments, problems),
        lambda: {
            "format": FORMAT,
            "environments": [found._asdict() for found in environments],
            "problems": problem_list(problems),
        },
    )


def _document(environments: Sequence[EnvironmentStatus], problems: Sequence[Problem]) -> Document:
    headings = (
        "environment",
        "declared",
        "recorded",
        "to add",
        "to change",
        "to remove",
        "rejected",
        "unconfirmed",
        "last sent",
        "state",
    )
    blocks: list[Block] = [Table(headings, environments, _row, short=None, noun="environment", has_head=True)]
    for found in environments:
        if found.interrupted:
            recover = f"`reconciler state recover {found.environment}` merges it"
            blocks.append(Paragraph(f"An interrupted run left a journal in {found.environment}: {recover}."))
        if found.unfetched is not None:
            fetch = f"fetch it with `{fetch_command(found.unfetched)}`"
            blocks.append(
                Paragraph(
                    f"What was sent to {found.environment} is unknown here: its lockfile is on the branch "
                    f"{found.unfetched}; {fetch}."
                )
            )
    if problems:
        blocks.append(Problems(problems, is_told=True))
    return Document(tuple(blocks))


def _row(found: EnvironmentStatus) -> Row:
    counts = (
        found.declared,
        found.recorded,
        found.add,
        found.change,
        found.remove,
        found.rejected,
        found.unconfirmed,
    )
    is_to_do = found.add or found.change or found.remove
    state = "interrupted" if found.interrupted else "to apply" if is_to_do else "up to date"
    if found.unfetched is not None:
        return Row((found.environment, str(found.declared), *("?" for _ in counts), "branch not fetched"))
    return Row((found.environment, *map(str, counts), found.last_pushed or "never", state))
