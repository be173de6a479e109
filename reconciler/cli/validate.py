"""`reconciler validate`: are the declarations well?"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from reconciler.apply.recovery import known_state
from reconciler.ci.gitlab_pipeline import pipeline_problems
from reconciler.cli.failures import explained
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import format_option_with, mask_option
from reconciler.declaration import Declared, read_declaration
from reconciler.environment.discovery import environment_names
from reconciler.environment.overview import environments_in_order, shared_key_warnings
from reconciler.errors import EXIT_DONE, EXIT_INVALID, InvalidInput
from reconciler.files import display_path
from reconciler.lint.warnings import roster_warnings
from reconciler.output.documents.problems import Valid, Validation, validation_screen
from reconciler.output.render import Format
from reconciler.problems import Problem


@click.command
@click.argument("names", metavar="[ENV]...", nargs=-1)
@click.option("--strict", is_flag=True, help="Exit with 1 if there are warnings, as for mistakes.")
@format_option_with(Format.CODEQUALITY, about="a report for GitLab's code quality widget")
@mask_option
@click.pass_obj
def validate(invocation: Invocation, names: tuple[str, ...], *, strict: bool) -> int:
    """Check the declarations of each ENV (without ENV: of all), without key or network.

    Every mistake is shown, with file, line and how to fix it. Lockfiles are read too.
    Warnings are about what is well-formed but looks odd, such as a mistyped
    gmial.com; a mistake hides those of its environment.

    Example: reconciler validate

    Example: reconciler validate staging production --strict
    """
    validation = _validation(invocation.panels, names)
    for found in (validation.problems, validation.warnings):
        invocation.tell_problems(found)
    invocation.show(validation_screen(validation))
    return EXIT_INVALID if validation.problems or (strict and validation.warnings) else EXIT_DONE


def _validation(panels: Path, names: Iterable[str]) -> Validation:
    well: list[Valid] = []
    problems: dict[str, Problem] = {}
    warnings: dict[str, Problem] = {}
    order = _order(panels, problems)
    for name in dict.fromkeys(names) or order:
        try:
            declared = _valid(panels, name)
            odd = _warnings(panels, declared)
        except Exception as error:  # noqa: BLE001 - no failure hides what is wrong in other environments
            # A mistake in a file that several environments share is one mistake.
            problems |= {str(problem): problem for problem in explained(error)[1]}
            continue
        well.append(_counted(declared))
        warnings |= {str(warning): warning for warning in odd}
    return Validation(tuple(well), tuple(problems.values()), tuple(warnings.values()))


def _order(panels: Path, problems: dict[str, Problem]) -> Sequence[str]:
    """All environments; by name where no order is right, which is a problem of its own.

    So is a pipeline that leaves out one of them.
    """
    try:
        placed = environments_in_order(panels)
    except InvalidInput as error:
        names = environment_names(panels)
        if not names:
            raise
        problems.update({str(problem): problem for problem in error.problems})
        return names
    after = {each.name: each.after for each in placed if not each.is_embedded}
    for problem in pipeline_problems(panels.resolve().parent, after):
        problems[str(problem)] = problem
    return [each.name for each in placed]


def _valid(panels: Path, name: str) -> Declared:
    declared = read_declaration(panels, name)
    known_state(declared.environment)
    return declared


def _warnings(panels: Path, declared: Declared) -> tuple[Problem, ...]:
    environment = declared.environment
    shared = shared_key_warnings(panels, environment)
    found = roster_warnings(declared.roster.members, is_real=environment.is_for_real_people)
    return environment.warnings.without_ignored((*shared, *declared.unchecked, *declared.warnings, *found))


def _counted(declared: Declared) -> Valid:
    environment, roster = declared.environment, declared.roster
    passed_over = tuple(map(display_path, environment.passed_over))
    return Valid(environment.name, len(roster.members), len(roster.files), roster.separators, passed_over)
