"""A verdict says that there is nothing to do, and holds all that such a plan has to say."""

import re

from hypothesis import given
from people import environment_of, lockfile_of, lockfiles, person, roster_of, rosters

from reconciler.lockfile.model import Lockfile
from reconciler.plan.planner import make_plan
from reconciler.roster.model import Roster
from reconciler.verdict.model import plan_of, verdict_of

INPUTS = "sha256:" + "0" * 64


@given(rosters(), lockfiles())
def test_the_plan_of_a_verdict_is_the_plan_that_came_to_it(roster: Roster, lockfile: Lockfile) -> None:
    plan = make_plan(environment_of(), roster, lockfile)
    verdict = verdict_of(plan, INPUTS)
    assert (verdict is None) == bool(plan.actions)
    assert verdict is None or plan_of(verdict, environment_of()) == plan


@given(rosters())
def test_lifted_guards_and_rejected_members_to_be_sent_again_change_nothing_about_it(roster: Roster) -> None:
    lockfile = lockfile_of(*(declaration.attributes for declaration in roster.members.values()))
    plan = make_plan(environment_of(), roster, lockfile)
    other = make_plan(
        environment_of(), roster, lockfile, allowed=frozenset({"remove", "empty"}), retry_rejected=True
    )
    assert verdict_of(plan, INPUTS) == verdict_of(other, INPUTS) is not None


def test_there_is_none_without_a_lockfile() -> None:
    assert verdict_of(make_plan(environment_of(), roster_of(), None), INPUTS) is None


def test_it_names_nobody() -> None:
    plan = make_plan(environment_of(), roster_of(person("ada")), lockfile_of(person("ada")))
    verdict = verdict_of(plan, INPUTS)
    assert verdict is not None
    assert all(re.fullmatch("sha256:[0-9a-f]{64}", part) for part in verdict[:3])
    assert verdict[3:] == (1,)
