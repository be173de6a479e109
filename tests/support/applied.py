"""One apply, seen from outside: what stood before and after it, and the calls that reached the panel."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from oracle import known
from truth import Call, Deed, Truth
from watched_panel import is_refused

from reconciler.apply.recovery import KnownState
from reconciler.apply.report import Report
from reconciler.apply.run import Wishes, plan_for
from reconciler.environment.model import Environment
from reconciler.errors import EXIT_DONE, EXIT_INCOMPLETE, EXIT_INVALID
from reconciler.lockfile.model import Lockfile, Outcome
from reconciler.plan.model import Plan
from reconciler.roster.model import Roster

_KEPT = {".gitignore", "lock"}
_MANY = 5  # so many of one batch, refused alike, and the run ends without blaming them


class Applied(NamedTuple):
    """What one apply began with and led to.

    `calls` are those that reached the panel; `report` is None where the run died, or the disk failed it.
    """

    environment: Environment
    roster: Roster
    wishes: Wishes
    before: KnownState
    after: KnownState
    calls: Sequence[Call]
    report: Report | None

    @property
    def plan(self) -> Plan:
        """What there was to do."""
        return plan_for(self.environment, self.roster, self.before.lockfile, self.wishes)

    def is_right(self) -> None:
        """Assert what holds of every apply, however it ends."""
        self._sent_nobody_needlessly()
        if self.report is None:
            return
        if self.after.is_recovered:  # the disk failed it so that the journal had to stay
            assert self.report.exit_code == EXIT_INVALID
            return
        self._is_reported(self.report)
        assert {path.name for path in self.environment.working_folder.iterdir()} <= _KEPT

    def is_whole(self, truth: Truth) -> None:
        """Assert that an apply which nothing disturbed did all there was to do, for the calls foretold."""
        assert self.report is not None
        refused = [declared for declared in self.roster.members.values() if is_refused(declared.attributes)]
        if self.report.problems:
            assert len(refused) >= _MANY
            return
        lockfile = self._lockfile(self.after)
        assert not plan_for(self.environment, self.roster, lockfile, Wishes()).has_something_to_apply
        assert all(is_refused(self.roster.members[key].attributes) for key in self._rejected(lockfile))
        for key, declared in self.roster.members.items():
            assert key in truth.panel or is_refused(declared.attributes)
        assert self.report.exit_code == (EXIT_INCOMPLETE if self._rejected(lockfile) else EXIT_DONE)
        self._cost_what_was_foretold(self.report)

    def _cost_what_was_foretold(self, report: Report) -> None:
        adds = self.plan.adds
        if not self.before.pending and not any(is_refused(add.attributes) for add in adds):
            foretold = math.ceil(len(adds) / self.environment.api.batch_size)
            assert (report.calls, report.retries, self.plan.cost.calls) == (foretold, 0, foretold)

    def _sent_nobody_needlessly(self) -> None:
        lockfile = self._lockfile(self.before)
        settled = {*lockfile.members, *(() if self.wishes.retry_rejected else self._rejected(lockfile))}
        for call in self.calls:
            assert not settled & call.members.keys()
            assert len(call.members) <= self.environment.api.batch_size
            if call.is_told and call.deed == Deed.COUNTED:
                settled |= call.members.keys()

    def _is_reported(self, report: Report) -> None:
        lockfile, summary, plan = self._lockfile(self.after), report.summary, self.plan
        adds = {add.key for add in plan.adds}
        proven = Counter(lockfile.members[key].outcome for key in adds & lockfile.members.keys())
        assert [proven[word] for word in (Outcome.ADDED, Outcome.EXISTING, Outcome.UNATTRIBUTED)] == [
            summary.added,
            summary.existing,
            summary.unattributed,
        ]
        rejected = self._rejected(lockfile)
        assert {action.key for action in report.rejected} == rejected
        assert summary.rejected == len(rejected)
        assert summary.forgotten == sum(remove.key not in known(lockfile) for remove in plan.removes)
        assert (report.recovered, report.digest) == (self.before.recovered, plan.digest)
        if not self.wishes.retry_rejected:  # else those whom it didn't come to stand rejected as before
            unsettled = adds - lockfile.members.keys() - rejected
            assert summary.unconfirmed + summary.unsent == len(unsettled)
            assert summary.unconfirmed <= len(unsettled & lockfile.unconfirmed.keys())

    def _lockfile(self, state: KnownState) -> Lockfile:
        return state.lockfile or Lockfile(self.environment.name, self.environment.target)

    def _rejected(self, lockfile: Lockfile) -> set[str]:
        """Who stands rejected as they are declared now."""
        return {
            key
            for key, entry in lockfile.rejected.items()
            if key in self.roster.members and self.roster.members[key].attributes == entry.attributes
        }
