"""`reconciler apply`, whole, as a process: what it refuses, what it asks, what it leaves behind."""

import json
from pathlib import Path

import pytest
from terminal import converse
from world import Sandbox, World

TWO = ("ada@example.org", "bob@example.org")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """One embedded environment with two members to add."""
    world = World(tmp_path)
    world.environment()
    world.members(*TWO)
    return world


@pytest.fixture
def faulty(world: World) -> "Faulty":
    """The same, with the vendor behind a socket, and faults to come."""
    return Faulty(world)


class Faulty:
    """Starts the vendor with faults and applies to it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.calls = 0
        self.port = 0

    def apply(self, *faults: str, settings: str = "", code: int) -> dict[str, object]:
        arguments = [word for fault in faults for word in ("--fault", fault)]
        with Sandbox(self.world.folder, *arguments, port=self.port) as vendor:
            self.port = vendor.port
            api = "api: {timeout: 1, retry: {attempts: 3, initial_wait: 0.01, max_wait: 0.02}}\n"
            self.world.environment(settings=settings or api, base_url=vendor.base_url)
            applied = self.world.run("apply", "p", "--yes", "--format", "json")
            self.calls = len(vendor.calls())
        assert applied.code == code, applied.err
        return applied.json


def test_without_a_terminal_and_without_yes_it_shows_the_plan_and_refuses(world: World) -> None:
    refused = world.run("apply", "p")
    assert refused.code == 4
    assert "2 to add" in refused.out
    assert "--yes" in refused.err
    assert not (world.panels / "p/state.lock.json").exists()


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 4), ("\n", 4), ("\x03", 130), ("\x04", 4)])
def test_on_a_terminal_it_asks_and_does_only_what_was_answered(world: World, answer: str, code: int) -> None:
    ended = converse(world, ["apply", "p"], (answer,))
    assert ended.code == code, ended.shown
    assert (world.panels / "p/state.lock.json").exists() == (code == 0)
    assert "Traceback" not in ended.shown


@pytest.mark.parametrize("key", ["", "   "])
def test_a_missing_key_names_the_variable_before_anything_is_asked(world: World, key: str) -> None:
    world.environment(base_url="http://127.0.0.1:9/a/api/v2")
    refused = world.run("apply", "p", env={"KEY": key})
    assert refused.code == 1
    assert "KEY" in refused.err


def test_where_a_suppression_list_cannot_be_checked_nothing_is_sent(world: World) -> None:
    world.environment(settings="suppression_secret: {env: PEPPER}\n")
    world.write("p/suppressed.txt", f"hmac-sha256:{'0' * 64}\n")
    refused = world.run("apply", "p", "--yes")
    assert refused.code == 1
    assert "1 entry of panels/p/suppressed.txt can't be checked here: the variable PEPPER" in refused.err
    assert not (world.panels / "p" / ".reconciler").exists()
    assert world.run("apply", "p", "--yes", env={"PEPPER": "0123456789abcdef"}).code == 0


def test_json_is_one_object_also_when_the_run_is_refused(world: World) -> None:
    refused = world.run("apply", "p", "--format", "json", "--report", "report.json")
    assert refused.code == 4
    assert refused.json["problems"]
    assert refused.json["summary"]["added"] == 0
    assert json.loads((world.folder / "report.json").read_text()) == refused.json


def test_the_report_is_written_also_where_the_declaration_is_wrong(world: World) -> None:
    world.write("p/members/bad.yaml", "members:\n- emailAddress: nobody\n")
    refused = world.run("apply", "p", "--yes", "--report", "report.json")
    assert refused.code == 1
    report = json.loads((world.folder / "report.json").read_text())
    assert report["problems"][0]["line"] == 2
    assert not (world.panels / "p/state.lock.json").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not JSON"),
        ("{}", "no digest"),
        ('{"format": 9, "digest": "sha256:' + "0" * 64 + '"}', "format is 9"),
        ('{"format": 1, "environment": "q", "digest": "sha256:' + "0" * 64 + '"}', 'for "q", not for p'),
    ],
)
def test_a_plan_file_that_is_none_of_ours_is_an_error(world: World, content: str, words: str) -> None:
    (world.folder / "plan.json").write_text(content)
    refused = world.run("apply", "p", "plan.json", "--yes")
    assert refused.code == 1
    assert words in refused.err


def test_a_stale_plan_file_is_refused_with_who_is_new_gone_and_different(world: World) -> None:
    world.members("ada@example.org", "bob@example.org", {"emailAddress": "cy@example.org", "city": "x"})
    assert world.run("plan", "p", "--out", "plan.json").code == 0
    world.members("ada@example.org", {"emailAddress": "cy@example.org", "city": "y"}, "dan@example.org")
    refused = world.run("apply", "p", "plan.json", "--yes", "--format", "json")
    assert refused.code == 4
    assert "problems." not in refused.err  # the differences are details of the one problem
    counts, *rows = refused.json["problems"]
    assert "1 new, 1 gone, 1 different" in counts["message"]
    assert [address for row in rows for address in row["message"].split() if "@" in address] == [
        "dan@example.org.",
        "bob@example.org.",
        "cy@example.org,",
    ]
    assert [row["line"] is None for row in rows] == [False, True, False]
    assert "city" in rows[2]["message"]
    assert not (world.panels / "p/state.lock.json").exists()


def test_of_very_many_differences_twenty_are_shown_and_all_are_counted(world: World) -> None:
    assert world.run("plan", "p", "--out", "plan.json").code == 0
    world.members(*(f"member{number}@example.org" for number in range(50)))
    refused = world.run("apply", "p", "plan.json", "--yes", "--format", "json")
    assert "50 new" in refused.json["problems"][0]["message"]
    assert len(refused.json["problems"]) == 1 + 20


def test_a_plan_that_differs_in_its_lockfile_alone_says_so(world: World) -> None:
    world.members("ada@example.org", "bob@example.org")
    assert world.run("plan", "p", "--out", "plan.json").code == 0
    world.write("p/state.lock.json", '{"format":1,"environment":"p","target":"embedded","members":{}}')
    refused = world.run("apply", "p", "plan.json", "--yes")
    assert refused.code == 4
    assert "its actions are the same" in refused.err


def test_with_a_digest_alone_there_is_nothing_to_compare_and_the_refusal_says_how(world: World) -> None:
    refused = world.run("apply", "p", "--yes", "--expect", "sha256:" + "0" * 64)
    assert refused.code == 4
    assert "plan --out FILE" in refused.err


def test_a_file_with_the_plans_of_several_environments_is_refused(world: World) -> None:
    (world.folder / "plan.json").write_text('{"format":1,"plans":[]}')
    refused = world.run("apply", "p", "plan.json", "--yes")
    assert refused.code == 1
    assert "reconciler plan p --out FILE" in refused.err


def test_a_plan_file_and_an_expected_digest_are_one_too_many(world: World) -> None:
    assert world.run("apply", "p", "plan.json", "--expect", "sha256:0").code == 64


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "86401"])
def test_a_wait_that_is_no_number_of_seconds_is_refused(world: World, seconds: str) -> None:
    refused = world.run("apply", "p", "--wait", seconds)
    assert refused.code == 64
    assert f"'--wait': {seconds}" in refused.err.replace("'nan'", "nan")


def test_a_lockfile_that_belongs_elsewhere_stops_apply_and_stays_as_it_is(world: World) -> None:
    foreign = '{\n"format": 1, "environment": "q", "target": "embedded",\n"members": {\n}\n}\n'
    path = world.write("p/state.lock.json", foreign)
    refused = world.run("apply", "p", "--yes")
    assert refused.code == 1
    assert "belongs to environment" in refused.err
    assert path.read_text() == foreign


def test_an_empty_working_folder_is_left_after_a_whole_apply(world: World) -> None:
    assert world.run("apply", "p", "--yes").code == 0
    assert world.left_over() == set()


def test_an_answer_that_never_came_is_asked_for_again_and_proves_presence_only(faulty: Faulty) -> None:
    report = faulty.apply("reset-after", code=0)
    assert set(faulty.world.outcomes().values()) == {"unattributed"}
    assert report["calls"] == 2


def test_a_reset_before_the_server_acted_can_still_prove_added(faulty: Faulty) -> None:
    faulty.apply("reset-before", code=0)
    assert set(faulty.world.outcomes().values()) == {"added"}


def test_a_login_page_leaves_everybody_unconfirmed_and_the_next_apply_carries_on(faulty: Faulty) -> None:
    faulty.apply("login-page", code=3)
    assert set(faulty.world.outcomes().values()) == {"unconfirmed"}
    faulty.apply(code=0)
    assert set(faulty.world.outcomes().values()) == {"unattributed"}


@pytest.mark.parametrize("fault", ["401", "403", "404", "redirect"])
def test_being_refused_by_the_api_before_anything_was_confirmed_is_1_and_changes_nothing(
    faulty: Faulty, fault: str
) -> None:
    report = faulty.apply(fault, code=1)
    assert report["summary"]["unsent"] == 2  # type: ignore[index] # the report's shape is what is tested
    assert not (faulty.world.panels / "p/state.lock.json").exists()


def test_a_server_that_is_not_there_is_no_call_and_no_doubt(world: World) -> None:
    settings = "api: {retry: {attempts: 2, initial_wait: 0.01, max_wait: 0.01}}\n"
    world.environment(settings=settings, base_url="http://127.0.0.1:9/a/api/v2")
    applied = world.run("apply", "p", "--yes", "--format", "json")
    assert applied.code == 3
    assert applied.json["calls"] == 0
    assert applied.json["summary"]["unsent"] == 2
    assert not (world.panels / "p/state.lock.json").exists()
