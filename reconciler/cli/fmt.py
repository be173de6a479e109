"""`reconciler fmt`: member files in their canonical form."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click

from reconciler.cli.failures import explained
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import mask_option
from reconciler.errors import EXIT_DONE, EXIT_INVALID
from reconciler.files import display_path
from reconciler.formatting.file import expected_seconds, formatting_of, replace
from reconciler.formatting.selection import declared_files, named_files
from reconciler.problems import Problem
from reconciler.render.counted import counted
from reconciler.render.visible import visible

_WORTH_SAYING = 5  # seconds


class _Done(NamedTuple):
    """Which files needed it, how many did not, and what was wrong with others."""

    changed: list[Path]
    unchanged: int
    problems: list[Problem]


@click.command
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 where a file isn't formatted.")
@mask_option
@click.pass_obj
def fmt(invocation: Invocation, files: tuple[Path, ...], *, check: bool) -> int:
    """Put each member FILE (all that any environment reads, where none is named) into canonical form.

    Order and style change, never what is declared. Comments are kept. A file with mistakes is
    left as it is.

    Exits with 0; with 1 where a file has mistakes or can't be written, and with --check also
    where one isn't formatted.

    Example: reconciler fmt

    Example: reconciler fmt --check panels/production/members/customers.yaml
    """
    panels = invocation.panels
    selection = named_files(files, panels) if files else declared_files(panels)
    done = _format_all(invocation, selection.files, check=check)
    problems = (*selection.problems, *done.problems)
    if problems:
        invocation.tell_problems(problems)
    invocation.show(f"{_summary(done, check=check)}\n")
    if check and done.changed:
        command = invocation.command_line("fmt", *map(display_path, done.changed))
        invocation.tell(f"{visible(f'To format: {command}')}\n")
    return EXIT_INVALID if problems or (check and done.changed) else EXIT_DONE


def _format_all(invocation: Invocation, files: Sequence[Path], *, check: bool) -> _Done:
    done = _Done([], 0, [])
    for path in files:
        try:
            _warn_of_a_wait(invocation, path)
            formatting = formatting_of(path)
            if not formatting.is_needed:
                done = done._replace(unchanged=done.unchanged + 1)
                continue
            if not check:
                replace(path, formatting)
        except Exception as error:  # noqa: BLE001 - no failure keeps other files from being formatted
            done.problems.extend(explained(error)[1])
        else:
            done.changed.append(path)
            invocation.show(f"{visible(display_path(path))}: {'to be formatted' if check else 'formatted'}\n")
    return done


def _warn_of_a_wait(invocation: Invocation, path: Path) -> None:
    seconds = expected_seconds(path)
    if seconds >= _WORTH_SAYING:
        invocation.tell(f"{visible(display_path(path))}: this takes about {seconds:.0f} s.\n")


def _summary(done: _Done, *, check: bool) -> str:
    changed = f"{counted(len(done.changed), 'file')} {'to be formatted' if check else 'formatted'}"
    return f"{changed}, {done.unchanged} unchanged."
