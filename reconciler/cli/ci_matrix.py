"""`reconciler ci matrix`: which environments a workflow applies, each in a separate job."""

import json
from pathlib import Path
from typing import Any

import click

from reconciler.cli.ci import read_text
from reconciler.cli.invocation import Invocation
from reconciler.environment.reader import try_environment
from reconciler.errors import EXIT_DONE, InvalidInput
from reconciler.files import display_path
from reconciler.lockfile.history import History
from reconciler.lockfile.state import read_state, tracking_ref
from reconciler.problems import Location, Problem


@click.command("matrix")
@click.argument("file", metavar="PLANS.json", type=click.Path(path_type=Path))
@click.pass_obj
def matrix(invocation: Invocation, file: Path) -> int:
    """List the environments that apply has something to do for, as one line of JSON for a job matrix.

    PLANS.json is what `reconciler plan --out` saved. An environment whose lockfile waits to be
    published is listed too: on the branch reconciler/lockfile-ENV, or beside environment.yaml although that
    names a branch now. Each comes with its plan's digest for `reconciler apply --expect`.

    Example: reconciler ci matrix plans.json
    """
    listed = [
        {"environment": plan["environment"], "digest": plan["digest"]}
        for plan in _plans(file)
        if plan["would_act"] or _waits(invocation, plan["environment"])
    ]
    invocation.print_out(json.dumps({"include": listed}) + "\n")
    return EXIT_DONE


def _plans(file: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(read_text(file))
        plans = document.get("plans", [document])
        return [{key: plan[key] for key in ("environment", "digest", "would_act")} for plan in plans]
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        problem = Problem(
            ("This is not what `reconciler plan --out` saves.",), location=Location(display_path(file))
        )
        raise InvalidInput(problem) from None


def _waits(invocation: Invocation, name: str) -> bool:
    """Whether a lockfile waits to be published: on the fallback branch, or for a branch to be made."""
    environment = try_environment(invocation.panels, name).environment
    if environment is None or environment.is_embedded:
        return False
    state = read_state(environment)
    if state.unfetched is not None and state.on_disk is not None:
        return True
    history = History.of(environment)
    return history.repository.commit_of(tracking_ref(history.environment.fallback_branch)) is not None
