"""(Roster, Lockfile, policy) → Plan. No I/O, no clock: the same inputs give the same plan on any machine."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from msgspec import structs

from reconciler.environment.model import Api, Environment, OnChange, Policy
from reconciler.lockfile.codec import digest as lockfile_digest
from reconciler.lockfile.model import (
    BLOCKED,
    Departed,
    Departure,
    Lockfile,
    Present,
    Rejected,
    Unconfirmed,
    Undelivered,
)
from reconciler.member import EMAIL_ADDRESS, Attributes, Removal, equal, identical
from reconciler.plan.diff import field_changes
from reconciler.plan.digest import plan_digest, roster_digest
from reconciler.plan.guards import refusals
from reconciler.plan.model import (
    Action,
    Add,
    Change,
    Cost,
    Day,
    Expiring,
    Plan,
    Remove,
    Selection,
    StillRejected,
    Unremoved,
)
from reconciler.roster.model import Declaration, Roster
from reconciler.suppression.model import Standing


def make_plan(
    environment: Environment,
    roster: Roster,
    lockfile: Lockfile | None,
    *,
    day: Day | None = None,
    allowed: frozenset[str] = frozenset(),
    retry_rejected: bool = False,
    selection: Selection | None = None,
) -> Plan:
    """The plan that turns the lockfile into the roster.

    Args:
        environment: whose policy, guards and limits hold; its files aren't touched.
        roster: everyone declared, including those whose declaration has expired.
        lockfile: what earlier applies proved; None if there is no lockfile at all.
        day: the day for which the plan is made; None if no declaration expires.
        allowed: guards that are lifted for this run: `add`, `change`, `remove`, `empty`.
        retry_rejected: ask again for what the API refused, though nothing about it changed.
        selection: the members that the plan is about; None for everyone.
    """
    known = lockfile or Lockfile(environment.name, environment.target)
    current = roster.on(day.today) if day else roster
    expired = {key: declared for key, declared in roster.expiring.items() if key not in current.members}
    comparison = _Comparison(environment.policy, current, known, retry_rejected, expired)
    actions = _in_order(comparison.actions(), selection)
    before = lockfile_digest(lockfile)
    without_secret = None
    if current.suppression.has_hashes:
        found = _in_order(comparison.without_secret().actions(), selection)
        without_secret = plan_digest(environment, found, before, selection)
    return Plan(
        environment=environment.name,
        target=environment.target,
        policy=environment.policy,
        actions=actions,
        unchanged=_unchanged(current, actions, selection),
        cost=estimate(environment.api, actions),
        refusals=refusals(actions, current, known, environment.guards, allowed),
        digest=plan_digest(environment, actions, before, selection),
        roster_digest=roster_digest(current),
        lockfile_digest=before,
        expiring=_expiring_soon(current, day),
        expired=len(expired),
        selection=selection,
        digest_without_secret=without_secret,
    )


def still_refused(plan: Plan, roster: Roster, lockfile: Lockfile) -> list[StillRejected | Unremoved]:
    """What the API refused and is still wanted in the same way, of the members that a plan is about.

    `roster` and `lockfile` may be newer than the plan. In the order of identities.
    """
    found = _Comparison(plan.policy, roster, lockfile, retry_rejected=False).still_refused()
    selected = (refused for refused in found if plan.selection is None or refused.key in plan.selection.keys)
    return sorted(selected, key=lambda refused: refused.key)


_RANK: Mapping[type, int] = {
    kind: rank for rank, kind in enumerate((Add, Change, Remove, StillRejected, Unremoved))
}


def _in_order(actions: Iterable[Action], selection: Selection | None) -> tuple[Action, ...]:
    selected = [action for action in actions if selection is None or action.key in selection.keys]
    return tuple(sorted(selected, key=lambda action: (_RANK[type(action)], action.key)))


def _unchanged(roster: Roster, actions: Iterable[Action], selection: Selection | None) -> int:
    declared = roster.members.keys() if selection is None else roster.members.keys() & selection.keys
    return len(declared) - sum(isinstance(action, Add | Change | StillRejected) for action in actions)


def _expiring_soon(roster: Roster, day: Day | None) -> tuple[Expiring, ...]:
    """The members whose declaration ends by the day that counts as soon, the next first."""
    if day is None:
        return ()
    found = (
        Expiring(key, declared.source, declared.expires)
        for key, declared in roster.expiring.items()
        if declared.expires and declared.expires <= day.soon
    )
    return tuple(sorted(found, key=lambda soon: (soon.expires, soon.key)))


_SECONDS_A_CALL = 0.2  # a guess at the vendor's answer time; the vendor's pages name none


def estimate(api: Api, actions: Iterable[Action]) -> Cost:
    """What an undisturbed apply of these actions spends: the calls exactly, the seconds roughly.

    Each kind goes in calls of its own. Seconds are the time for the answers, or the waiting that the rate
    limit imposes if that is longer.
    """
    sent = Counter((action.action, getattr(action, "by", None)) for action in actions if action.calls_the_api)
    calls = sum(-(-count // api.batch_size) for count in sent.values())
    answering = -(-calls // api.concurrency) * _SECONDS_A_CALL
    pacing = (max(calls - 1, 0) // api.rate_limit.calls) * api.rate_limit.seconds
    return Cost(calls=calls, seconds=round(max(answering, pacing), 1), allowance=api.call_allowance)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A roster beside the lockfile. `expired` are declarations that no longer count."""

    policy: Policy
    roster: Roster
    known: Lockfile
    retry_rejected: bool
    expired: Mapping[str, Declaration] = field(default_factory=dict)

    def without_secret(self) -> "_Comparison":
        """The same where the secret of the suppression lists is missing."""
        suppression = self.roster.suppression.without_secret()
        return replace(self, roster=replace(self.roster, suppression=suppression))

    def actions(self) -> Iterator[Action]:
        """All actions, in no order."""
        yield from self._declared()
        yield from self._undeclared()

    def _declared(self) -> Iterator[Action]:
        """The actions about those who are declared."""
        known = self.known
        for key, declaration in self.roster.members.items():
            if (present := known.members.get(key)) is not None:
                if not equal(present.attributes, declaration.attributes):
                    yield self._changed(key, present, declaration)
            elif (rejected := known.rejected.get(key)) is not None and not self.retry_rejected:
                yield self._refused_before(key, rejected, declaration)
            else:
                doubtful = key in known.unconfirmed or (rejected is not None and rejected.doubtful)
                yield self._addition(key, declaration, doubtful=doubtful)

    def _addition(self, key: str, declaration: Declaration, *, doubtful: bool) -> Add:
        record = self._record(key)
        was_unsubscribed = record is not None and record.may_be_unsubscribed
        return Add(key, declaration.source, declaration.attributes, doubtful, was_unsubscribed)

    def _refused_before(self, key: str, rejected: Rejected, declaration: Declaration) -> Action:
        # The spelling counts here, though it is no change elsewhere: it may be what the API refused.
        if identical(rejected.attributes, declaration.attributes):
            return StillRejected(key, declaration.source, rejected.reason, declaration.attributes)
        return self._addition(key, declaration, doubtful=rejected.doubtful)

    def _undeclared(self) -> Iterator[Action]:
        """The actions about those who are known and no longer declared."""
        for section in (self.known.members, self.known.unconfirmed):
            for key, entry in section.items():
                if key not in self.roster.members:
                    yield self._leaving(key, entry)
        unknown = {action.key: action for action in self._unrecorded()}
        for key, rejected in self.known.rejected.items():
            if key not in self.roster.members and not isinstance(unknown.get(key), Remove):
                yield self._dropped(key, rejected)
        yield from unknown.values()
        for name, record in self.known.departed.items():
            if self._is_outdated(name, record):
                yield Remove(name, Removal.FORGET, {EMAIL_ADDRESS: name}, has_departed=True)

    def _unrecorded(self) -> Iterator[Remove | Unremoved]:
        """The removals of suppressed people who aren't recorded: others may have added them."""
        way = self.policy.on_suppress
        if way is None or not way.calls_the_api:
            return
        for key, place in self.roster.suppression.suppressed_in_clear():
            entry = self.known.entry(key)
            if entry is None or (isinstance(entry, Rejected) and not entry.doubtful):
                action = self._unrecorded_one(key, way, str(place))
                if action is not None:
                    yield action

    def _unrecorded_one(self, key: str, way: Removal, source: str) -> Remove | Unremoved | None:
        """The removal of one of them; None if it was carried out before."""
        record = self._record(key)
        in_doubt = record is not None and record.outcome is Departure.UNCONFIRMED
        attributes: Attributes = {EMAIL_ADDRESS: key}
        if record is not None and record.is_refused_deletion and way is Removal.UNSUBSCRIBE:
            return None
        if record is not None and record.by == way:
            if record.was_refused and not self.retry_rejected:
                return Unremoved(key, way, record.reason or BLOCKED, attributes, source, is_known=False)
            if not (record.was_refused or in_doubt):
                return None
        return Remove(
            key,
            way,
            attributes,
            in_doubt,
            source=source,
            standing=Standing.SUPPRESSED,
            is_known=False,
            kept_as=key,
        )

    def _record(self, key: str) -> Departed | None:
        # Few plans have any record, and a hash takes a while.
        departed = self.known.departed
        return self.known.record(self.roster.suppression.possible_names(key)) if departed else None

    def _is_outdated(self, name: str, record: Departed) -> bool:
        """Whether nothing asks for this record any more. Declared again, it goes once they are added."""
        is_needed = record.by is Removal.UNSUBSCRIBE or self.roster.suppression.may_suppress(name)
        return not is_needed and name not in self.roster.members

    def still_refused(self) -> Iterator[StillRejected | Unremoved]:
        """Everything that the API refused and that is still wanted in the same way."""
        for key, rejected in self.known.rejected.items():
            if key in self.roster.members:
                yield from _if_refused(self._refused_before(key, rejected, self.roster.members[key]))
        for key, present in self.known.members.items():
            if present.undelivered is not None:
                yield from _if_refused(self._noted(key, present))
        for key, unconfirmed in self.known.unconfirmed.items():
            if unconfirmed.undelivered is not None and key not in self.roster.members:
                yield from _if_refused(self._leaving(key, unconfirmed))
        for action in self._unrecorded():
            yield from _if_refused(action)

    def _noted(self, key: str, present: Present) -> Action | None:
        declaration = self.roster.members.get(key)
        if declaration is None:
            return self._leaving(key, present)
        if equal(present.attributes, declaration.attributes):
            return None
        return self._changed(key, present, declaration)

    def _changed(self, key: str, present: Present, declaration: Declaration) -> Action:
        is_asked = self.policy.on_change is OnChange.RESUBMIT
        note = present.undelivered
        if is_asked and note is not None and not self.retry_rejected and _is_about(note, declaration):
            return StillRejected(key, declaration.source, note.reason, declaration.attributes, is_there=True)
        changes = field_changes(present.attributes, declaration.attributes)
        # A field that is no longer declared can't be cleared by sending the others again.
        deliverable = is_asked and any(change.after is not None for change in changes)
        return Change(key, declaration.source, changes, declaration.attributes, deliverable)

    def _leaving(self, key: str, entry: Present | Unconfirmed) -> Remove | Unremoved:
        by, _ = self._way_out(key)
        note = entry.undelivered
        if by is not None and note is not None and note.action == by and not self.retry_rejected:
            return Unremoved(key, by, note.reason, entry.attributes)
        return self._removal(key, entry.attributes, doubtful=isinstance(entry, Unconfirmed))

    def _dropped(self, key: str, rejected: Rejected) -> Remove:
        if rejected.doubtful:  # a call before the one that was refused may have added them
            return self._removal(key, rejected.attributes, doubtful=True)
        removal = self._removal(key, rejected.attributes, doubtful=False)
        return structs.replace(removal, by=Removal.FORGET, was_rejected=True)

    def _removal(self, key: str, attributes: Attributes, *, doubtful: bool) -> Remove:
        by, standing = self._way_out(key)
        over = self.expired.get(key)
        expired, source = (over.expires, over.source) if over else (None, None)
        kept_as = self._kept_as(key, by) if by is not None and by.calls_the_api else None
        return Remove(key, by, attributes, doubtful, expired, source, standing=standing, kept_as=kept_as)

    def _kept_as(self, key: str, by: Removal) -> str | None:
        """The key under which the lockfile records this removal; None if it doesn't."""
        names = self.roster.suppression.names_of(key)
        return names[0] if names else key if by is Removal.UNSUBSCRIBE else None

    def _way_out(self, key: str) -> tuple[Removal | None, Standing | None]:
        """How they leave, and under which key; None for what is unknown while hashes are unchecked."""
        standings = self.roster.suppression.standings(key)
        ways = {self.policy.way_out(standing) for standing in standings}
        way = ways.pop() if len(ways) == 1 else None
        return way, next(iter(standings)) if len(standings) == 1 else None


def _is_about(note: Undelivered, declaration: Declaration) -> bool:
    """Whether it was this change that the API refused."""
    return note.attributes is not None and identical(note.attributes, declaration.attributes)


def _if_refused(action: Action | None) -> Iterator[StillRejected | Unremoved]:
    if isinstance(action, StillRejected | Unremoved):
        yield action
