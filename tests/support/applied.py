"""One apply, seen from outside: what stood before and after it, and the calls that reached the panel."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from oracle import is_told_gone, known, refused_by_the_api
from truth import DELETE, SAVE, Call, Truth
from watched_panel import is_refused

from reconciler.apply.report import Report
from reconciler.apply.run import ApplyOptions, plan_for
from reconciler.environment.model import Environment
from reconciler.errors import EXIT_DONE, EXIT_INCOMPLETE, EXIT_INVALID
from reconciler.lockfile.model import BLOCKED, Departure, Lockfile, Outcome
from reconciler.lockfile.state import KnownState
from reconciler.member import EMAIL_ADDRESS, Attributes
from reconciler.plan.model import Operation, OperationKind, Plan, Remove
from reconciler.roster.model import Roster

_KEPT = {".gitignore", "lock"}
_MANY = 5  # so many of one batch, refused alike, and the run ends without blaming them


class Applied(NamedTuple):
    """What one apply began with and led to.

    `calls` are those that reached the panel; `report` is None where the run died, or the disk failed it.
    `had_pending` tells that an interrupted run had left batches, whose cut is kept.
    """

    environment: Environment
    roster: Roster
    options: ApplyOptions
    before: KnownState
    after: KnownState
    calls: Sequence[Call]
    report: Report | None
    had_pending: bool

    @property
    def plan(self) -> Plan:
        """What there was to do."""
        return plan_for(self.environment, self.roster, self.before.lockfile, self.options)

    def _asked(self, *kinds: OperationKind) -> list[Operation]:
        return [operation for operation in self.plan.operations if operation.kind in kinds]

    @property
    def _removals(self) -> list[Operation]:
        return self._asked(OperationKind.UNSUBSCRIBE, OperationKind.DELETE)

    def may_forget(self, key: str) -> bool:
        """Whether it is right to forget a member who was known."""
        if key in self.roster.members:
            return False
        if any(remove.key == key and not remove.calls_the_api for remove in self.plan.removes):
            return True
        return any(is_told_gone(call, key) for call in self.calls)

    def is_right(self) -> None:
        """Assert what holds of every apply, however it ends."""
        self._asked_nothing_needlessly()
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
        objectionable = self._objectionable(truth)
        if self.report.errors:
            assert len(objectionable) >= _MANY
            return
        lockfile = self._lockfile(self.after)
        assert not plan_for(self.environment, self.roster, lockfile, ApplyOptions()).has_something_to_apply
        self._carried_out(truth)
        refused = refused_by_the_api(self.environment.policy, self.roster, lockfile)
        assert self.report.exit_code == (EXIT_INCOMPLETE if refused else EXIT_DONE)
        self._cost_what_was_foretold(self.report, objectionable)

    def _carried_out(self, truth: Truth) -> None:
        """Declared members are in, and those who left are out, as far as the panel allows it."""
        refused = refused_by_the_api(self.environment.policy, self.roster, self._lockfile(self.after))
        for add in self._asked(OperationKind.ADD):
            assert add.key in truth.panel or add.key in refused
        for change in self._asked(OperationKind.CHANGE):
            updated = any(call.updates for call in self.calls)
            is_so = truth.fields.get(change.key) == change.attributes
            assert is_so or not updated or change.key in refused
        for remove in self._removals:
            assert remove.key in refused or not truth.to_take([remove.key], remove.kind.value)
            assert (remove.key in known(self.after.lockfile)) is (remove.key in refused and remove.is_known)

    def _objectionable(self, truth: Truth) -> list[str]:
        """Members for whom the panel refuses what it is asked for."""
        obstinate = truth.blocked | truth.stubborn
        return [
            *(add.key for add in self._asked(OperationKind.ADD) if is_refused(add.attributes)),
            *(change.key for change in self._asked(OperationKind.CHANGE) if is_refused(change.attributes)),
            *(remove.key for remove in self._removals if remove.key in obstinate),
        ]

    def _cost_what_was_foretold(self, report: Report, objectionable: Sequence[str]) -> None:
        if not self.had_pending and not objectionable:
            kinds = map(self._asked, OperationKind)
            size = self.environment.api.batch_size
            foretold = sum(math.ceil(len(kind) / size) for kind in kinds)
            assert (report.calls, report.retries, self.plan.cost.calls) == (foretold, 0, foretold)

    def _asked_nothing_needlessly(self) -> None:
        """Each call was about people of one kind for whom the plan asks just that, and who had no answer."""
        left = self._operations()
        for call in self.calls:
            assert len(call.members) <= self.environment.api.batch_size
            wanted = [
                operations for asks, operations in left if asks == call.asks and _are_among(call, operations)
            ]
            assert wanted, "nobody asked for this, or they had an answer"
            if call.answers or call.refuses_one:
                for key in call.members:
                    del wanted[0][key]

    def _operations(self) -> list[tuple[str, dict[str, Attributes]]]:
        """What the plan asks of the panel, kind by kind."""
        addresses: dict[str, dict[str, Attributes]] = {
            kind.value: {
                remove.key: {EMAIL_ADDRESS: remove.attributes[EMAIL_ADDRESS]} for remove in self._asked(kind)
            }
            for kind in (OperationKind.UNSUBSCRIBE, OperationKind.DELETE)
        }
        return [
            (SAVE, {add.key: add.attributes for add in self._asked(OperationKind.ADD)}),
            (SAVE, {change.key: change.attributes for change in self._asked(OperationKind.CHANGE)}),
            *addresses.items(),
        ]

    def _is_reported(self, report: Report) -> None:
        assert (report.recovered, report.digest) == (self.before.recovered, self.plan.digest)
        lockfile = self._lockfile(self.after)
        forgotten = [remove for remove in self.plan.removes if not remove.calls_the_api]
        assert report.summary.forgotten == sum(_is_dropped(remove, lockfile) for remove in forgotten)
        reasons = self._refused_reported(report, lockfile)
        settled = self._proven_is_reported(report, lockfile)
        if not self.options.retry_rejected:  # else members that it did not reach stay refused
            # Refused and in doubt is unconfirmed all the same; blocked are as they are.
            doubted = {*lockfile.unconfirmed} | {
                key for key, record in lockfile.departed.items() if record.outcome is Departure.UNCONFIRMED
            }
            refused = {key for key, reason in reasons.items() if key not in doubted or reason == BLOCKED}
            unsettled = (
                {key for _, operations in self._operations() for key in operations} - settled - refused
            )
            assert report.summary.unconfirmed + report.summary.unsent == len(unsettled)
            assert report.summary.unconfirmed <= len(unsettled & doubted)

    def _refused_reported(self, report: Report, lockfile: Lockfile) -> dict[str, str]:
        """Everyone who stays refused; asserts that the report says so."""
        refused = refused_by_the_api(self.environment.policy, self.roster, lockfile)
        blocked = {key for key, reason in refused.items() if reason == BLOCKED}
        assert {action.key for action in report.blocked} == blocked
        assert {action.key for action in report.rejected} == refused.keys() - blocked
        assert (report.summary.blocked, report.summary.rejected) == (
            len(blocked),
            len(refused) - len(blocked),
        )
        return refused

    def _proven_is_reported(self, report: Report, lockfile: Lockfile) -> set[str]:
        """Members about whom something is proven; asserts that the report says just that."""
        summary = report.summary
        added = {add.key for add in self._asked(OperationKind.ADD)} & lockfile.members.keys()
        proven = Counter(lockfile.members[key].outcome for key in added)
        gone = departures(self._removals, self.calls)
        left = Counter(gone.values())
        resubmitted = self._resubmitted(lockfile)
        assert (summary.added, summary.existing) == (proven[Outcome.ADDED], proven[Outcome.EXISTING])
        assert summary.unattributed == proven[Outcome.UNATTRIBUTED] + left[Departure.UNATTRIBUTED]
        assert report.left_unattributed == left[Departure.UNATTRIBUTED]
        assert summary.unsubscribed == left[Departure.UNSUBSCRIBED]
        assert (summary.deleted, summary.absent) == (left[Departure.DELETED], left[Departure.ABSENT])
        assert summary.resubmitted == len(resubmitted)
        return {*added, *gone, *resubmitted}

    def _resubmitted(self, lockfile: Lockfile) -> set[str]:
        """Those whose change got a whole answer."""
        answered = {key for call in self.calls if call.answers for key in call.members}
        found = {change.key: change for change in self._asked(OperationKind.CHANGE) if change.key in answered}
        for key, change in found.items():
            entry = lockfile.members[key]
            assert (entry.outcome, entry.attributes) == (Outcome.RESUBMITTED, change.attributes)
        return {*found}

    def _lockfile(self, state: KnownState) -> Lockfile:
        return state.lockfile or Lockfile(self.environment.name, self.environment.target)


def _is_dropped(remove: Remove, lockfile: Lockfile) -> bool:
    return remove.key not in (lockfile.departed if remove.has_departed else known(lockfile))


def _are_among(call: Call, operations: Mapping[str, Attributes]) -> bool:
    """Whether all members of this call are to be sent in this way."""
    return all(operations.get(key) == attributes for key, attributes in call.members.items())


def departures(removals: Iterable[Operation], calls: Sequence[Call]) -> dict[str, Departure]:
    """The strongest outcome that may be claimed of each member who is gone; others are missing."""
    found = {}
    for remove in removals:
        about = [call for call in calls if call.asks != SAVE and remove.key in call.members]
        told = [call for call in about if is_told_gone(call, remove.key)]
        if told:
            before = about[: about.index(told[0])]
            found[remove.key] = _departure(
                told[0], is_doubtful=remove.doubtful or any(call.in_doubt for call in before)
            )
    return found


def _departure(told: Call, *, is_doubtful: bool) -> Departure:
    if len(told.gone) == len(told.members):
        return Departure.DELETED if told.asks == DELETE else Departure.UNSUBSCRIBED
    return Departure.UNATTRIBUTED if told.gone or is_doubtful else Departure.ABSENT
