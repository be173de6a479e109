"""What a lockfile may say, for somebody who knows the truth."""

from collections.abc import Iterable, Iterator

from truth import US, Call, Deed, Truth

from reconciler.lockfile.model import Lockfile, Outcome, Present
from reconciler.member import Attributes


class Oracle:
    """Judges each lockfile of one panel.

    `excused` are those whom we put in and may know nothing of any more: their entry was forgotten, or the
    lockfile was lost. All others whom we put in must be known.
    """

    def __init__(self, truth: Truth) -> None:
        """Begin with a panel that nobody has called yet."""
        self._truth = truth
        self._excused: frozenset[str] = frozenset()

    def excuse(self, lockfile: Lockfile | None, *, but: Iterable[str] = ()) -> None:
        """It is right that this lockfile doesn't know the others whom we put in, `but` for these."""
        forgotten = self._truth.put_in_by(US).difference(known(lockfile), but)
        self._excused |= forgotten

    def judge(self, lockfile: Lockfile | None) -> None:
        """Assert that it claims no more than was proven, and has forgotten nobody whom it must know."""
        ours = self._truth.put_in_by(US) - self._excused
        assert ours <= known(lockfile)
        if lockfile is None:
            return
        sections = (lockfile.members, lockfile.rejected, lockfile.unconfirmed)
        assert sum(map(len, sections)) == len(known(lockfile)), "somebody stands in two sections"
        for key, present in lockfile.members.items():
            self._judge_present(key, present)
            assert not (present.outcome is Outcome.EXISTING and key in ours), "we put them in ourselves"
        for key, rejected in lockfile.rejected.items():
            assert any(self._refusals(key, rejected.attributes)), "nobody refused them"

    def _judge_present(self, key: str, present: Present) -> None:
        answers = [call for call in self._told(key, present.attributes) if call.deed == Deed.COUNTED]
        assert answers, "no answer proves that they are there"
        put_in = self._truth.panel[key]
        match present.outcome:
            case Outcome.ADDED:
                assert (put_in.by, put_in.members[key]) == (US, present.attributes)
                assert any(len(call.new) == len(call.members) for call in answers), "no answer proves it"
            case Outcome.EXISTING:
                assert any(not call.new for call in answers), "no answer proves it"

    def _refusals(self, key: str, attributes: Attributes) -> Iterator[Call]:
        refusing = {Deed.REFUSED, Deed.TOO_LARGE}
        return (
            call for call in self._told(key, attributes) if call.deed in refusing and len(call.members) == 1
        )

    def _told(self, key: str, attributes: Attributes) -> Iterator[Call]:
        """Our calls with this member, declared so, whose answer reached us."""
        return (call for call in self._truth.ours() if call.is_told and call.members.get(key) == attributes)


def known(lockfile: Lockfile | None) -> frozenset[str]:
    """Everybody of whom it says anything."""
    if lockfile is None:
        return frozenset()
    return frozenset((*lockfile.members, *lockfile.rejected, *lockfile.unconfirmed))
