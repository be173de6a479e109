"""The journal of an interrupted run, where a command shows it counted in."""

from collections.abc import Iterable
from pathlib import Path

from reconciler.apply.recovery import KnownState
from reconciler.cli.invocation import Invocation
from reconciler.render.plan_words import Circumstances
from reconciler.render.visible import visible


def tell_of_journal(invocation: Invocation, name: str, known: KnownState) -> None:
    """Say that what is shown is not yet in the lockfile, where that is so."""
    if known.is_recovered:
        recover = invocation.command_line("state", "recover", name)
        line = f"An interrupted run left a journal, which is counted in here; `{recover}` takes it in."
        invocation.tell(f"{visible(line)}\n")


def circumstances_of(
    invocation: Invocation,
    name: str,
    known: KnownState,
    *,
    allow: Iterable[str] = (),
    retry_rejected: bool = False,
    saved: Path | None = None,
    is_applying: bool = False,
) -> Circumstances:
    """What a reader of the plan should know beside it: what applies just this plan, and of the journal."""
    flags = [word for guard in allow for word in ("--allow", guard)]
    flags += ["--retry-rejected"] if retry_rejected else []
    return Circumstances(
        command=invocation.command_line("apply", name, *([str(saved)] if saved else []), *flags),
        recover=invocation.command_line("state", "recover", name),
        is_recovered=known.is_recovered,
        is_applying=is_applying,
    )
