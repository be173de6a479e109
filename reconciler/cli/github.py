"""`reconciler github`: the group of the commands that a workflow posts with."""

import click

from reconciler.cli.lazy_group import CommandEntry, LazyGroup

_COMMANDS = {
    "comment": CommandEntry(
        "reconciler.cli.github_comment", "comment", "Keep one comment on a pull request."
    ),
    "report": CommandEntry(
        "reconciler.cli.github_report", "report", "Say on a merged pull request what was applied."
    ),
    "issue": CommandEntry(
        "reconciler.cli.github_issue", "issue", "Keep one issue open while something lasts."
    ),
}


@click.group(cls=LazyGroup, entries=_COMMANDS)
def github() -> None:
    """Post on GitHub, from a workflow. Everything else works without GitHub.

    Repository, address and event are those that GitHub Actions sets; the token is in GITHUB_TOKEN alone.

    Example: reconciler github comment plan.md
    """
