"""A refused member, from the first apply to the last; then refusals that are about no member."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from rehearsal import Rehearsal, api, people, prepared, rehearse
from socket_vendor import SocketVendor
from world import Sandbox, World

pytestmark = pytest.mark.story

TEAM = people(16)
REFUSED = TEAM[5]
both = pytest.mark.parametrize("concurrency", [pytest.param(1, marks=pytest.mark.exhaustive), 4])
SOURCE = "panels/p/members/team.yaml:7"


class Story(World):
    """The vendor doesn't like one of them, whatever is declared about them."""

    def __init__(self, folder: Path, vendor: Sandbox) -> None:
        super().__init__(folder)
        self.vendor = vendor
        self.environment(settings=api(batch_size=16, concurrency=4), base_url=vendor.base_url)
        self.members(*TEAM)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("refused")
    with Sandbox(folder, "--refuse", REFUSED.upper()) as vendor:
        yield Story(folder, vendor)


def test_1_the_others_go_through_and_the_refused_one_is_named_with_place_and_reason(story: Story) -> None:
    applied = story.run("apply", "p", "--yes", "--report", "report.json", env={"CI": "false"})
    assert applied.code == 3
    assert Counter(story.outcomes().values()) == {"added": 15, "rejected": 1}
    assert story.outcomes()[REFUSED] == "rejected"
    for words in (f"! {REFUSED}  {SOURCE}", "the API says: Invalid parameters", "--retry-rejected"):
        assert words in applied.out
    assert len(story.vendor.calls()) == 9  # the batch, and two for each of its four halvings


def test_2_nobody_pays_for_them_again_and_each_plan_and_apply_goes_on_showing_them(story: Story) -> None:
    spent = len(story.vendor.calls())
    planned = story.run("plan", "p", "--detailed-exitcode", env={"CI": "false"})
    assert planned.code == 0
    assert REFUSED in planned.out
    assert "Invalid parameters" in planned.out
    applied = story.run("apply", "p", "--format", "json", env={"KEY": ""})
    assert applied.code == 3
    assert applied.json["rejected"] == [{"key": REFUSED, "source": SOURCE, "reason": "Invalid parameters"}]
    assert applied.json["calls"] == 0
    assert len(story.vendor.calls()) == spent


def test_3_on_demand_they_are_sent_as_they_are(story: Story) -> None:
    spent = len(story.vendor.calls())
    applied = story.run("apply", "p", "--yes", "--retry-rejected", "--format", "json")
    assert applied.code == 3
    assert applied.json["calls"] == len(story.vendor.calls()) - spent == 1


def test_4_once_they_are_declared_otherwise_they_are_sent_again(story: Story) -> None:
    story.members(*TEAM[:5], {"emailAddress": REFUSED, "firstName": "Ada"}, *TEAM[6:])
    spent = len(story.vendor.calls())
    applied = story.run("apply", "p", "--yes", "--format", "json")
    assert applied.code == 3
    assert applied.json["calls"] == len(story.vendor.calls()) - spent == 1
    assert story.lockfile()["rejected"][REFUSED]["attributes"]["firstName"] == "Ada"


def test_5_once_the_vendor_takes_them_all_is_well(story: Story) -> None:
    with Sandbox(story.folder) as kinder:
        path = story.panels / "p" / "environment.yaml"
        path.write_text(path.read_text().replace(str(story.vendor.port), str(kinder.port)))
        lockfile = story.panels / "p" / "state.lock.json"
        lockfile.write_text(lockfile.read_text().replace(str(story.vendor.port), str(kinder.port)))
        applied = story.run("apply", "p", "--yes", "--retry-rejected")
    assert applied.code == 0
    assert Counter(story.outcomes().values()) == {"added": 16}


@both
def test_refused_members_in_several_batches_are_each_found_and_block_nobody(
    tmp_path: Path, concurrency: int
) -> None:
    refused = {people(40)[number] for number in (0, 13, 14, 39)}
    with SocketVendor(refuses=refused) as vendor:
        world = prepared(tmp_path, vendor.base_url, 40, api(batch_size=10, concurrency=concurrency))
        found = rehearse(world, vendor)
    assert found.result.code == 3
    assert found.outcomes == Counter(added=36, rejected=4)
    assert set(world.lockfile()["rejected"]) == refused
    assert found.report["calls"] == len(found.seen) <= 40


def test_a_refused_member_who_is_taken_out_of_the_files_leaves_the_lockfile_without_a_call(
    tmp_path: Path,
) -> None:
    with SocketVendor(refuses={people(3)[1]}) as vendor:
        world = prepared(tmp_path, vendor.base_url, 3, "policy: {on_remove: delete}\nguards: {remove: 0}\n")
        assert world.run("apply", "p", "--yes").code == 3
        world.members(people(3)[0], people(3)[2])
        spent = len(vendor.calls)
        assert world.run("plan", "p", "--detailed-exitcode").code == 2
        planned = world.run("plan", "p", "--format", "json").json
        applied = world.run("apply", "p", "--yes", "--format", "json")
        assert len(vendor.calls) == spent
    [action] = planned["actions"]
    assert (action["action"], action["key"], action["by"]) == ("remove", people(3)[1], "forget")
    assert planned["refusals"] == []
    assert applied.code == 0
    assert applied.json["summary"]["forgotten"] == 1
    assert people(3)[1] not in (world.panels / "p" / "state.lock.json").read_text()
    assert world.run("plan", "p", "--detailed-exitcode").code == 0


def refused_alike(folder: Path, fault: str, concurrency: int) -> Rehearsal:
    with SocketVendor(f"{fault}:999") as vendor:
        world = prepared(folder, vendor.base_url, 200, api(batch_size=20, concurrency=concurrency))
        return rehearse(world, vendor, then_again=True)


@both
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("400", "Invalid URL parameters"),
        pytest.param("413", "The request body is too large", marks=pytest.mark.exhaustive),
    ],
)
def test_where_everybody_is_refused_alike_nobody_is_blamed_and_few_calls_are_spent(
    tmp_path: Path, concurrency: int, fault: str, reason: str
) -> None:
    found = refused_alike(tmp_path, fault, concurrency)
    assert found.result.code == 3
    assert found.outcomes is None
    assert found.report["calls"] == len(found.seen) <= 20
    assert "The API refuses everyone alike" in found.result.err
    assert reason in found.result.err
    assert "Nobody was marked as rejected" in found.result.err
    assert found.after == Counter(added=200)
