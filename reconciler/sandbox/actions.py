"""What each call does to the panel: the body in, the counts of the answer out.

Each takes the members of a body one by one, in order, so that somebody who stands in it twice is met twice.

Sources: the vendor's pages *save panel members*, *communities/add-update-members*,
*communities/delete-member*, *communities/member-unsubscribe*. None says what becomes of blocked members whose
fields are sent again: nothing here, which is the less kind.
"""

from collections.abc import Callable, Iterable

from reconciler.identity import identity
from reconciler.member import EMAIL_ADDRESS, Attributes
from reconciler.sandbox.counts import OF_ADDING, OF_DELETING, OF_UNSUBSCRIBING, Count, Counts, counted
from reconciler.sandbox.rules import Rules
from reconciler.sandbox.schema import WrongBody, read_addresses, read_batch
from reconciler.sandbox.standing import Standing
from reconciler.sandbox.store import Store
from reconciler.sandbox.vendor_errors import BAD_PARAMETERS

Action = Callable[[Store, Rules, bytes], Counts]
"""Raises `WrongBody`, and has done nothing then, where the body can't be acted on."""

_IS_DELETED_AS = {
    Standing.MEMBER: Count.DELETED,
    Standing.UNSUBSCRIBED: Count.DELETED,
    Standing.DELETED: Count.ALREADY_DELETED,
    Standing.BLOCKED: Count.BLOCKED,
    Standing.UNKNOWN: Count.UNAVAILABLE,
}
_IS_UNSUBSCRIBED_AS = {
    Standing.MEMBER: Count.UNSUBSCRIBED,
    Standing.UNSUBSCRIBED: Count.ALREADY_UNSUBSCRIBED,
    Standing.DELETED: Count.UNAVAILABLE,
    Standing.BLOCKED: Count.BLOCKED,
    Standing.UNKNOWN: Count.UNAVAILABLE,
}


def add(store: Store, rules: Rules, body: bytes) -> Counts:
    """Add those who aren't in the panel; update the others, where the account does that."""
    members = read_batch(body)
    _check(rules, (identity(member[EMAIL_ADDRESS]) for member in members))
    return counted(OF_ADDING, (_added(store, rules, member) for member in members))


def delete(store: Store, rules: Rules, body: bytes) -> Counts:
    """Delete everyone who can be."""
    return counted(OF_DELETING, (_deleted(store, rules, key) for key in _keys(rules, body)))


def unsubscribe(store: Store, rules: Rules, body: bytes) -> Counts:
    """Unsubscribe everyone who can be; they stay in the panel."""
    return counted(OF_UNSUBSCRIBING, (_unsubscribed(store, rules, key) for key in _keys(rules, body)))


def _added(store: Store, rules: Rules, member: Attributes) -> Count:
    if store.add(member):
        return Count.ADDED
    if rules.updates_known and _standing(store, rules, identity(member[EMAIL_ADDRESS])).may_be_updated:
        store.update(member)
        return Count.ADDED
    return Count.FAILED


def _deleted(store: Store, rules: Rules, key: str) -> Count:
    count = _IS_DELETED_AS[_standing(store, rules, key)]
    if count is Count.DELETED:
        store.delete(key)
    return count


def _unsubscribed(store: Store, rules: Rules, key: str) -> Count:
    count = _IS_UNSUBSCRIBED_AS[_standing(store, rules, key)]
    if count is Count.UNSUBSCRIBED:
        store.unsubscribe(key)
    return count


def _standing(store: Store, rules: Rules, key: str) -> Standing:
    return Standing.BLOCKED if key in rules.blocks else store.standing(key)


def _keys(rules: Rules, body: bytes) -> list[str]:
    keys = list(map(identity, read_addresses(body)))
    _check(rules, keys)
    return keys


def _check(rules: Rules, keys: Iterable[str]) -> None:
    if not rules.refuses.isdisjoint(keys):
        raise WrongBody(BAD_PARAMETERS)
