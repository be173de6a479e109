"""`reconciler fmt`: member files in their canonical form."""

import os
from collections.abc import Iterable
from pathlib import Path

import click

from reconciler.cli.failures import explained
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import mask_option
from reconciler.environment.discovery import SETTINGS_FILE, environment_names
from reconciler.environment.member_files import ENDINGS
from reconciler.environment.reader import try_environment
from reconciler.errors import EXIT_DONE, EXIT_INVALID, InvalidInput
from reconciler.files import display_path, is_link
from reconciler.problems import Code, Location, Problem, counted
from reconciler.roster.format import format_file


@click.command
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if a file is not formatted.")
@mask_option
@click.pass_obj
def fmt(invocation: Invocation, files: tuple[Path, ...], *, check: bool) -> int:
    """Put each member FILE into canonical form; without FILE, all files that any environment reads.

    It changes only the style, never what is declared. Comments are kept. A file with mistakes is not changed;
    the others are formatted.

    Exits with 0; with 1 if a file has mistakes or can't be written, and with --check also if one is not
    formatted.

    Example: reconciler fmt

    Example: reconciler fmt --check panels/production/members/customers.yaml
    """
    problems: list[Problem] = []
    panels = invocation.panels
    selected = _named_files(files, panels, problems) if files else _declared_files(panels, problems)
    did = "to be formatted" if check else "formatted"
    changed, unchanged = [], 0
    for path in selected:
        try:
            is_changed = format_file(path, check=check)
        except Exception as error:  # noqa: BLE001 - no failure keeps other files from being formatted
            problems += explained(error)[1]
        else:
            unchanged += not is_changed
            if is_changed:
                changed.append(path)
                invocation.say(Code(display_path(path)), f": {did}")
    invocation.tell_problems(problems)
    invocation.say(f"{counted(len(changed), 'file')} {did}, {unchanged} unchanged.")
    if check and changed:
        command = invocation.command_line("fmt", *map(_as_argument, changed))
        invocation.tell(f"To format: {command}")
    return EXIT_INVALID if problems or (check and changed) else EXIT_DONE


def _declared_files(panels: Path, problems: list[Problem]) -> list[Path]:
    """All member files that any environment reads, by their path; of a link the file that it leads to."""
    names = environment_names(panels)
    if not names:
        hint = "Name the files, or the folder that holds the environments with --panels DIR."
        raise InvalidInput(
            Problem(("There is no environment here.",), (hint,), Location(display_path(panels)))
        )
    readings = [try_environment(panels, name) for name in names]
    problems += [problem for reading in readings for problem in reading.problems]
    files = {path for reading in readings for path in reading.member_files}
    return sorted({Path(os.path.realpath(path)) if is_link(path) else path for path in files})


def _named_files(paths: Iterable[Path], panels: Path, problems: list[Problem]) -> list[Path]:
    """The files that the command line names, each once."""
    files: dict[str, Path] = {}
    for path in paths:
        if refused := _refused(path, panels):
            problems.append(Problem(refused[:1], refused[1:], Location(display_path(path))))
        else:
            files.setdefault(os.path.realpath(path), path)
    return list(files.values())


def _refused(path: Path, panels: Path) -> tuple[str, str] | None:
    """Why a file on the command line is not formatted, and what to do; None if it is."""
    if path.name == SETTINGS_FILE:
        return "This file holds settings, not members.", "Only member files are formatted."
    if path.suffix.lower() not in ENDINGS:
        return "This is not a member file.", f"Member files end in {', '.join(ENDINGS)}."
    if is_link(path):
        message = "This is a symbolic link, and Reconciler never writes through links."
        return message, "Name the file that it leads to."
    is_inside = Path(os.path.abspath(path)).is_relative_to(os.path.abspath(panels))  # noqa: PTH100 - follows no link
    if is_inside and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(panels)):
        return "This leads out of the panels folder.", "Name the file itself, if it is to be formatted."
    return None


def _as_argument(path: Path) -> str:
    """A path as a shell's argument here, which no command takes for an option."""
    relative = os.path.relpath(path)
    return f"./{relative}" if relative.startswith("-") else relative
