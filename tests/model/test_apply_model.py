"""Whatever happens around apply, in whatever order, the lockfile tells nothing but the truth.

A state machine makes up rosters, policies, outages, deaths, full disks, lost lockfiles, wrong clocks, applies
in other clones, and other people's doings.
Apply, planning, journal and files are the real ones, deaths are real deaths of real processes, and the panel
notes the truth where those who die can't take it with them.
"""

import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from applied import Applied
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from mortal import AtStep, Doom, InALine, in_a_call, outlive, room_for
from oracle import Oracle, held_by
from people import environment_of, person, roster_of
from plain_git import git
from truth import DELETE, OTHERS, UNSUBSCRIBE, Call, Deed, Members, Truth
from vendor import Onlooker
from watched_panel import REFUSED, Mishap, WatchedPanel, Weather

from reconciler.apply import run
from reconciler.apply.recovery import interrupted_run, known_state, recover
from reconciler.apply.report import Report
from reconciler.apply.run import ApplyOptions, run_apply
from reconciler.environment.model import Api, OnChange, Policy, RateLimit, Retry
from reconciler.errors import DiskFailure
from reconciler.lockfile.model import Lockfile
from reconciler.lockfile.state import KnownState
from reconciler.member import EMAIL_ADDRESS, Removal
from reconciler.problems import Location
from reconciler.suppression.model import Suppression

NAME = "p{:02}".format
ANYHOW = ApplyOptions(allowed=frozenset({"empty", "delete"}))
DEATHS = (Mishap.DEATH_BEFORE, Mishap.DEATH_AFTER)


class Moves(NamedTuple):
    """Who moves on before an apply, by their numbers among those who are known, and with which fields then.

    Others take away the first `forestalled` of those who leave.
    """

    leaving: Collection[int]
    changing: Collection[int]
    more: Mapping[str, str]
    forestalled: int


names = st.integers(0, 15).map(NAME)
people = st.sets(names, min_size=1)
fields = st.fixed_dictionaries({"custom1": st.sampled_from([*"xyzxyzxyzxyz", *REFUSED])}) | st.just(
    {"city": "Rome"}
)
refused_fields = st.sampled_from([*REFUSED]).map(lambda value: {"custom1": value})
some = st.sets(st.integers(0, 7), max_size=5)
moves = st.none() | st.builds(
    Moves, leaving=some, changing=some, more=fields | refused_fields, forestalled=st.integers(-4, 3)
)
policies = st.builds(
    Policy,
    st.sampled_from([*OnChange, OnChange.RESUBMIT]),
    st.sampled_from([*Removal, Removal.DELETE]),
    st.sampled_from([None, *Removal, Removal.DELETE]),
)
apis = st.builds(
    Api,
    batch_size=st.integers(1, 5) | st.just(8),
    concurrency=st.integers(1, 4),
    rate_limit=st.just(RateLimit(10_000, 1)),
    retry=st.just(Retry(attempts=3, initial_wait=0.0005, max_wait=0.001)),
)
options = st.builds(
    ApplyOptions,
    allowed=st.just(ANYHOW.allowed),
    retry_rejected=st.booleans(),
    most_calls=st.none() | st.integers(1, 6),
)
mishaps = st.sampled_from([mishap for mishap in Mishap if mishap not in DEATHS])
courses = st.none() | st.just(Mishap.LOST_AFTER) | mishaps
weathers = st.builds(
    Weather,
    mishaps=st.lists(courses, max_size=8),
    turns=st.lists(st.integers(0, 5), max_size=8),
    largest=st.just(8) | st.integers(1, 8),
)
deadly_weathers = st.builds(
    lambda weather, death: weather._replace(mishaps=[*weather.mishaps[:4], death]),
    weathers,
    st.sampled_from(DEATHS),
)


def address(name: str) -> str:
    return f"{name}@example.org"


class World(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.home = tempfile.TemporaryDirectory()
        folder = Path(self.home.name)
        self.truth = Truth(folder / "truth")
        self.oracle = Oracle(self.truth)
        self.environment = environment_of(folder=folder / "p")
        self.environment.folder.mkdir()
        self.elsewhere = folder / "elsewhere" / "p"
        git(folder, "init", "-q")
        git(folder, "commit", "-q", "--allow-empty", "-m", "Begin")
        self.hours = 0
        self.clock = patch.object(run, "utc_now", self.utc_now)
        self.clock.start()
        self.people: dict[str, Mapping[str, Any]] = {}
        self.suppressed: set[str] = set()
        self.joined = 0
        self.updates_known = False

    def teardown(self) -> None:
        self.clock.stop()
        self.home.cleanup()

    def utc_now(self) -> str:
        return (datetime.now(UTC) + timedelta(hours=self.hours)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def known(self) -> KnownState:
        return known_state(self.environment)

    def lockfile(self) -> Lockfile:
        return self.known().lockfile or Lockfile(self.environment.name, self.environment.target)

    @initialize(
        joining=st.lists(fields, min_size=4, max_size=8),
        there=st.integers(0, 2),
        policy=policies,
        updates_known=st.booleans(),
        api=apis,
    )
    def begin(
        self,
        joining: Sequence[Mapping[str, str]],
        there: int,
        policy: Policy,
        *,
        updates_known: bool,
        api: Api,
    ) -> None:
        self.newcomers(joining, there)
        self.decide(policy, updates_known=updates_known)
        self.apply_undisturbed(None, api, ())

    @rule(policy=policies, updates_known=st.booleans())
    def decide(self, policy: Policy, *, updates_known: bool) -> None:
        """Set the policy; one that reports changes is only right where the account doesn't update members."""
        self.environment = replace(self.environment, policy=policy)
        self.updates_known = updates_known and policy.on_change is OnChange.RESUBMIT

    @rule(joining=st.lists(fields, min_size=1, max_size=8), there=st.integers(0, 2))
    def newcomers(self, joining: Sequence[Mapping[str, str]], there: int) -> None:
        """Declare people for the first time; the first of them are in the panel, by others."""
        new = {NAME(self.joined + number): more for number, more in enumerate(joining)}
        self.joined += len(new)
        self.others_add({*[*new][:there]})
        self.declare(new)

    @rule(people=st.dictionaries(names, fields, min_size=1))
    def declare(self, people: Mapping[str, Mapping[str, str]]) -> None:
        self.people.update({name: person(name, **more) for name, more in people.items()})
        self.pardon({*people})

    @rule(more=fields)
    def correct_all_who_are_not_in(self, more: Mapping[str, str]) -> None:
        members = self.lockfile().members
        self.declare({name: more for name, who in self.people.items() if who[EMAIL_ADDRESS] not in members})

    @rule(people=people)
    def suppress(self, people: set[str]) -> None:
        self.withdraw(people)
        self.suppressed |= people

    @rule(people=people)
    def pardon(self, people: set[str]) -> None:
        self.suppressed -= people

    @rule(leaving=people)
    def withdraw(self, leaving: set[str]) -> None:
        self.people = {name: who for name, who in self.people.items() if name not in leaving}

    @rule(people=people)
    def others_add(self, people: set[str]) -> None:
        members = {address(name): person(name) for name in sorted(people)}
        self.truth.note(Call(OTHERS, members, Deed.COUNTED, new=self.truth.absent(members)))

    @rule(people=people, asks=st.sampled_from([DELETE, UNSUBSCRIBE]))
    def others_take_away(self, people: set[str], asks: str) -> None:
        members: Members = {address(name): {} for name in sorted(people)}
        gone = self.truth.to_take(members, asks)
        self.truth.note(Call(OTHERS, members, Deed.COUNTED, asks, gone=gone))

    @rule(blocked=st.sets(names, max_size=8), stubborn=st.sets(names, max_size=2))
    def others_hold_fast(self, blocked: set[str], stubborn: set[str]) -> None:
        """From now on just these can't be taken away."""
        self.truth.blocked = frozenset(map(address, blocked))
        self.truth.stubborn = frozenset(map(address, stubborn))

    @rule()
    def lose_the_lockfile(self) -> None:
        self.environment.lockfile_path.unlink(missing_ok=True)
        self.oracle.excuse(self.oracle.everyone() - held_by(self.known().lockfile))

    @rule(hours=st.integers(-30, 30))
    def the_clock_is_set(self, hours: int) -> None:
        self.hours = hours

    @rule(moves=moves, joining=st.lists(fields, max_size=3), api=apis)
    def another_clone_applies(
        self, moves: Moves | None, joining: Sequence[Mapping[str, str]], api: Api
    ) -> None:
        """Twice, from the lockfile that is here, while a journal stays; its lockfile comes here by git."""
        ours, theirs = self.environment, replace(self.environment, folder=self.elsewhere)
        shutil.rmtree(self.elsewhere, ignore_errors=True)
        self.elsewhere.mkdir(parents=True)
        if ours.lockfile_path.exists():
            shutil.copy(ours.lockfile_path, theirs.lockfile_path)
        self.newcomers(joining, 0)
        self.environment = theirs
        try:
            self.apply_undisturbed(None, api, ())
            self.apply_undisturbed(moves, api, ())
        finally:
            self.environment = replace(ours, policy=self.environment.policy)
        if theirs.lockfile_path.exists():
            shutil.copy(theirs.lockfile_path, ours.lockfile_path)
            git(ours.folder, "add", "--force", ours.lockfile_path.name)
            git(ours.folder, "commit", "-q", "--allow-empty", "-m", "Pulled")

    @rule(
        joining=st.lists(fields, min_size=3, max_size=8),
        api=apis,
        weather=deadly_weathers,
        leaving=st.sets(st.integers(0, 15), min_size=3),
    )
    def die_and_let_another_clone_go_on(
        self, joining: Sequence[Mapping[str, str]], api: Api, weather: Weather, leaving: set[int]
    ) -> None:
        self.newcomers(joining, 0)
        self.apply_and_die_in_a_call(None, api, weather)
        self.another_clone_applies(Moves(leaving, (), {}, 0), (), api)

    @rule()
    def state_recover(self) -> None:
        before = self.known()
        found = recover(self.environment)
        assert found == before
        assert self.known() == KnownState(before.lockfile, before.lockfile)

    @rule(moves=moves, api=apis, turns=st.lists(st.integers(0, 5), max_size=8))
    def apply_undisturbed(self, moves: Moves | None, api: Api, turns: Sequence[int]) -> None:
        self.apply(moves, api, Weather(turns=turns)).is_whole(self.truth)

    @rule(moves=moves, api=apis, weather=weathers, options=options)
    def apply_in_bad_weather(
        self, moves: Moves | None, api: Api, weather: Weather, options: ApplyOptions
    ) -> None:
        self.apply(moves, api, weather, options)

    @rule(moves=moves, api=apis, weather=weathers, room=st.integers(0, 1600))
    def apply_on_a_full_disk(self, moves: Moves | None, api: Api, weather: Weather, room: int) -> None:
        with room_for(room):
            self.apply(moves, api, weather)

    @rule(moves=moves, api=apis, weather=deadly_weathers)
    def apply_and_die_in_a_call(self, moves: Moves | None, api: Api, weather: Weather) -> None:
        self.apply(moves, api, weather, doom=in_a_call)

    @rule(moves=moves, api=apis, weather=weathers, doom=st.builds(AtStep, st.integers(1, 2500)))
    def apply_and_die_at_a_step(self, moves: Moves | None, api: Api, weather: Weather, doom: Doom) -> None:
        self.apply(moves, api, weather, doom=doom)

    @rule(moves=moves, api=apis, weather=weathers, doom=st.builds(InALine, st.integers(0, 1600)))
    def apply_and_die_in_a_line(self, moves: Moves | None, api: Api, weather: Weather, doom: Doom) -> None:
        self.apply(moves, api, weather, doom=doom)

    @invariant()
    def the_lockfile_tells_the_truth(self) -> None:
        self.oracle.judge(self.known().lockfile)

    def move(self, moves: Moves | None) -> None:
        if moves is None:
            return
        known = held_by(self.known().lockfile)
        numbered = [*enumerate(name for name in self.people if address(name) in known)]
        self.declare({name: moves.more for number, name in numbered if number in moves.changing})
        leaving = [name for number, name in numbered if number in moves.leaving]
        if moves.forestalled > 0:
            self.others_take_away({*leaving[: moves.forestalled]}, DELETE)
        self.withdraw({*leaving})

    def apply(
        self,
        moves: Moves | None,
        api: Api,
        weather: Weather,
        options: ApplyOptions = ANYHOW,
        *,
        doom: Doom | None = None,
    ) -> Applied:
        self.move(moves)
        environment = replace(self.environment, api=api)
        lists = Suppression({address(name): Location("suppressed.txt", 1) for name in self.suppressed})
        roster = replace(roster_of(*self.people.values()), suppression=lists)
        panel = WatchedPanel(self.truth, weather, updates=self.updates_known)
        before, calls = self.known(), len(self.truth.calls)
        interrupted = interrupted_run(self.environment)

        def act() -> Report | None:
            with suppress(DiskFailure):
                return run_apply(environment, roster, options, lambda: panel, Onlooker())
            return None

        report = None
        if doom is None:
            report = act()
        else:
            outlive(doom, act)
        self.truth.catch_up()
        after = self.known()
        had_pending = interrupted is not None and bool(interrupted.pending)
        applied = Applied(
            environment, roster, options, before, after, self.truth.calls[calls:], report, had_pending
        )
        self.oracle.excuse(filter(applied.may_forget, self.oracle.everyone() - held_by(after.lockfile)))
        applied.is_right()
        return applied


def test_whatever_happens_the_lockfile_tells_the_truth() -> None:
    run_state_machine_as_test(World, settings=settings(max_examples=30, stateful_step_count=15))


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", range(2))  # which processes can share
def test_whatever_happens_for_longer_the_lockfile_tells_the_truth(part: int) -> None:  # noqa: ARG001 - only so that there are several
    run_state_machine_as_test(World, settings=settings(max_examples=40, stateful_step_count=25))
