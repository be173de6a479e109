"""What a run may spend, what it says that it spent, and what a plan says that it will."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from rehearsal import api, people, prepared, rehearse
from socket_vendor import SocketVendor
from world import KEY

LIMITED = "The run ended at the {} calls that --max-calls allows."


@pytest.mark.parametrize(("most", "concurrency"), [(0, 4), (1, 1), (3, 4)])
def test_a_run_stops_before_the_call_that_is_one_too_many(
    tmp_path: Path, most: int, concurrency: int
) -> None:
    with SocketVendor() as vendor:
        world = prepared(tmp_path, vendor.base_url, 10, api(batch_size=2, concurrency=concurrency))
        found = rehearse(world, vendor, "--max-calls", str(most))
    assert found.result.code == 3
    assert found.report["calls"] == len(found.seen) == most
    assert found.report["problems"][0]["message"] == LIMITED.format(most)
    assert found.outcomes == (Counter(added=2 * most) if most else None)
    assert found.left_over == set()


def test_what_is_sent_again_counts_too(tmp_path: Path) -> None:
    with SocketVendor("500:99") as vendor:
        world = prepared(tmp_path, vendor.base_url, 2, api(batch_size=2, concurrency=4))
        found = rehearse(world, vendor, "--max-calls", "2", then_again=True)
    assert found.report["calls"] == len(found.seen) == 2
    assert found.report["retries"] == 1
    assert found.report["allowance_left"] is None
    assert found.report["problems"][0]["message"] == LIMITED.format(2)
    assert found.outcomes == Counter(unconfirmed=2)
    assert found.after == Counter(unattributed=2)


def test_what_is_split_counts_too(tmp_path: Path) -> None:
    with SocketVendor(refuses=people(1)) as vendor:
        world = prepared(tmp_path, vendor.base_url, 8, api(batch_size=8, concurrency=4))
        found = rehearse(world, vendor, "--max-calls", "3")
    assert found.result.code == 3
    assert found.report["calls"] == len(found.seen) == 3
    assert found.report["summary"]["rejected"] == 0


@pytest.mark.parametrize(("members", "size", "calls"), [(101, 100, 2), (40, 1, 40)])
def test_a_plan_says_what_an_undisturbed_apply_spends_and_it_may_be_held_to_that(
    tmp_path: Path, members: int, size: int, calls: int
) -> None:
    with SocketVendor() as vendor:
        world = prepared(tmp_path, vendor.base_url, members, api(batch_size=size, concurrency=4))
        planned = world.run("plan", "p", "--format", "json").json
        found = rehearse(world, vendor, "--max-calls", str(calls))
    assert found.result.code == 0
    assert planned["cost"]["calls"] == found.report["calls"] == len(found.seen) == calls


def test_a_second_plan_counts_only_who_is_left(tmp_path: Path) -> None:
    with SocketVendor("ok:2", "login-page:2") as vendor:
        world = prepared(tmp_path, vendor.base_url, 9, api(batch_size=2, concurrency=1))
        assert rehearse(world, vendor).outcomes == Counter(added=5, unconfirmed=4)
        planned = world.run("plan", "p", "--format", "json").json
        spent = len(vendor.calls)
        assert world.run("apply", "p", "--yes").code == 0
        assert planned["cost"]["calls"] == len(vendor.calls) - spent == 2


def test_the_log_gets_an_object_for_each_call_without_key_or_personal_data(tmp_path: Path) -> None:
    (tmp_path / "calls.jsonl").write_text('{"of": "another run"}\n')
    with SocketVendor("503", "login-page", refuses=people(1)) as vendor:
        world = prepared(tmp_path, vendor.base_url, 8, api(batch_size=4, concurrency=1))
        found = rehearse(world, vendor, "--log", "calls.jsonl")
    log = (tmp_path / "calls.jsonl").read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert lines.pop(0) == {"of": "another run"}
    assert len(lines) == found.report["calls"] == len(found.seen)
    assert [line["answer"] for line in lines] == ["Lost", "Unusable", "Counted"]
    assert [line["status"] for line in lines] == [503, 200, 200]
    assert [line["members"] for line in lines] == [4, 4, 4]
    assert (lines[-1]["added"], lines[-1]["failed"]) == (4, 0)
    assert re.fullmatch(r"[0-9a-f-]{36}", lines[-1]["request_id"])
    assert all(line["seconds"] >= 0 for line in lines)
    assert KEY not in log
    assert "@" not in log
