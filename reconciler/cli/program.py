"""The program's first level: `reconciler [--panels DIR] COMMAND`, and the table of its commands."""

from pathlib import Path

import click

from reconciler import __version__
from reconciler.cli.invocation import DEFAULT_PANELS, Invocation
from reconciler.cli.lazy_group import Entry, LazyGroup

_COMMANDS = {
    "validate": Entry("reconciler.cli.validate", "validate", "Check declarations, without key or network."),
    "fmt": Entry("reconciler.cli.fmt", "fmt", "Put member files into canonical form."),
    "plan": Entry("reconciler.cli.plan", "plan", "Show what apply would do, without key or network."),
    "apply": Entry("reconciler.cli.apply", "apply", "Carry out the plan, and record the outcomes."),
    "environments": Entry(
        "reconciler.cli.environments", "environments", "List the environments, in the order of apply."
    ),
    "why": Entry("reconciler.cli.why", "why", "Tell of one person: declared where, known how, applied why."),
    "suppress": Entry("reconciler.cli.suppress", "suppress", "See to it that somebody is never added again."),
    "find": Entry("reconciler.cli.find", "find", "Find every place where somebody stands."),
    "state": Entry("reconciler.cli.state", "state", "Look at the lockfile, and mend it."),
    "merge-lockfile": Entry("reconciler.cli.merge_lockfile", "merge_lockfile", "Merge lockfiles, for git."),
    "github": Entry("reconciler.cli.github", "github", "Post plans and reports where reviewers read them."),
    "sandbox": Entry("reconciler.cli.sandbox", "sandbox", "Run the built-in panel to try things out."),
}


@click.group(
    cls=LazyGroup,
    entries=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--panels",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_PANELS,
    show_default=True,
    metavar="DIR",
    help="The folder that holds a folder for each environment.",
)
@click.version_option(__version__, prog_name="reconciler", message="%(prog)s %(version)s")
@click.pass_obj
def program(invocation: Invocation, panels: Path) -> None:
    """Keep QuestionPro panels equal to the member files in a git repository.

    Example: reconciler plan production

    Example: reconciler apply production
    """
    invocation.panels = panels
