"""Who was refused in doubt, and leaves, may be in the panel: only an answer lets go of them."""

from dataclasses import replace
from pathlib import Path

import pytest
from people import PUSHED, environment_of, lockfile_of, person, roster_of
from vendor import Onlooker, Vendor

from reconciler.apply.report import Report
from reconciler.apply.run import ApplyOptions, run_apply
from reconciler.environment.model import Environment, Policy
from reconciler.lockfile.file import LockfileFile
from reconciler.lockfile.model import Lockfile, Rejected
from reconciler.lockfile.state import read_state
from reconciler.member import Removal
from reconciler.questionpro.panel import Answer, Reply, Unusable

ADA, BOB, EVE = person("ada"), person("bob"), "eve@example.org"
DELETING = ApplyOptions(allowed=frozenset({"delete"}))


class Unhindered(Onlooker):
    """Of a run in which each call is sent, and none waits."""

    def progressed(self, settled: int, total: int, calls: int) -> None:
        super().progressed(settled, total, calls)
        assert calls

    def called(self, at: str, members: int, reply: Reply) -> None:
        super().called(at, members, reply)
        assert reply.sent

    def waiting(self, seconds: float, reason: str) -> None:
        raise AssertionError(seconds, reason)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Eve was refused after a call that got no answer, and is no longer declared; bob is new."""
    found = environment_of(folder=tmp_path, policy=Policy(on_remove=Removal.DELETE))
    refused = {EVE: Rejected("Invalid birthday", PUSHED, person("eve"), doubtful=True)}
    LockfileFile(found).write(replace(lockfile_of(ADA, rejected=refused), target=found.target))
    return found


def _apply(environment: Environment, vendor: Vendor, most_calls: int | None = None) -> Report:
    options = replace(DELETING, most_calls=most_calls)
    return run_apply(environment, roster_of(ADA, BOB), options, lambda: vendor, Unhindered())


def _lockfile(environment: Environment) -> Lockfile:
    found = read_state(environment).lockfile
    assert found is not None
    return found


def test_they_are_kept_where_the_run_did_not_come_to_them(environment: Environment) -> None:
    _apply(environment, Vendor(), most_calls=1)
    lockfile = _lockfile(environment)
    assert lockfile.members.keys() == {"ada@example.org", "bob@example.org"}
    assert lockfile.rejected.keys() == {EVE}


def test_they_are_unconfirmed_where_no_answer_proves_anything(environment: Environment) -> None:
    answers: dict[int, Answer] = {1: Unusable("a login page")}
    _apply(environment, Vendor(fault=answers.get))
    lockfile = _lockfile(environment)
    assert lockfile.rejected == {}
    assert lockfile.unconfirmed.keys() == {EVE}


def test_where_they_are_blocked_nobody_pays_for_that_again(environment: Environment) -> None:
    vendor = Vendor(blocked=[EVE])
    first = _apply(environment, vendor)
    assert (first.calls, first.summary.blocked, first.exit_code) == (2, 1, 3)
    again = _apply(environment, vendor)
    assert (again.calls, again.summary.blocked, again.exit_code) == (0, 1, 3)


def test_once_they_are_not_there_nothing_is_known_of_them(environment: Environment) -> None:
    report = _apply(environment, Vendor())
    assert (report.summary.unattributed, report.left_unattributed) == (1, 1)  # we may have put them in
    assert _lockfile(environment).rejected == {}
