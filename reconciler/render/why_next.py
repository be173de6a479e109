"""What to do next about one person: how it is carried out, and what to do if it isn't meant."""

from collections.abc import Iterator
from typing import NamedTuple

from reconciler.explain import Explanation
from reconciler.lockfile.state import fetch_command
from reconciler.plan.model import Add, Change, Remove, StillRejected, Unremoved
from reconciler.problems import Address, Message
from reconciler.render.why_reason import is_only_clearing


class Commands(NamedTuple):
    """Commands as they can be typed here: to check what is declared, to apply it, to publish the lockfile."""

    validate: str
    apply: str
    publish: str


def next_steps(explanation: Explanation, commands: Commands) -> list[Message]:
    """One or two lines, the first what is in the way."""
    held_back = list(_in_the_way(explanation, commands))
    if not explanation.is_settled:
        return [*(_own_mistake(explanation)), *held_back][:2]
    return [*held_back[:1], *_about(explanation, commands, is_held_back=bool(held_back))]


def _in_the_way(explanation: Explanation, commands: Commands) -> Iterator[Message]:
    if explanation.problems:
        yield (f"Mend what is wrong: `{commands.validate}` shows all of it.",)
    elif explanation.unchecked:
        yield explanation.unchecked[0].hint
    elif explanation.unfetched is not None:
        fetch = f"Fetch what is known: `{fetch_command(explanation.unfetched)}`"
        yield (f"{fetch}; or if that branch doesn't exist yet: `{commands.publish}` makes it.",)
    elif explanation.refusals:
        flags = " ".join(found.lifted_by for found in explanation.refusals)
        yield (f"If the whole plan is meant: `{commands.apply} {flags}`.",)


def _own_mistake(explanation: Explanation) -> Iterator[Message]:
    places = [str(found.location) for found in explanation.declared]
    if places and explanation.suppressed:
        off = f"take them off the list, {explanation.suppressed}, if they agree"
        yield (f"Take the entry at {places[0]} out; or first {off}.",)
    elif len(places) > 1:
        yield (f"Keep one of {' and '.join(places)}.",)


def _about(explanation: Explanation, commands: Commands, *, is_held_back: bool) -> Iterator[Message]:
    place = explanation.location
    done = "" if is_held_back else f"To have it done: `{commands.apply}`. "
    match explanation.action:
        case Add():
            yield (f"{done}If they shouldn't be added: take the entry at {place} out.",)
        case Change() as action:
            yield from _change(explanation, action, done)
        case Remove() as action:
            yield (f"{done}To keep them: {_to_keep(explanation)}.",)
        case StillRejected():
            yield (f"Mend the declaration at {place}, or take it out.",)
            yield (f"To ask the API again all the same: `{commands.apply} --retry-rejected`.",)
        case Unremoved():
            again = f"`{commands.apply} --retry-rejected`"
            yield (f"See in QuestionPro why, unblock them if they are blocked, and ask again: {again}.",)
            yield ("Or remove them there by hand, and then by `reconciler state rm`.",)
            yield (f"To keep them: {_to_keep(explanation)}.",)
        case None:
            yield from _nothing(explanation)


def _change(explanation: Explanation, action: Change, done: str) -> Iterator[Message]:
    place = explanation.location
    if action.deliverable:
        yield (f"{done}If it isn't meant: undo it at {place}.",)
        return
    yield (f"Change it in QuestionPro by hand; or undo it at {place}.",)
    if not is_only_clearing(action):
        yield ("If your account updates known addresses: policy.on_change: resubmit in environment.yaml.",)


def _nothing(explanation: Explanation) -> Iterator[Message]:
    if explanation.counts_as_declared:
        yield (f"Nothing. To have them removed: take the entry at {explanation.location} out.",)
    elif explanation.suppressed is not None:
        allow = f"To allow it again, if they agree: take them off the list, {explanation.suppressed}"
        yield (f"Nothing: they must not be added. {allow}.",)
    elif explanation.declared:
        yield (f"Nothing. To have them added: {_to_keep(explanation)}.",)
    elif explanation.like is not None:
        yield ("Did you mean ", Address(explanation.like), "?")
    else:
        yield ("Nothing. To have them added: declare them in a member file.",)


def _to_keep(explanation: Explanation) -> str:
    if explanation.suppressed is not None:
        return f"take them off the list first, {explanation.suppressed}"
    if explanation.expiry is not None and explanation.has_expired:
        return f"set a later `expires` at {explanation.location}, or take it away"
    return "declare them again"
