"""The vendor's behaviour, call by call; never kinder than the vendor."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import members_of, person

from reconciler.environment.model import RateLimit
from reconciler.questionpro.answers import find
from reconciler.sandbox import app
from reconciler.sandbox.app import PATH, UNSUBSCRIBE_PATH, Application, Call, Rules, SandboxAnswer
from reconciler.sandbox.store import Membership, Store

BODIES = Path(__file__).parent.parent / "questionpro" / "bodies"


@pytest.fixture
def store() -> Iterator[Store]:
    with closing(Store.opened(None)) as opened:
        yield opened


def _post(*members: Any, key: str | None = "k", path: str = PATH, method: str = "POST") -> Call:
    return Call(method, path, key, json.dumps(members).encode())


_ONE = b'["ada@example.org"]'
CALLS = {
    "add": _post(person("ada")),
    "delete": Call("DELETE", PATH, "k", _ONE),
    "unsubscribe": Call("POST", UNSUBSCRIBE_PATH, "k", _ONE),
}
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


def _counts(answer: SandboxAnswer) -> tuple[int, int]:
    assert answer.status == 200
    counts = json.loads(answer.body)["response"]
    assert list(counts) == ["membersAddedSuccessfully", "membersFailedToBeAdded"]
    added, failed = counts.values()
    assert answer.summary == f"added={added} failed={failed}"
    return added, failed


def _error(answer: SandboxAnswer) -> tuple[int, str | None]:
    return answer.status, find(answer.body.decode(), "id")


def test_new_members_are_added_and_known_ones_fail(store: Store) -> None:
    sandbox = Application(store, Rules(bool))
    assert _counts(sandbox.answer(_post(person("ada"), person("bob")))) == (2, 0)
    assert _counts(sandbox.answer(_post(person("bob"), person("cleo")))) == (1, 1)
    assert _counts(sandbox.answer(_post(person("ada")))) == (0, 1)


def test_the_same_person_twice_in_a_batch_is_added_once(store: Store) -> None:
    sandbox = Application(store, Rules(bool))
    assert _counts(sandbox.answer(_post(person("ada"), person("Ada")))) == (1, 1)


def test_a_known_member_is_not_updated(store: Store) -> None:
    sandbox = Application(store, Rules(bool))
    sandbox.answer(_post(person("ada", city="London")))
    sandbox.answer(_post(person("ada", city="Paris")))
    assert members_of(store)["ada@example.org"]["city"] == "London"


def test_each_good_answer_carries_a_request_id_of_its_own(store: Store) -> None:
    sandbox = Application(store, Rules(bool))
    found = {json.loads(sandbox.answer(_post(person("ada"))).body)["requestID"] for _ in range(3)}
    assert len(found) == 3


@given(st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5), max_size=5))
def test_the_counts_are_right_for_any_calls_whatever(batches: list[list[str]]) -> None:
    with closing(Store.opened(None)) as store:
        sandbox = Application(store, Rules(bool))
        known: set[str] = set()
        for batch in batches:
            new = len(set(batch) - known)
            assert _counts(sandbox.answer(_post(*map(person, batch)))) == (new, len(batch) - new)
            known |= set(batch)
        assert len(members_of(store)) == len(known)


@pytest.mark.parametrize("path", ["/", "/micropanel/members", f"{PATH}/", f"{PATH}/1", PATH.upper()])
def test_another_path_is_not_found(store: Store, path: str) -> None:
    assert _error(Application(store, Rules(bool)).answer(_post(person("ada"), path=path))) == (404, "1040")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *((method, PATH) for method in ("GET", "PUT", "PATCH", "delete")),
        *((method, UNSUBSCRIBE_PATH) for method in ("GET", "PUT", "DELETE", "PATCH")),
    ],
)
def test_another_method_is_not_found(store: Store, method: str, path: str) -> None:
    call = _post(person("ada"), method=method, path=path)
    assert _error(Application(store, Rules(bool)).answer(call)) == (404, "1040")


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("add", ["membersAddedSuccessfully", "membersFailedToBeAdded"]),
        (
            "delete",
            ["membersDeletedSuccessfully", "membersUnavailable", "membersAlreadyDeleted", "membersBlocked"],
        ),
        (
            "unsubscribe",
            [
                "membersUnsubscribedSuccessfully",
                "membersUnavailable",
                "membersAlreadyUnsubscribed",
                "membersBlocked",
            ],
        ),
    ],
)
def test_each_call_is_answered_with_its_own_counts_in_the_order_of_its_page(
    store: Store, kind: str, names: list[str]
) -> None:
    answer = Application(store, Rules(bool)).answer(CALLS[kind])
    assert answer.status == 200
    assert list(json.loads(answer.body)["response"]) == names
    assert json.loads(answer.body)["requestID"]


@each_call
def test_each_call_costs_one_call_of_the_allowance(store: Store, call: Call) -> None:
    sandbox = Application(store, Rules(bool, allowance=1))
    assert sandbox.answer(call).status == 200
    assert _error(sandbox.answer(call)) == (429, "1013")
    assert store.calls == 1


@each_call
def test_each_call_counts_for_the_rate(store: Store, call: Call) -> None:
    sandbox = Application(store, Rules(bool, rate=RateLimit(calls=1, seconds=60)), lambda: 0.0)
    sandbox.answer(_post(person("bob")))
    assert sandbox.answer(call).status == 429


@each_call
def test_a_body_of_each_call_may_be_too_large_no_json_or_of_a_wrong_schema(store: Store, call: Call) -> None:
    sandbox = Application(store, Rules(bool))
    assert sandbox.answer(replace(call, body=None)).status == 413
    assert _error(sandbox.answer(replace(call, body=b"nonsense"))) == (400, "1001")
    assert _error(sandbox.answer(replace(call, body=b"[]"))) == (400, "1002")
    assert _error(sandbox.answer(replace(call, body=b'["ada"]'))) == (400, "1002")


@pytest.mark.parametrize(("method", "path"), [("DELETE", PATH), ("POST", UNSUBSCRIBE_PATH)])
def test_a_refused_batch_of_addresses_changes_nobody(store: Store, method: str, path: str) -> None:
    sandbox = Application(store, Rules(bool, refuses=frozenset({"bob@example.org"})))
    sandbox.answer(_post(person("ada")))
    answer = sandbox.answer(_post("ada@example.org", "BOB@example.org", method=method, path=path))
    assert _error(answer) == (400, "1003")
    assert b"example.org" not in answer.body
    assert store.membership("ada@example.org") is Membership.MEMBER


@each_call
@pytest.mark.parametrize("key", [None, ""])
def test_each_call_needs_a_key(store: Store, call: Call, key: str | None) -> None:
    assert _error(Application(store, Rules(bool)).answer(replace(call, key=key))) == (401, "1010")
    assert store.calls == 0


def test_a_wrong_key_is_unauthorized_and_adds_nobody(store: Store) -> None:
    sandbox = Application(store, Rules(lambda key: key == "right"))
    assert _error(sandbox.answer(_post(person("ada"), key="wrong"))) == (401, "1010")
    assert members_of(store) == {}
    assert _counts(sandbox.answer(_post(person("ada"), key="right"))) == (1, 0)


def test_a_batch_with_a_member_it_does_not_like_is_refused_whole_without_saying_who(store: Store) -> None:
    sandbox = Application(store, Rules(bool, refuses=frozenset({"bob@example.org"})))
    answer = sandbox.answer(_post(person("ada"), person("BOB"), person("cleo")))
    assert _error(answer) == (400, "1003")
    assert b"example.org" not in answer.body
    assert members_of(store) == {}
    assert _counts(sandbox.answer(_post(person("ada"), person("cleo")))) == (2, 0)


def test_a_refused_batch_adds_nobody(store: Store) -> None:
    sandbox = Application(store, Rules(bool))
    assert _error(sandbox.answer(_post(person("ada"), person("bob", colour="red")))) == (400, "1002")
    assert members_of(store) == {}


def test_once_the_allowance_is_used_up_every_call_is_refused_as_the_vendor_does(store: Store) -> None:
    sandbox = Application(store, Rules(bool, allowance=2))
    sandbox.answer(_post(person("ada")))
    sandbox.answer(_post({"wrong": 1}))
    for _ in range(3):
        answer = sandbox.answer(_post(person("bob")))
        assert _error(answer) == (429, "1013")
        assert b"API call limit exceeded. Please contact your account representative" in answer.body
    assert store.calls == 2
    assert list(members_of(store)) == ["ada@example.org"]


def test_the_allowance_is_remembered_by_the_store(store: Store) -> None:
    Application(store, Rules(bool, allowance=1)).answer(_post(person("ada")))
    assert Application(store, Rules(bool, allowance=1)).answer(_post(person("bob"))).status == 429


def test_too_many_calls_in_a_window_are_refused_until_it_has_passed(store: Store) -> None:
    now = 0.0
    sandbox = Application(store, Rules(bool, rate=RateLimit(calls=2, seconds=60)), lambda: now)
    assert [sandbox.answer(_post(person(name))).status for name in ("a", "b", "c")] == [200, 200, 429]
    assert "c@example.org" not in members_of(store)
    assert store.calls == 2
    now = 60.0
    assert sandbox.answer(_post(person("c"))).status == 200


def test_the_rate_is_the_vendors_unless_told_otherwise(store: Store) -> None:
    sandbox = Application(store, Rules(bool), lambda: 0.0)
    statuses = [sandbox.answer(_post(person("ada"))).status for _ in range(301)]
    assert statuses == [200] * 300 + [429]


def test_calls_that_are_not_let_in_cost_nothing(store: Store) -> None:
    sandbox = Application(store, Rules(bool))
    sandbox.answer(_post(person("ada"), key=None))
    sandbox.answer(_post(person("ada"), path="/"))
    assert store.calls == 0


def test_data_that_cannot_be_written_is_the_servers_error() -> None:
    with closing(Store.opened(None)) as store:
        store.close()
        assert _error(Application(store, Rules(bool)).answer(_post(person("ada")))) == (500, "1026")


@pytest.mark.parametrize(
    "error",
    [
        app.INVALID_URL,
        app.UNAUTHORIZED,
        app.FORBIDDEN,
        app.NOT_FOUND,
        app.SERVER_ERROR,
    ],
    ids=lambda error: error.name,
)
def test_a_body_is_the_one_that_the_vendor_prints(error: app.VendorError) -> None:
    answer = error.answer("resource_url")
    assert answer.status == error.status
    assert answer.body.decode() + "\n" == (BODIES / f"{error.status}.txt").read_text(encoding="utf-8")


def test_a_path_with_quotes_stays_one_value() -> None:
    assert b'"resourceUrl":"/a\\"b"' in app.NOT_FOUND.answer('/a"b').body


@given(st.integers(1, 5), st.lists(st.floats(0, 3), max_size=60))
def test_no_window_holds_more_calls_than_the_rate_allows(calls: int, pauses: list[float]) -> None:
    now = 0.0
    let_in = []
    with closing(Store.opened(None)) as store:
        sandbox = Application(store, Rules(bool, rate=RateLimit(calls=calls, seconds=10)), lambda: now)
        for pause in pauses:
            now += pause
            if sandbox.answer(CALLS["add"]).status == 200:
                let_in.append(now)
    assert all(later - earlier >= 10 for earlier, later in zip(let_in, let_in[calls:], strict=False))
