"""What a lockfile may say, judged by the truth."""

from collections.abc import Iterable, Iterator

from truth import SAVE, UNSUBSCRIBE, US, Call, Deed, Truth

from reconciler.environment.model import OnChange, Policy
from reconciler.lockfile.model import (
    BLOCKED,
    Departed,
    Departure,
    Lockfile,
    Outcome,
    Present,
    Undelivered,
)
from reconciler.member import Attributes, Removal
from reconciler.roster.model import Roster


class Oracle:
    """Judges each lockfile of one panel.

    Members who are in the panel by a call of ours, or were in an earlier lockfile, must be in the next,
    unless it is right to have forgotten them since: their entry was dropped, they were taken away and an
    answer said so, or the lockfile was lost.
    """

    def __init__(self, truth: Truth) -> None:
        """Begin with a panel that nobody has called yet."""
        self._truth = truth
        self._held: frozenset[str] = frozenset()
        self._forgotten: dict[str, int] = {}

    def excuse(self, keys: Iterable[str]) -> None:
        """From now on it is right that nothing is known of these."""
        self._forgotten |= dict.fromkeys(keys, len(self._truth.calls))
        self._held -= self._forgotten.keys()

    def everyone(self) -> frozenset[str]:
        """Everyone who was in a call, or was known without one."""
        return self._truth.everyone() | self._held

    def judge(self, lockfile: Lockfile | None) -> None:
        """Assert that it claims no more than was proven, and has forgotten nobody that it must know."""
        held = held_by(lockfile)
        assert {key for key in self._truth.panel if self._is_ours(key)} <= held
        assert self._held <= held
        self._held = held
        if lockfile is None:
            return
        sections = (lockfile.members, lockfile.rejected, lockfile.unconfirmed)
        assert sum(map(len, sections)) == len(known(lockfile)), "someone is in two sections"
        for key, record in lockfile.departed.items():
            assert record.by == UNSUBSCRIBE or key not in known(lockfile), "someone is in two sections"
            self._judge_departed(key, record)
        for key, present in lockfile.members.items():
            self._judge_present(key, present)
        for key, rejected in lockfile.rejected.items():
            assert self._is_refused(key, SAVE, rejected.attributes), "nobody refused them"
        for key, note in notes(lockfile):
            self._judge_note(key, note)

    def _is_ours(self, key: str) -> bool:
        """Whether we put them in, and must know it."""
        put_in = self._truth.panel.get(key)
        return put_in is not None and put_in.by == US and put_in.number >= self._forgotten.get(key, 0)

    def _judge_present(self, key: str, present: Present) -> None:
        answers = [call for call in self._told(key, present.attributes) if call.answers]
        assert answers, "no answer proves that they are there"
        updates = [call.number for call in self._truth.ours() if key in call.updated]
        assert answers[-1].number >= max(updates, default=0), "they were changed, by a later call of ours"
        match present.outcome:
            case Outcome.ADDED:
                proofs = [call for call in answers if len(call.new) == len(call.members) and not call.updates]
                assert proofs, "no answer proves it"
            case Outcome.EXISTING:
                assert any(not call.new and not call.updates for call in answers), "no answer proves it"
                assert not self._is_ours(key), "we put them in ourselves"

    def _judge_departed(self, key: str, record: Departed) -> None:
        asked = [call for call in self._truth.ours() if call.asks == record.by and key in call.members]
        told = [call for call in asked if is_told_gone(call, key)]
        proofs = {
            Departure.DELETED: any(len(call.gone) == len(call.members) for call in told),
            Departure.UNSUBSCRIBED: any(len(call.gone) == len(call.members) for call in told),
            Departure.ABSENT: any(not call.gone for call in told),
            Departure.UNATTRIBUTED: bool(told),
            Departure.BLOCKED: any(call.answers and key in call.blocked for call in asked),
            Departure.REJECTED: self._is_refused(key, record.by),
            Departure.UNCONFIRMED: True,  # a run that died may not have made the call
        }
        assert proofs[record.outcome], "no answer proves it"

    def _judge_note(self, key: str, note: Undelivered) -> None:
        if note.action == "change":
            assert note.attributes is not None
            assert self._is_refused(key, SAVE, note.attributes), "nobody refused the change"
        elif note.reason == BLOCKED:
            asked = (call for call in self._truth.ours() if call.asks == note.action and key in call.members)
            assert any(call.answers and key in call.blocked for call in asked), "nobody called them blocked"
        else:
            assert self._is_refused(key, note.action), "nobody refused to take them away"

    def _is_refused(self, key: str, asks: str, attributes: Attributes | None = None) -> bool:
        return any(
            call.refuses_one
            and call.asks == asks
            and key in call.members
            and (attributes is None or call.members[key] == attributes)
            for call in self._truth.ours()
        )

    def _told(self, key: str, attributes: Attributes) -> Iterator[Call]:
        """Our calls to save this member, declared so, whose answer reached us, since they last went."""
        since = max((call.number for call in self._truth.ours() if _takes_away(call, key)), default=-1)
        return (
            call
            for call in self._truth.ours()
            if call.is_told
            and call.asks == SAVE
            and call.deed == Deed.COUNTED
            and call.members.get(key) == attributes
            and call.number > since
        )


def _takes_away(call: Call, key: str) -> bool:
    """Whether a member is gone after this call, or the answer said so."""
    return call.asks != SAVE and (key in call.gone or is_told_gone(call, key))


def is_told_gone(call: Call, key: str) -> bool:
    """Whether the answer to this call says that nothing is left to do about a member who is to leave."""
    return call.asks != SAVE and call.answers and key in call.members and not call.blocked


def known(lockfile: Lockfile | None) -> frozenset[str]:
    """Everyone in it."""
    if lockfile is None:
        return frozenset()
    return frozenset((*lockfile.members, *lockfile.rejected, *lockfile.unconfirmed))


def held_by(lockfile: Lockfile | None) -> frozenset[str]:
    """Everyone who, by what it says, is in the panel or may be."""
    if lockfile is None:
        return frozenset()
    doubtful = (key for key, rejected in lockfile.rejected.items() if rejected.doubtful)
    return frozenset((*lockfile.members, *lockfile.unconfirmed, *doubtful))


def refused_by_the_api(policy: Policy, roster: Roster, lockfile: Lockfile) -> dict[str, str]:
    """Who is refused: what the API would not do about them is still wanted. By identity, the API's word."""
    refused = {
        key: rejected.reason
        for key, rejected in lockfile.rejected.items()
        if key in roster.members and roster.members[key].attributes == rejected.attributes
    }
    removals = {
        key: note.reason
        for key, note in notes(lockfile)
        if key not in roster.members and note.action == _way_out(policy, roster, key)
    }
    removals |= {
        key: record.reason or BLOCKED
        for key, record in lockfile.departed.items()
        if key in roster.suppression and record.was_refused and record.by == policy.on_suppress
    }
    changes = {
        key: note.reason
        for key, note in notes(lockfile)
        if policy.on_change is OnChange.RESUBMIT and _is_wanted(key, note, roster, lockfile)
    }
    return refused | removals | changes


def _way_out(policy: Policy, roster: Roster, key: str) -> Removal:
    (of_them,) = roster.suppression.standings(key)
    return policy.way_out(of_them)


def notes(lockfile: Lockfile) -> Iterator[tuple[str, Undelivered]]:
    """What is noted on any entry, by identity."""
    for section in (lockfile.members, lockfile.unconfirmed):
        for key, entry in section.items():
            if entry.undelivered is not None:
                yield key, entry.undelivered


def _is_wanted(key: str, note: Undelivered, roster: Roster, lockfile: Lockfile) -> bool:
    """Whether it is this change that is declared."""
    if key not in roster.members or key not in lockfile.members:
        return False
    declared = roster.members[key].attributes
    return note.attributes == declared != lockfile.members[key].attributes
