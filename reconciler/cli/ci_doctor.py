"""`reconciler ci doctor`: what only the platform knows, such as rules, environments and schedules."""

from datetime import UTC, datetime

import click

from reconciler.checks import Check, Checked, failed, has_failed
from reconciler.ci import platform_for
from reconciler.ci.platform import Wanted
from reconciler.cli.ci import on_option
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import format_option
from reconciler.doctor import push_check
from reconciler.environment.discovery import environment_names
from reconciler.environment.model import Environment
from reconciler.environment.reader import try_environment
from reconciler.errors import EXIT_DONE, EXIT_INVALID
from reconciler.output.documents.checks import platform_screen


@click.command("doctor")
@on_option
@format_option
@click.pass_obj
def doctor(invocation: Invocation, on: str | None) -> int:
    """Check the settings of the CI platform. It only reads.

    One line for each check: whether git may push, and no rule declines a push to the lockfile's branch and to
    reconciler/lockfile-ENV; whether a job may comment; whether each environment is protected, limited to the
    default branch, and has its key; whether the plan is a required check; whether schedules are alive. Each
    is ok, failed or unknown, with the reason and what to do. Settings that the token may not read, or that
    the platform does not have, are unknown. The exit code is 1 only if a check failed.

    Run it in a job that you start by hand, or on your machine: your own token reads more than a job's.
    Set GITHUB_REPOSITORY and GITHUB_TOKEN there, or CI_PROJECT_PATH and GITLAB_TOKEN.

    Example: reconciler ci doctor

    Example: reconciler ci doctor --on github --format markdown
    """
    environments, checks = _environments(invocation)
    wanted = Wanted(environments, datetime.now(UTC))
    with platform_for(invocation.environ, on) as platform:
        checks.append(
            push_check(invocation.panels, next(wanted.branches("reconciler/doctor"), "reconciler/doctor"))
        )
        checks += platform.settings_checks(wanted)
        found = Checked(platform.repository, tuple(checks))
        invocation.show(platform_screen(platform.name, found))
    return EXIT_INVALID if has_failed((found,)) else EXIT_DONE


def _environments(invocation: Invocation) -> tuple[list[Environment], list[Check]]:
    """Those with a real panel; and a failed check for each whose settings can't be read."""
    environments, checks = [], []
    for name in environment_names(invocation.panels):
        reading = try_environment(invocation.panels, name)
        if reading.environment is None:
            checks.append(failed(f"settings of {name}", reading.problems[0]))
        elif not reading.environment.is_embedded:
            environments.append(reading.environment)
    return environments, checks
