"""Members to delete who are blocked in the panel, from the first apply to the last."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from rehearsal import api, known, people, prepared, rehearse
from socket_vendor import SocketVendor
from world import Sandbox, World

pytestmark = pytest.mark.story

TEAM = [{"emailAddress": address} for address in people(16)]
STAYING, BLOCKED = TEAM[0]["emailAddress"], TEAM[5]["emailAddress"]
POLICY = "policy: {on_remove: delete}\nguards: {remove: null}\n"
DELETING = ("--allow", "delete")


class Story(World):
    """All of them are in the panel, and all but one leave; the vendor has blocked one of those."""

    def __init__(self, folder: Path, vendor: Sandbox) -> None:
        super().__init__(folder)
        self.vendor = vendor
        settings = api(batch_size=16, concurrency=4) + POLICY
        self.environment(settings=settings, base_url=vendor.base_url)
        self.members(*TEAM)
        assert self.run("apply", "p", "--yes").code == 0
        self.members(STAYING)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("blocked")
    with Sandbox(folder, "--block", BLOCKED.upper()) as vendor:
        yield Story(folder, vendor)


def test_1_the_others_go_and_the_blocked_one_is_found_named_and_remembered(story: Story) -> None:
    spent = len(story.vendor.calls())
    applied = story.run("apply", "p", "--yes", *DELETING, env={"CI": "false"})
    assert applied.code == 3
    assert story.vendor.members().keys() == {STAYING, BLOCKED}
    assert story.outcomes().keys() == {STAYING, BLOCKED}
    note = story.lockfile()["members"][BLOCKED]["undelivered"]
    assert (note["action"], note["reason"]) == ("delete", "blocked")
    assert f"! {BLOCKED}  refused: delete" in applied.out
    assert "--retry-rejected" in applied.out
    assert len(story.vendor.calls()) - spent == 9  # the batch, and two for each of its four halvings


def test_2_nobody_pays_for_them_again_and_each_plan_and_apply_goes_on_showing_them(story: Story) -> None:
    spent, before = len(story.vendor.calls()), story.lockfile()
    planned = story.run("plan", "p", "--detailed-exitcode", env={"CI": "false"})
    assert planned.code == 0
    assert BLOCKED in planned.out
    applied = story.run("apply", "p", "--format", "json", env={"KEY": ""})
    assert applied.code == 3
    assert (applied.json["calls"], applied.json["summary"]["blocked"]) == (0, 1)
    assert [who["key"] for who in applied.json["blocked"]] == [BLOCKED]
    assert len(story.vendor.calls()) == spent
    assert story.lockfile() == before


def test_3_on_demand_they_are_asked_about_again(story: Story) -> None:
    spent = len(story.vendor.calls())
    applied = story.run("apply", "p", "--yes", *DELETING, "--retry-rejected", "--format", "json")
    assert applied.code == 3
    assert applied.json["calls"] == len(story.vendor.calls()) - spent == 1
    assert applied.json["summary"]["blocked"] == 1


def test_4_once_they_are_unblocked_they_go_too(story: Story) -> None:
    with Sandbox(story.folder) as kinder:
        for path in (story.panels / "p" / "environment.yaml", story.panels / "p" / "state.lock.json"):
            path.write_text(path.read_text().replace(str(story.vendor.port), str(kinder.port)))
        applied = story.run("apply", "p", "--yes", *DELETING, "--retry-rejected", "--format", "json")
        assert applied.code == 0
        assert applied.json["summary"]["deleted"] == 1
        assert kinder.members().keys() == story.outcomes().keys() == {STAYING}


@pytest.mark.parametrize("concurrency", [pytest.param(1, marks=pytest.mark.exhaustive), 4])
@pytest.mark.parametrize("by", ["delete", pytest.param("unsubscribe", marks=pytest.mark.exhaustive)])
def test_blocked_members_in_several_batches_are_each_found_for_a_few_calls(
    tmp_path: Path, by: str, concurrency: int
) -> None:
    everybody = [{"emailAddress": address} for address in people(65)]
    blocked = {everybody[number]["emailAddress"] for number in (1, 20, 21, 64)}
    with SocketVendor(holds=everybody, blocks=blocked) as vendor:
        policy = POLICY.replace("delete", by)
        world = prepared(tmp_path, vendor.base_url, 1, api(batch_size=16, concurrency=concurrency) + policy)
        known(world, vendor.base_url, everybody)
        found = rehearse(world, vendor, *DELETING)
    assert found.result.code == 3
    assert world.lockfile()["members"].keys() == {people(1)[0], *blocked}
    assert found.report["summary"]["blocked"] == 4
    assert found.report["calls"] == len(found.seen) <= 4 + len(blocked) * 2 * 4


def test_where_everybody_is_blocked_one_call_tells_it(tmp_path: Path) -> None:
    everybody = [{"emailAddress": address} for address in people(17)]
    with SocketVendor(holds=everybody, blocks=people(17)) as vendor:
        world = prepared(tmp_path, vendor.base_url, 1, api(batch_size=16, concurrency=4) + POLICY)
        known(world, vendor.base_url, everybody)
        found = rehearse(world, vendor, *DELETING)
    assert found.report["calls"] == len(found.seen) == 1
    assert found.report["summary"]["blocked"] == 16
    assert found.outcomes == Counter(added=17)
