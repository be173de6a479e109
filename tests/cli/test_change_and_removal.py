"""`reconciler apply` on people who changed or left, whole, as a process, by each policy."""

import json
from pathlib import Path

import pytest
from terminal import converse
from world import Sandbox, World

ADA, BOB, CY = (f"{name}@example.org" for name in ("ada", "bob", "cy"))
RESUBMIT = "policy: {on_change: resubmit}\n"
REMOVE = "policy: {{on_remove: {}}}\nguards: {{remove: null}}\n"
DELETE = REMOVE.format("delete")


def pushed(folder: Path, settings: str) -> World:
    """An embedded environment in which three people were pushed, and one of them has left since."""
    world = World(folder)
    world.environment(settings=settings)
    world.members(ADA, BOB, CY)
    assert world.run("apply", "p", "--yes").code == 0
    world.members(ADA, BOB)
    return world


def there(world: World) -> set[str]:
    """Who is in the panel."""
    return {member["key"] for member in world.run("sandbox", "show", "p", "--format", "json").json["members"]}


def doubtful_rejection(address: str, target: str) -> str:
    """A lockfile that knows of one person who was refused, after a call without an answer."""
    entry = {
        "reason": "no",
        "pushed": "2026-11-23T09:00:00Z",
        "attributes": {"emailAddress": address},
        "doubtful": True,
    }
    head = f'"format": 1, "environment": "p", "target": "{target}"'
    return f'{{\n{head},\n"members": {{\n}},\n"rejected": {{\n"{address}": {json.dumps(entry)}\n}}\n}}\n'


def test_a_change_is_sent_again_and_the_lockfile_takes_it(tmp_path: Path) -> None:
    world = pushed(tmp_path, RESUBMIT)
    world.members({"emailAddress": ADA, "firstName": "Ada"}, BOB, CY)
    applied = world.run("apply", "p", "--yes", "--format", "json")
    assert (applied.code, applied.json["calls"]) == (0, 1)
    assert applied.json["summary"]["resubmitted"] == 1
    entry = world.lockfile()["members"][ADA]
    assert (entry["outcome"], entry["attributes"]["firstName"]) == ("resubmitted", "Ada")
    assert world.run("plan", "p", "--detailed-exitcode").code == 0


def test_an_account_that_leaves_known_members_as_they_are_is_reported(tmp_path: Path) -> None:
    world = World(tmp_path)
    with Sandbox(tmp_path) as vendor:
        world.environment(settings=RESUBMIT, base_url=vendor.base_url)
        world.members(ADA)
        assert world.run("apply", "p", "--yes").code == 0
        world.members({"emailAddress": ADA, "firstName": "Ada"})
        applied = world.run("apply", "p", "--yes")
    assert applied.code == 0
    assert "1 change came back as failed" in applied.err
    assert "on_change: report" in applied.err


def test_without_a_terminal_nobody_is_deleted_unless_that_is_allowed(tmp_path: Path) -> None:
    world = pushed(tmp_path, DELETE)
    refused = world.run("apply", "p", "--yes")
    assert refused.code == 4
    assert "--allow delete" in refused.err
    assert there(world) == {ADA, BOB, CY}
    assert CY in world.outcomes()


@pytest.mark.parametrize("way", ["delete", "unsubscribe"])
def test_who_left_is_removed_and_nothing_is_left_to_do(way: str, tmp_path: Path) -> None:
    world = pushed(tmp_path, REMOVE.format(way))
    applied = world.run("apply", "p", "--yes", "--allow", "delete", "--format", "json")
    assert (applied.code, applied.json["calls"]) == (0, 1)
    assert applied.json["summary"][f"{way}d"] == 1
    assert there(world) == ({ADA, BOB} if way == "delete" else {ADA, BOB, CY})
    assert CY not in world.outcomes()
    assert world.run("plan", "p", "--detailed-exitcode").code == 0


def test_who_is_gone_already_is_absent(tmp_path: Path) -> None:
    world = pushed(tmp_path, DELETE)
    (world.panels / "p/.reconciler/sandbox.sqlite3").unlink()
    applied = world.run("apply", "p", "--yes", "--allow", "delete", "--format", "json")
    assert (applied.code, applied.json["summary"]["absent"], applied.json["summary"]["deleted"]) == (0, 1, 0)


def test_a_report_has_the_words_that_the_policy_can_bring_and_no_others(tmp_path: Path) -> None:
    contract = ["added", "existing", "unattributed", "rejected", "unconfirmed", "unsent", "forgotten"]
    world = pushed(tmp_path, "guards: {remove: null}\n")
    assert list(world.run("apply", "p", "--yes", "--format", "json").json["summary"]) == contract
    world.environment(settings=DELETE)
    words = list(world.run("apply", "p", "--yes", "--format", "json").json["summary"])
    assert words == [*contract, "deleted", "absent", "blocked"]


@pytest.mark.parametrize(
    ("options", "answers", "asked", "code"),
    [
        ((), ("y\n", "y\n"), 2, 0),
        ((), ("y\n", "n\n"), 2, 4),
        pytest.param((), ("n\n",), 1, 4, marks=pytest.mark.exhaustive),
        (("--yes",), ("y\n",), 1, 0),
        pytest.param(("--yes",), ("n\n",), 1, 4, marks=pytest.mark.exhaustive),
        pytest.param(("--allow", "delete"), ("y\n",), 1, 0, marks=pytest.mark.exhaustive),
        (("--yes", "--allow", "delete"), (), 0, 0),
    ],
)
def test_on_a_terminal_it_asks_again_before_it_deletes(
    options: tuple[str, ...], answers: tuple[str, ...], asked: int, code: int, tmp_path: Path
) -> None:
    world = pushed(tmp_path, DELETE)
    ended = converse(world, ["apply", "p", *options], answers)
    assert (ended.code, ended.asked) == (code, asked), ended.shown
    assert there(world) == ({ADA, BOB} if code == 0 else {ADA, BOB, CY})


def test_the_second_question_says_how_many_people_and_that_it_is_for_good(tmp_path: Path) -> None:
    ended = converse(pushed(tmp_path, DELETE), ["apply", "p"], ("y\n", "n\n"))
    (question,) = (line for line in ended.shown.splitlines() if "deletes 1 person" in line)
    assert "p (embedded)" in question


def test_a_reviewed_plan_that_deletes_is_carried_out_as_reviewed(tmp_path: Path) -> None:
    world = pushed(tmp_path, DELETE)
    assert world.run("plan", "p", "--out", "plan.json").code == 0
    assert world.run("apply", "p", "plan.json", "--yes", "--allow", "delete").code == 0
    assert world.run("apply", "p", "plan.json", "--yes", "--allow", "delete").code == 4


def test_who_expires_is_removed_from_that_day_on(tmp_path: Path) -> None:
    world = pushed(tmp_path, DELETE)
    world.write(
        "p/members/team.yaml",
        f"members:\n- {{emailAddress: {ADA}}}\n- {{emailAddress: {BOB}, expires: 2027-01-31}}\n"
        f"- {{emailAddress: {CY}}}\n",
    )
    assert world.run("plan", "p", "--today", "2027-01-30", "--detailed-exitcode").code == 0
    planned = world.run("plan", "p", "--today", "2027-01-31", "--format", "json").json
    (removal,) = planned["actions"]
    assert (removal["key"], removal["expired"]) == (BOB, "2027-01-31")
    assert removal["source"] == "panels/p/members/team.yaml:3"
    applied = world.run("apply", "p", "--yes", "--allow", "delete", "--today", "2027-01-31")
    assert applied.code == 0, applied.err
    assert there(world) == {ADA, CY}
    assert BOB not in (world.panels / "p/state.lock.json").read_text()


def test_a_plan_tells_who_expires_within_thirty_days(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment()
    world.write(
        "p/members/team.yaml",
        "defaults: {expires: 2027-03-01}\nmembers:\n"
        f"- {{emailAddress: {ADA}}}\n- {{emailAddress: {BOB}, expires: 2027-03-02}}\n"
        f"- {{emailAddress: {CY}, expires: }}\n",
    )
    plan = world.run("plan", "p", "--today", "2027-01-30", "--format", "json").json
    assert plan["expiring"] == [
        {"key": ADA, "source": "panels/p/members/team.yaml:3", "expires": "2027-03-01"}
    ]
    assert json.dumps(plan).count("expires") == 1, "it is ours, never sent"


@pytest.mark.parametrize("day", ["2027-1-31", "20270131", "2027-02-30", "tomorrow", "2027-W04-7", ""])
def test_a_day_that_is_none_is_wrong_use(day: str, tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment()
    wrong = world.run("plan", "p", "--today", day)
    assert wrong.code == 64
    assert "2027-01-31" in wrong.err


def test_where_the_secret_of_a_list_is_missing_a_plan_warns_and_an_apply_refuses(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment(settings="suppression_secret: {env: PEPPER}\n")
    world.write("p/suppressed.txt", f"hmac-sha256:{'0' * 64}\n")
    world.members(ADA)
    planned = world.run("plan", "p")
    assert planned.code == 0
    assert "PEPPER" in planned.out
    assert world.run("plan", "p", "--format", "json").json["warnings"]
    refused = world.run("apply", "p", "--yes")
    assert refused.code == 1
    assert "PEPPER" in refused.err


def test_who_may_have_got_in_before_a_refusal_is_removed_and_never_lost(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.members(BOB)
    with Sandbox(tmp_path, "--fault", "500", "--fault", "500") as vendor:
        retry = "api: {retry: {attempts: 1}}\n"
        world.environment(settings=DELETE + retry, base_url=vendor.base_url)
        world.write("p/state.lock.json", doubtful_rejection(ADA, vendor.base_url))
        failed = world.run("apply", "p", "--yes", "--allow", "delete", "--format", "json")
        assert failed.code == 3
        assert world.outcomes() == {ADA: "unconfirmed", BOB: "unconfirmed"}
        again = world.run("apply", "p", "--yes", "--allow", "delete", "--format", "json")
    assert again.code == 0, again.err
    assert world.outcomes() == {BOB: "unattributed"}


def test_a_field_that_could_not_be_cleared_is_reported_once(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.environment(settings=RESUBMIT)
    world.members({"emailAddress": ADA, "city": "Rome", "firstName": "Ada"})
    assert world.run("apply", "p", "--yes").code == 0
    world.members({"emailAddress": ADA, "firstName": "Adele"})
    applied = world.run("apply", "p", "--yes")
    assert applied.code == 0
    assert "The panel keeps fields that are no longer declared: city." in applied.err
