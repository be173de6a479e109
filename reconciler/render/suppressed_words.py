"""What is said once somebody was suppressed: where they still stand, how they leave, what to do next."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from reconciler.lockfile.state import fetch_command
from reconciler.member import Removal
from reconciler.plan.guards import in_words
from reconciler.render.counted import counted
from reconciler.render.showing import RenderOptions
from reconciler.render.traces_words import path

if TYPE_CHECKING:
    from reconciler.suppressing import PlannedRemoval, StillDeclared, Suppressed

PAGE = "docs/forgetting.md"

_BY_HAND = "If they are in the panel all the same, remove them there by hand."
_CALLS = {
    Removal.UNSUBSCRIBE: (
        "unsubscribed, by POST /micropanel/members/unsubscribe: they stay in the panel and get no more mail"
    ),
    Removal.DELETE: "deleted, by DELETE /micropanel/members: they go from the panel, for good",
}


def headline(found: "Suppressed", showing: RenderOptions) -> str:
    """Who is suppressed, and where that is written."""
    stands = "was suppressed already" if found.was_there else "is suppressed now"
    return (
        f"{showing.address(found.key)} {stands} in {found.environment}: {path(str(found.location), showing)}."
    )


def still_declared(found: "Suppressed") -> str:
    """A heading for the entries that declare them, or that there are none."""
    if not found.declared:
        return "No environment declares them."
    return f"Still declared, in {counted(len(found.declared), 'entry', 'entries')}:"


def rows(declared: "Sequence[StillDeclared]", showing: RenderOptions) -> list[tuple[str, str]]:
    """Each entry once: where it stands, and for which environments."""
    names: dict[str, list[str]] = {}
    for entry in declared:
        names.setdefault(path(f"{entry.file}:{entry.line}", showing), []).append(entry.environment)
    return [(place, ", ".join(environments)) for place, environments in names.items()]


def departure(found: "Suppressed") -> Iterator[str]:
    """What the lockfile knows of them, and how they leave the panel."""
    removal = found.removal
    if found.unfetched is not None:
        yield (
            f"The lockfile's branch {found.unfetched} is not fetched here, so what was pushed isn't known. "
            f"Fetch it, `{fetch_command(found.unfetched)}`, and run this again."
        )
    elif removal is not None:
        yield f"The lockfile knows them: {_known(removal)}. {_leaves(removal)}"
    elif found.problems:
        yield "The problems told beside this have to be mended before it can be said how they leave."
    else:
        yield f"The lockfile doesn't know them, so nothing will be sent. {_BY_HAND}"
    if removal is not None and found.problems:
        yield (
            f"{counted(len(found.problems), 'other problem')} of the member files must be mended before "
            "anything can be planned; whether a guard holds this back can't be told until then."
        )
    for refusal in removal.refusals if removal else ():
        yield f"Apply would refuse that plan: {in_words(refusal)}. If that is meant: `{refusal.lifted_by}`."


def steps(found: "Suppressed", command_of: Callable[..., str]) -> Iterator[str]:
    """What to do next, in order."""
    removal = found.removal
    if any(entry.environment == found.environment for entry in found.declared):
        yield "Take the entries above out: until then `validate`, `plan` and `apply` refuse this environment."
    others = sorted({entry.environment for entry in found.declared} - {found.environment})
    if others:
        yield (
            f"They are declared in {' and '.join(others)} too. Where they must go from there as well: "
            f"`{command_of('suppress', others[0], 'EMAIL')}`."
        )
    yield "Commit that, and the suppression list."
    if removal is not None and removal.is_planned:
        flags = [refusal.lifted_by for refusal in removal.refusals]
        flags += ["--allow delete"] if removal.by is Removal.DELETE else []
        command = " ".join((command_of("apply", found.environment), *flags))
        yield f"`{command_of('plan', found.environment)}`, and then `{command}`."
    yield f"See what is left of them: `{command_of('find', 'EMAIL')}`. All of it: {PAGE}."


def _known(removal: "PlannedRemoval") -> str:
    return removal.outcome if removal.section == removal.outcome else f"{removal.section}, {removal.outcome}"


def _leaves(removal: "PlannedRemoval") -> str:
    """What the next apply does about somebody who is declared no more."""
    note = removal.undelivered
    if note is not None and not removal.is_planned:
        return (
            f"The API refused to {note.action} them before ({note.tried}), and is asked again only "
            f"with `--retry-rejected`. {_BY_HAND}"
        )
    if removal.section == "rejected" and not removal.calls:
        return f"The API refused to add them: the lockfile's entry goes with the next apply. {_BY_HAND}"
    if removal.by is Removal.FORGET:
        return (
            "The lockfile's entry goes with the next apply, and they stay in the panel. To have them deleted "
            "there, set `policy: {on_remove: delete}` in environment.yaml before that apply."
        )
    before = f" The API refused to {note.action} them before ({note.tried})." if note is not None else ""
    return f"With the next apply they are {_CALLS[removal.by]}. That costs one call at most.{before}"
