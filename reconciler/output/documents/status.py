"""The environments: in which order, and what is declared, recorded and left to do in each."""

from collections.abc import Sequence
from typing import NamedTuple

from reconciler.environment.overview import Placed
from reconciler.lockfile.state import fetch_command
from reconciler.output.document import Block, Document, Items, Paragraph, Problems, Row, Table, Text
from reconciler.output.json_shapes import problem_list
from reconciler.output.render import Screen
from reconciler.plan.saved import FORMAT
from reconciler.problems import Code, Problem


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
    counts = ("declared", "recorded", "to add", "to change", "to remove", "rejected", "unconfirmed")
    headings = ("environment", *counts, "last sent", "state")
    blocks: list[Block] = [Table(headings, environments, _row, short=None, noun="environment", has_head=True)]
    for found in environments:
        if found.interrupted:
            recover = f"`reconciler state recover {found.environment}` merges it"
            blocks.append(Paragraph(f"An interrupted run left a journal in {found.environment}: {recover}."))
        if found.unfetched is not None:
            blocks.append(
                Paragraph(
                    f"What was sent to {found.environment} is unknown here: its lockfile is on the branch "
                    f"{found.unfetched}; fetch it with `{fetch_command(found.unfetched)}`."
                )
            )
    if problems:
        blocks.append(Problems(problems, is_told=True))
    return Document(tuple(blocks))


def _row(found: EnvironmentStatus) -> Row:
    if found.unfetched is not None:
        return Row((found.environment, str(found.declared), *["?"] * 7, "branch not fetched"))
    is_to_do = found.add or found.change or found.remove
    state = "interrupted" if found.interrupted else "to apply" if is_to_do else "up to date"
    return Row((*map(str, found[:8]), found.last_pushed or "never", state))


def environments_screen(environments: Sequence[Placed]) -> Screen:
    """The environments in the order of apply: each with its target, and with those that come before it."""
    listed = [placed._asdict() | {"after": list(placed.after)} for placed in environments]
    return Screen(
        lambda: Document((Items(tuple(map(_placed, environments))),)),
        lambda: {"format": FORMAT, "environments": listed},
    )


def _placed(placed: Placed) -> Text:
    target = Code(placed.target) if placed.target else "its environment.yaml has problems"
    after = f", after {', '.join(placed.after)}" if placed.after else ""
    return (f"{placed.name}: ", target, after)
