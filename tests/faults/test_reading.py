"""What a panel may answer when it is read: what `drift` finds then, and what `import --from-panel` writes.

Ada and Bob were applied, and the lockfile knows them. The import has no lockfile.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from socket_vendor import SocketVendor
from world import World

from reconciler.sandbox.app import FORBIDDEN, SandboxAnswer
from reconciler.sandbox.faults import Fault

pytestmark = pytest.mark.exhaustive

ADA, BOB = {"emailAddress": "ada@example.org"}, {"emailAddress": "bob@example.org"}
EVE = {"emailAddress": "eve@example.org"}
MOVED = {"emailAddress": "bob@example.org", "city": "Rome"}


def page(*members: dict[str, Any]) -> Fault:
    """A page with these members, whatever was asked for."""
    return text(json.dumps({"response": [*members], "pagination": {"totalItems": 0}}))


def text(body: str, status: int = 200) -> Fault:
    """An answer with this body."""
    return Fault("body", acts=False, says="", alter=lambda *_: SandboxAnswer(status, body.encode()))


FORBIDDEN_PAGE = Fault("403", acts=False, says="", alter=lambda _, path: FORBIDDEN.answer(path))
ENDLESS = [page(ADA, BOB)] * 100


class Case(NamedTuple):
    """What the panel answers, call after call; and what comes of it.

    `drift` and `imports` are exit codes; `words` are in the reason, or in the problem, of both; `found` are
    drift's findings, and `written` the addresses in the member file, None if there is none.
    """

    pages: list[Fault]
    drift: int
    imports: int
    words: str = ""
    found: Mapping[str, str] = MappingProxyType({})
    written: list[str] | None = None


_BOTH = ["ada@example.org", "bob@example.org"]
_CASES = {
    "a panel of nobody": Case([page()], 3, 3, "so it is unknown whether this call lists the panel"),
    "403, though adding works": Case([FORBIDDEN_PAGE], 1, 1, "HTTP 403"),
    "a first page that is no JSON": Case([text("<html>Please log in</html>")], 3, 3, "HTTP 200"),
    "a second page that is no JSON": Case([page(ADA), text("<html></html>")], 3, 3, "HTTP 200"),
    "JSON that is no page": Case([text('{"response": {"ada": 1}}')], 3, 3, "not a page of members"),
    "a member twice with different fields": Case(
        [page(ADA, BOB), page(MOVED), page()], 3, 0, "", {"bob": "differs"}, _BOTH
    ),
    "an address in two spellings": Case(
        [page(ADA, {"emailAddress": "BOB@Example.org"}, BOB), page()], 3, 0, "", {}, _BOTH
    ),
    "a member without an address": Case(
        [page({"firstName": "Eve"}, ADA, {"emailAddress": None}, BOB), page()], 0, 3, "", {}, _BOTH
    ),
    "an address that is none": Case([page(ADA, {"emailAddress": "eve"}, BOB), page()], 0, 3, "", {}, _BOTH),
    "the last page for ever": Case(ENDLESS, 3, 3, "two pages in a row had no new members"),
    "nobody of ours": Case([page(EVE), page()], 3, 0, "", {"eve": "only_in_panel"}, ["eve@example.org"]),
}


@pytest.fixture
def vendor() -> Iterator[SocketVendor]:
    """A panel that Ada and Bob can be added to."""
    with SocketVendor() as vendor:
        yield vendor


@pytest.fixture
def world(tmp_path: Path, vendor: SocketVendor) -> World:
    """Ada and Bob are declared and applied."""
    world = World(tmp_path)
    world.environment(base_url=vendor.base_url, settings="api: {retry: {attempts: 1}}\n")
    world.members({**ADA, "firstName": ""}, {**BOB, "city": "Oslo"})
    assert world.run("apply", "p", "--yes").code == 0
    return world


@pytest.mark.parametrize("case", _CASES.values(), ids=_CASES)
def test_drift_claims_no_more_than_the_answers_prove(world: World, vendor: SocketVendor, case: Case) -> None:
    vendor.strike(*case.pages)
    result = world.run("drift", "p", "--yes", "--format", "json")
    assert result.code == case.drift
    assert {
        member["key"].partition("@")[0]: member["finding"] for member in result.json["members"]
    } == case.found
    assert result.json["read"]["complete"] == (case.drift == 0)
    assert case.words in (result.json["read"]["reason"] or "")


@pytest.mark.parametrize("case", _CASES.values(), ids=_CASES)
def test_import_writes_whole_panels_alone(world: World, vendor: SocketVendor, case: Case) -> None:
    (world.panels / "p" / "state.lock.json").unlink()
    (world.panels / "p" / "members" / "team.yaml").unlink()
    vendor.strike(*case.pages)
    result = world.run("import", "p", "--from-panel", "--yes", "--format", "json")
    assert result.code == case.imports
    file = world.panels / "p" / "members" / "panel.csv"
    if case.written is None:
        assert not file.exists()
        assert case.words in result.json["problems"][0]["message"]
    else:
        assert [line.split(",")[0] for line in file.read_text().splitlines()[1:]] == case.written


def test_of_a_member_twice_the_later_values_are_imported(world: World, vendor: SocketVendor) -> None:
    (world.panels / "p" / "state.lock.json").unlink()
    (world.panels / "p" / "members" / "team.yaml").unlink()
    vendor.strike(page(ADA, {**BOB, "city": "Oslo"}), page(MOVED), page())
    result = world.run("import", "p", "--from-panel", "--yes", "--format", "json")
    assert (result.code, result.json["read"]["complete"]) == (0, False)
    assert "bob@example.org,Rome" in (world.panels / "p" / "members" / "panel.csv").read_text()


def test_a_key_without_the_right_to_list_can_still_add(world: World, vendor: SocketVendor) -> None:
    vendor.strike(FORBIDDEN_PAGE)
    assert "right to list" in world.run("drift", "p", "--yes").err
    world.members(ADA, BOB, "cleo@example.org")
    assert world.run("apply", "p", "--yes").code == 0


@pytest.mark.parametrize("command", [("drift", "p", "--yes"), ("doctor", "p")])
def test_the_words_of_a_refusal_are_hidden_where_many_read_along(
    world: World, vendor: SocketVendor, command: tuple[str, ...]
) -> None:
    vendor.strike(text('{"error": {"message": "Lovelace, +44 171 555"}}', 400))
    result = world.run(*command, env={"CI": "1"})
    assert "the API says" in result.out + result.err
    assert "Lovelace" not in result.out + result.err
