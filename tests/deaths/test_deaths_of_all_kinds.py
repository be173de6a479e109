"""Deaths and failing disks once more, in an apply that adds some, changes some, and deletes some.

Some of the deleted are in the lockfile, and some are on the suppression list alone.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from deathbed import KILLED, Deathbed, Mishap, mishaps, needs_tracing
from world import KEY, Sandbox

from reconciler.lockfile.codec import encode
from reconciler.lockfile.model import Lockfile, Outcome, Present

SIZE = 2
BATCHES = 4

pytestmark = needs_tracing


def _people(name: str, kind: str, city: str) -> list[dict[str, str]]:
    addresses = [f"{name}.{kind}{number}@example.org" for number in range(SIZE)]
    return [{"emailAddress": address, "city": city} for address in addresses]


def _declared(name: str) -> list[dict[str, str]]:
    return [*_people(name, "new", "Rome"), *_people(name, "changed", "Oslo")]


def _prepare(deathbed: Deathbed, name: str) -> None:
    """Two are to be added, two to be changed, two to be deleted, two to be erased; each pair is a batch."""
    base_url, world = deathbed.vendor.base_url, deathbed.world
    policy = "policy: {on_change: resubmit, on_remove: delete, on_suppress: delete}\n"
    settings = f"api: {{batch_size: {SIZE}, concurrency: 1, timeout: 5}}\n"
    world.environment(name, settings + policy, base_url=base_url)
    world.members(*_declared(name), name=name)
    known = [*_people(name, "changed", "Rome"), *_people(name, "leaving", "Rome")]
    erased = _people(name, "erased", "Rome")
    world.write(f"{name}/suppressed.txt", "".join(f"{who['emailAddress']}\n" for who in erased))
    there = [*known, *erased]
    httpx.post(f"{base_url}/micropanel/members", json=there, headers={"api-key": KEY}).raise_for_status()
    entries = {who["emailAddress"]: Present(Outcome.ADDED, "2026-11-23T09:00:00Z", who) for who in known}
    world.write(f"{name}/state.lock.json", encode(Lockfile(name, base_url, entries)))


@pytest.fixture(scope="module")
def deathbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deathbed]:
    folder = tmp_path_factory.mktemp("deaths")
    with Sandbox(folder, "--key-env", "KEY", "--rate", "100000/1", "--update-known") as vendor:
        yield Deathbed(folder, vendor, _prepare, "--allow", "delete")


def recovers(deathbed: Deathbed, name: str, mishap: Mishap) -> None:
    """What has to hold after any mishap: the same panel and members, their outcomes equal or weaker."""
    world = deathbed.world
    before = len(deathbed.vendor.calls())
    assert world.run("plan", name).code == 0, mishap
    applied = world.run("apply", name, *deathbed.apply, "--format", "json")
    assert applied.code == 0, (mishap, applied.err)
    lockfile = world.lockfile(name)
    declared = {who["emailAddress"]: who for who in _declared(name)}
    assert {key: entry["attributes"] for key, entry in lockfile["members"].items()} == declared, mishap
    assert {"rejected", "unconfirmed"}.isdisjoint(lockfile), mishap
    _claim_no_more_than_is_known(lockfile["members"], mishap)
    erased = world.departed(name)
    assert erased.keys() == {who["emailAddress"] for who in _people(name, "erased", "Rome")}, mishap
    assert set(erased.values()) <= {"deleted", "unattributed"}, mishap
    assert applied.json["summary"]["absent"] == 0, mishap  # all were there, so it was we who took them away
    panel = {key: who for key, who in deathbed.vendor.members().items() if key.startswith(f"{name}.")}
    assert panel == declared, mishap
    assert world.left_over(name) == set(), mishap
    assert world.run("plan", name, "--detailed-exitcode").code == 0, mishap
    assert applied.json["calls"] == len(deathbed.vendor.calls()) - before <= BATCHES


def _claim_no_more_than_is_known(members: Mapping[str, Any], mishap: Mishap) -> None:
    for key, entry in members.items():
        strongest = {"resubmitted"} if "changed" in key else set()
        assert entry["outcome"] in {"unattributed", *strongest}, (mishap, json.dumps(members))


def test_after_a_death_at_some_system_call_the_next_apply_ends_whole(deathbed: Deathbed) -> None:
    deathbed.try_all(mishaps(deathbed.counted(), KILLED, "signal=SIGKILL")[5::13], recovers, dies=True)


def test_a_full_disk_is_a_clear_error_and_loses_nothing(deathbed: Deathbed) -> None:
    deathbed.try_all(mishaps(deathbed.counted(), ("write",), "error=ENOSPC")[9:10], recovers, dies=False)


@pytest.mark.exhaustive
def test_after_a_death_at_every_other_system_call_the_next_apply_ends_whole(deathbed: Deathbed) -> None:
    counts = deathbed.counted()
    assert set(counts) == set(KILLED)
    deathbed.try_all(mishaps(counts, KILLED, "signal=SIGKILL")[::2], recovers, dies=True)


@pytest.mark.exhaustive
def test_a_disk_that_fails_at_writes_and_at_any_sync_is_a_clear_error_and_loses_nothing(
    deathbed: Deathbed,
) -> None:
    counts = deathbed.counted()
    deathbed.try_all(mishaps(counts, ("write",), "error=ENOSPC")[::2], recovers, dies=False)
    deathbed.try_all(mishaps(counts, ("fsync",), "error=EIO"), recovers, dies=False)
