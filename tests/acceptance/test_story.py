"""The life of one panel, in order: each test goes on where the last one ended."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import Sandbox, World

pytestmark = pytest.mark.story

TEAM = [f"p{number:02}@example.org" for number in range(12)]


class Story(World):
    """The world of the story, with the vendor behind a real socket."""

    def __init__(self, folder: Path, vendor: Sandbox) -> None:
        """An environment p, its batches small."""
        super().__init__(folder)
        self.vendor = vendor
        self.settings()

    def settings(self, more: str = "") -> None:
        """The same environment, with other settings beside."""
        self.environment(settings=f"api: {{batch_size: 5}}\n{more}", base_url=self.vendor.base_url)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("story")
    seed = folder / "seed.csv"
    seed.write_text("emailAddress\n" + "\n".join(TEAM[5:7]) + "\n")
    with Sandbox(folder, "--key-env", "KEY", "--seed", str(seed)) as vendor:
        yield Story(folder, vendor)


def test_01_with_nobody_declared_there_is_nothing_to_do(story: Story) -> None:
    story.members()
    assert story.run("apply", "p").code == 0
    assert story.run("plan", "p", "--detailed-exitcode").code == 0
    assert not (story.panels / "p/state.lock.json").exists()


def test_02_a_plan_of_new_members_says_so_without_key_or_network(story: Story) -> None:
    story.members(*TEAM)
    planned = story.run("plan", "p", "--detailed-exitcode", "--format", "json", env={"KEY": ""})
    assert planned.code == 2
    assert planned.json["summary"] == {"add": 12, "change": 0, "remove": 0, "unchanged": 0, "rejected": 0}
    assert planned.json["cost"]["calls"] == 3
    assert story.vendor.calls() == []


def test_03_the_first_apply_pushes_everybody_and_records_what_was_proven(story: Story) -> None:
    applied = story.run("apply", "p", "--yes", "--format", "json")
    assert applied.code == 0
    assert applied.json["summary"] == {
        "added": 7,
        "existing": 0,
        "unattributed": 5,
        "rejected": 0,
        "unconfirmed": 0,
        "unsent": 0,
        "forgotten": 0,
    }
    assert applied.json["calls"] == len(story.vendor.calls()) == 3
    assert story.left_over() == set()


def test_04_applying_again_needs_nothing_and_touches_nothing(story: Story) -> None:
    path = story.panels / "p/state.lock.json"
    before = path.read_bytes(), path.stat().st_mtime_ns
    applied = story.run("apply", "p", env={"KEY": ""})
    assert applied.code == 0
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert len(story.vendor.calls()) == 3


def test_05_a_change_is_shown_and_left_alone(story: Story) -> None:
    story.members({"emailAddress": TEAM[0], "city": "Rome"}, *TEAM[1:])
    planned = story.run("plan", "p", "--detailed-exitcode")
    assert planned.code == 0
    assert "not deliverable by this API" in planned.out
    assert "city" in planned.out
    assert story.run("apply", "p").code == 0


def test_06_who_left_is_forgotten_and_stays_in_the_panel(story: Story) -> None:
    story.members(*TEAM[:-1])
    assert story.run("plan", "p", "--detailed-exitcode").code == 2
    applied = story.run("apply", "p", "--yes", "--format", "json", env={"KEY": ""})
    assert applied.json["summary"]["forgotten"] == 1
    assert TEAM[-1] not in story.lockfile()["members"]
    assert len(story.vendor.calls()) == 3


def test_07_who_comes_back_is_found_to_exist(story: Story) -> None:
    story.members(*TEAM)
    assert story.run("apply", "p", "--yes").code == 0
    assert story.outcomes()[TEAM[-1]] == "existing"


def test_08_too_many_removals_are_refused_with_figures_setting_and_flag(story: Story) -> None:
    story.members(*TEAM[:6])
    before = story.lockfile()
    refused = story.run("apply", "p", "--yes")
    assert refused.code == 4
    for word in ("6 of 12", "guards.remove", "30%", "--allow remove"):
        assert word in refused.err
    assert story.lockfile() == before
    assert story.run("plan", "p", "--detailed-exitcode").code == 2
    assert story.run("apply", "p", "--yes", "--allow", "remove").code == 0


def test_09_a_roster_of_nobody_is_refused_until_that_is_meant(story: Story) -> None:
    story.members()
    assert story.run("apply", "p", "--yes", "--allow", "remove").code == 4
    assert story.run("apply", "p", "--yes", "--allow", "empty").code == 0
    assert story.lockfile()["members"] == {}
    assert (story.panels / "p/state.lock.json").read_text().endswith('"members":{\n}\n}\n')


def test_10_a_lost_lockfile_is_rebuilt_from_the_answers(story: Story) -> None:
    story.members(*TEAM)
    (story.panels / "p/state.lock.json").unlink()
    planned = story.run("plan", "p")
    assert "no-lockfile" in planned.out
    assert story.run("apply", "p", "--yes").code == 0
    assert set(story.outcomes().values()) == {"existing"}


def test_11_a_saved_plan_is_stale_once_something_was_applied(story: Story) -> None:
    story.members(*TEAM, "new@example.org")
    assert story.run("plan", "p", "--out", "plan.json").code == 0
    assert (story.folder / "plan.json").stat().st_mode & 0o777 == 0o600
    assert story.run("apply", "p", "plan.json", "--yes").code == 0
    again = story.run("apply", "p", "plan.json", "--yes")
    assert again.code == 4
    assert "changed since it was reviewed" in again.err


def test_12_an_expected_digest_is_held_to(story: Story) -> None:
    story.members(*TEAM, "new@example.org", "newer@example.org")
    digest = story.run("plan", "p", "--format", "json").json["digest"]
    assert story.run("apply", "p", "--yes", "--expect", "sha256:" + "0" * 64).code == 4
    assert story.run("apply", "p", "--yes", "--expect", digest).code == 0


def test_13_somebody_dropped_from_the_lockfile_by_hand_is_added_again(story: Story) -> None:
    assert story.run("state", "rm", "p", TEAM[3].upper(), "--yes").code == 0
    planned = story.run("plan", "p", "--format", "json").json
    assert [action["key"] for action in planned["actions"]] == [TEAM[3]]
    assert story.run("apply", "p", "--yes").code == 0


def test_14_the_lockfile_can_be_listed_and_looked_up(story: Story) -> None:
    listed = story.run("state", "list", "p", "--format", "json")
    assert len(json.loads(listed.out)["members"]) == 14
    shown = story.run("state", "show", "p", TEAM[3])
    assert shown.code == 0
    assert "existing" in shown.out


def test_15_who_leaves_is_unsubscribed_where_the_policy_says_so(story: Story) -> None:
    story.settings("policy: {on_remove: unsubscribe}\n")
    story.members(*TEAM)
    applied = story.run("apply", "p", "--yes", "--format", "json")
    assert applied.json["summary"]["unsubscribed"] == 2
    assert applied.json["calls"] == 1
    assert len(story.outcomes()) == 12


def test_16_who_leaves_is_deleted_where_the_policy_says_so_and_somebody_agrees(story: Story) -> None:
    story.settings("policy: {on_remove: delete}\n")
    story.members(*TEAM[:-2])
    assert story.run("plan", "p", "--detailed-exitcode").code == 2
    assert story.run("apply", "p", "--yes").code == 4
    applied = story.run("apply", "p", "--yes", "--allow", "delete", "--format", "json")
    assert applied.json["summary"]["deleted"] == 2
    assert len(story.outcomes()) == 10


def test_17_who_was_deleted_and_comes_back_is_new(story: Story) -> None:
    story.members(*TEAM[:-1])
    assert story.run("apply", "p", "--yes").code == 0
    assert story.outcomes()[TEAM[-2]] == "added"


def test_18_who_expires_is_told_of_beforehand_and_leaves_on_the_day(story: Story) -> None:
    story.members(*TEAM[:-2], {"emailAddress": TEAM[-2], "expires": "2027-01-31"})
    assert (
        story.run("plan", "p", "--today", "2027-01-01", "--format", "json").json["expiring"][0]["key"]
        == (TEAM[-2])
    )
    assert story.run("plan", "p", "--today", "2027-01-30", "--detailed-exitcode").code == 0
    last_day = ("--today", "2027-01-31", "--yes", "--allow", "delete", "--format", "json")
    assert story.run("apply", "p", *last_day).json["summary"]["deleted"] == 1


def test_19_who_must_never_be_added_again_can_not_be_declared(story: Story) -> None:
    story.write("p/suppressed.txt", f"# asked on 26 November\n{TEAM[0].upper()}\n")
    refused = story.run("apply", "p", "--yes", "--allow", "delete", "--format", "json")
    assert refused.code == 1
    (problem,) = refused.json["problems"]
    assert (problem["file"], problem["line"]) == ("panels/p/members/team.yaml", 2)
    assert "panels/p/suppressed.txt:2" in problem["message"]
    story.members(*TEAM[1:-2])
    applied = story.run("apply", "p", "--yes", "--allow", "delete", "--format", "json")
    assert applied.json["summary"]["deleted"] == 1


def test_20_who_changed_is_sent_again_where_the_policy_says_so(story: Story) -> None:
    story.settings("policy: {on_change: resubmit}\n")
    story.members({"emailAddress": TEAM[1], "city": "Rome"}, *TEAM[2:-2])
    applied = story.run("apply", "p", "--yes", "--format", "json")
    assert applied.json["summary"]["resubmitted"] == 1
    assert story.lockfile()["members"][TEAM[1]]["attributes"]["city"] == "Rome"
    assert story.run("plan", "p", "--detailed-exitcode").code == 0
