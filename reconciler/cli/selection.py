"""Which environments a command is about: the one that is named, or all, those that come first first."""

from reconciler.cli.invocation import Invocation
from reconciler.environment.order import environments_in_order
from reconciler.errors import UsageError
from reconciler.problems import Problem


def selected(invocation: Invocation, name: str | None, *, is_all: bool, no_embedded: bool) -> tuple[str, ...]:
    """The names; of all environments, those that come first stand first.

    Raises:
        UsageError: neither or both of ENV and --all are given, or --no-embedded without --all.
        InvalidInput: there is no environment, or no order is right.
    """
    if is_all and name is not None:
        raise UsageError(Problem(("ENV and --all exclude each other.",), ("Give one of them.",)))
    if no_embedded and not is_all:
        raise UsageError(
            Problem(("--no-embedded goes with --all.",), ("Name one environment, or give --all.",))
        )
    if is_all:
        placed = environments_in_order(invocation.panels)
        return tuple(found.name for found in placed if not (no_embedded and found.is_embedded))
    if name is None:
        raise UsageError(Problem(("Missing argument 'ENV'.",), ("Name an environment, or give --all.",)))
    return (name,)
