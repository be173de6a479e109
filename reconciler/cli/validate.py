"""`reconciler validate`: are the declarations well?"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from reconciler.apply.recovery import known_state
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import format_option, mask_option
from reconciler.declaration import read_declaration
from reconciler.environment.discovery import environment_names
from reconciler.errors import EXIT_DONE, EXIT_INVALID, InvalidInput
from reconciler.problem import Place, Problem
from reconciler.render.listing import Valid, Validation
from reconciler.shown_path import shown


@click.command
@click.argument("names", metavar="[ENV]...", nargs=-1)
@format_option
@mask_option
@click.pass_obj
def validate(invocation: Invocation, names: tuple[str, ...]) -> int:
    """Check the declarations of each ENV (of all, where none is named), without key or network.

    Every mistake is shown, with file, line and how to mend it. Lockfiles are read too.

    Example: reconciler validate

    Example: reconciler validate staging production
    """
    validation = _validation(invocation.panels, dict.fromkeys(names) or _all(invocation.panels))
    if validation.problems:
        invocation.tell_problems(validation.problems)
    invocation.show(invocation.view().validation(validation))
    return EXIT_INVALID if validation.problems else EXIT_DONE


def _all(panels: Path) -> Sequence[str]:
    names = environment_names(panels)
    if not names:
        raise InvalidInput(
            Problem(
                ("There is no environment here.",),
                ("An environment is a folder with an environment.yaml; --panels DIR says where to look.",),
                Place(shown(panels)),
            )
        )
    return names


def _validation(panels: Path, names: Iterable[str]) -> Validation:
    well: list[Valid] = []
    problems: dict[str, Problem] = {}
    for name in names:
        try:
            well.append(_valid(panels, name))
        except InvalidInput as error:
            # A mistake in a file that several environments share is one mistake.
            problems |= {str(problem): problem for problem in error.problems}
    return Validation(tuple(well), tuple(problems.values()))


def _valid(panels: Path, name: str) -> Valid:
    declared = read_declaration(panels, name)
    known_state(declared.environment)
    return Valid(name, len(declared.roster.members), len(declared.roster.files))
