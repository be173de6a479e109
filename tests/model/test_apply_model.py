"""Whatever happens around apply, in whatever order, the lockfile tells nothing but the truth.

A state machine makes up rosters, outages, deaths, full disks, lost lockfiles and other people's doings.
Apply, planning, journal and files are the real ones, deaths are real deaths of real processes, and the panel
notes the truth where those who die can't take it with them.
"""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from applied import Applied
from disk_room import room_for
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from mortal import AtStep, Doom, InALine, in_a_call, outlive
from oracle import Oracle
from people import environment_of, person, roster_of
from truth import OTHERS, Call, Deed, Truth
from watched_panel import REFUSED, Mishap, WatchedPanel, Weather

from reconciler.apply.recovery import KnownState, known_state
from reconciler.apply.report import Report
from reconciler.apply.run import Wishes, run_apply
from reconciler.apply.state_edit import recover
from reconciler.environment.model import Api, RateLimit, Retry
from reconciler.errors import DiskFailure
from reconciler.lockfile.model import Lockfile
from reconciler.member import EMAIL_ADDRESS
from reconciler.panel import Reply, Unreachable

NAME = "p{:02}".format
ANYHOW = Wishes(allowed=frozenset({"empty"}))
DEATHS = (Mishap.DEATH_BEFORE, Mishap.DEATH_AFTER)

names = st.integers(0, 15).map(NAME)
fields = st.sampled_from([*"xyxyxyxy", *REFUSED]).map(lambda value: {"custom1": value})
apis = st.builds(
    Api,
    batch_size=st.integers(1, 5) | st.just(8),
    concurrency=st.integers(1, 4),
    rate_limit=st.just(RateLimit(10_000, 1)),
    retry=st.just(Retry(attempts=3, initial_wait=0.0005, max_wait=0.001)),
)
wishes = st.builds(
    Wishes,
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


class Onlooker:
    def progressed(self, settled: int, total: int, calls: int) -> None:
        assert settled <= total
        assert calls >= 0

    def called(self, at: str, members: int, reply: Reply) -> None:
        assert at
        assert members
        assert reply.sent or isinstance(reply.answer, Unreachable)

    def waiting(self, seconds: float, reason: str) -> None:
        assert seconds >= 0
        assert reason


class World(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.home = tempfile.TemporaryDirectory()
        folder = Path(self.home.name)
        self.truth = Truth(folder / "truth")
        self.oracle = Oracle(self.truth)
        self.environment = environment_of(folder=folder / "p")
        self.environment.folder.mkdir()
        self.people: dict[str, Mapping[str, Any]] = {}
        self.joined = 0

    def teardown(self) -> None:
        self.home.cleanup()

    def known(self) -> KnownState:
        return known_state(self.environment)

    def lockfile(self) -> Lockfile:
        return self.known().lockfile or Lockfile(self.environment.name, self.environment.target)

    @initialize(joining=st.lists(fields, min_size=4, max_size=8), there=st.integers(0, 2))
    def begin(self, joining: Sequence[Mapping[str, str]], there: int) -> None:
        self.newcomers(joining, there)

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

    @rule(more=fields)
    def correct_all_who_are_not_in(self, more: Mapping[str, str]) -> None:
        members = self.lockfile().members
        self.declare({name: more for name, who in self.people.items() if who[EMAIL_ADDRESS] not in members})

    @rule(leaving=st.sets(names, min_size=1))
    def withdraw(self, leaving: set[str]) -> None:
        self.people = {name: who for name, who in self.people.items() if name not in leaving}

    @rule(people=st.sets(names, min_size=1))
    def others_add(self, people: set[str]) -> None:
        members = {f"{name}@example.org": person(name) for name in sorted(people)}
        self.truth.note(Call(OTHERS, members, Deed.COUNTED, self.truth.absent(members)))

    @rule()
    def lose_the_lockfile(self) -> None:
        self.environment.lockfile_path.unlink(missing_ok=True)
        self.oracle.excuse(self.known().lockfile)

    @rule()
    def state_recover(self) -> None:
        before = self.known()
        found = recover(self.environment)
        assert (found.was_pending, found.recovered) == (before.is_recovered, before.recovered)
        assert self.known() == KnownState(before.lockfile, before.lockfile)

    @rule(api=apis, turns=st.lists(st.integers(0, 5), max_size=8))
    def apply_undisturbed(self, api: Api, turns: Sequence[int]) -> None:
        self.apply(api, Weather(turns=turns)).is_whole(self.truth)

    @rule(api=apis, weather=weathers, wishes=wishes)
    def apply_in_bad_weather(self, api: Api, weather: Weather, wishes: Wishes) -> None:
        self.apply(api, weather, wishes)

    @rule(api=apis, weather=weathers, room=st.integers(0, 1600))
    def apply_on_a_full_disk(self, api: Api, weather: Weather, room: int) -> None:
        with room_for(room):
            self.apply(api, weather)

    @rule(api=apis, weather=deadly_weathers)
    def apply_and_die_in_a_call(self, api: Api, weather: Weather) -> None:
        self.apply(api, weather, doom=in_a_call)

    @rule(api=apis, weather=weathers, doom=st.builds(AtStep, st.integers(1, 2500)))
    def apply_and_die_at_a_step(self, api: Api, weather: Weather, doom: Doom) -> None:
        self.apply(api, weather, doom=doom)

    @rule(api=apis, weather=weathers, doom=st.builds(InALine, st.integers(0, 1600)))
    def apply_and_die_in_a_line(self, api: Api, weather: Weather, doom: Doom) -> None:
        self.apply(api, weather, doom=doom)

    @invariant()
    def the_lockfile_tells_the_truth(self) -> None:
        self.oracle.judge(self.known().lockfile)

    def apply(
        self, api: Api, weather: Weather, wishes: Wishes = ANYHOW, *, doom: Doom | None = None
    ) -> Applied:
        environment = replace(self.environment, api=api)
        roster = roster_of(*self.people.values())
        panel = WatchedPanel(self.truth, weather)
        before, calls = self.known(), len(self.truth.calls)

        def act() -> Report | None:
            with suppress(DiskFailure):
                return run_apply(environment, roster, wishes, lambda: panel, Onlooker())
            return None

        report = None
        if doom is None:
            report = act()
        else:
            outlive(doom, act)
        self.truth.catch_up()
        after = self.known()
        self.oracle.excuse(after.lockfile, but=roster.members)
        applied = Applied(environment, roster, wishes, before, after, self.truth.calls[calls:], report)
        applied.is_right()
        return applied


def test_whatever_happens_the_lockfile_tells_the_truth() -> None:
    run_state_machine_as_test(World, settings=settings(max_examples=25, stateful_step_count=15))


@pytest.mark.exhaustive
def test_whatever_happens_for_longer_the_lockfile_tells_the_truth() -> None:
    run_state_machine_as_test(World, settings=settings(max_examples=250, stateful_step_count=25))
