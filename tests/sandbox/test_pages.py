"""The call that lists members, with what is odd about it on the vendor's pages."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from people import person

from reconciler.environment.model import RateLimit
from reconciler.member import FIELDS
from reconciler.sandbox.app import READ_PATH, Application, Call, Rules, SandboxAnswer
from reconciler.sandbox.faults import READING_FAULTS
from reconciler.sandbox.pages import Reading
from reconciler.sandbox.store import Store

RULES = Rules(bool, rate=RateLimit(calls=10**6, seconds=1))


@pytest.fixture
def store() -> Iterator[Store]:
    """Seven members, `m1` to `m7`."""
    with closing(Store.opened(None)) as opened:
        for number in range(1, 8):
            opened.add(person(f"m{number}"))
        yield opened


def _ask(store: Store, query: str = "", rules: Rules = RULES, **wanted: Any) -> SandboxAnswer:
    return Application(store, rules).answer(Call("POST", READ_PATH, "k", json.dumps(wanted).encode(), query))


def _page(store: Store, query: str = "", rules: Rules = RULES, **wanted: Any) -> dict[str, Any]:
    answer = _ask(store, query, rules, **wanted)
    assert answer.status == 200
    page: dict[str, Any] = json.loads(answer.body)
    assert answer.summary == f"members={len(page['response'])}"
    return page


def _names(page: dict[str, Any]) -> list[str]:
    return [member["emailAddress"].partition("@")[0] for member in page["response"]]


def test_members_come_page_by_page_and_an_empty_page_is_the_end(store: Store) -> None:
    pages = [_names(_page(store, f"page={number}&perPage=3")) for number in range(1, 5)]
    assert pages == [["m1", "m2", "m3"], ["m4", "m5", "m6"], ["m7"], []]


def test_a_member_has_the_fields_of_the_vendors_page(store: Store) -> None:
    (member, *_) = _page(store)["response"]
    assert set(member) == {*FIELDS, "panelMemberId", "state"} - {"moderator"}
    assert (member["panelMemberId"], member["firstName"], member["middleName"]) == (1, "", None)
    assert (member["state"], member["qPointValue"], member["mobileNumber"]) == (None, 0, "")


def test_status_device_and_profile_fields_are_null_whatever_they_are(store: Store) -> None:
    profile = [{"profileFieldId": 1, "value": "x"}]
    store.update(person("m1", status="Active", statusType=1, deviceType="Phone", profileFields=profile))
    hidden = _page(store)["response"][0]
    assert [hidden[field] for field in ("status", "deviceType", "profileFields", "statusType")] == [
        None,
        None,
        None,
        0,
    ]
    shown = _page(store, rules=replace(RULES, reading=frozenset({Reading.FULL})))["response"][0]
    assert (shown["status"], shown["statusType"], shown["profileFields"]) == ("Active", 1, profile)


def test_the_totals_are_no_totals(store: Store) -> None:
    pagination = _page(store, "page=2&perPage=3")["pagination"]
    assert pagination["totalItems"] == pagination["totalPages"] == 0
    assert (pagination["currentPage"], pagination["perPage"]) == (2, 3)
    assert set(pagination["links"].values()) == {None}


def test_each_answer_has_a_request_id_of_its_own(store: Store) -> None:
    assert len({_page(store)["requestID"] for _ in range(3)}) == 3


def test_dates_come_in_two_forms(store: Store) -> None:
    for number in (1, 2):
        store.update(person(f"m{number}", creationDate="2022-07-12T06:55:54.000+00:00"))
    one, other, *_ = _page(store)["response"]
    assert one["creationDate"] == "2022-07-12 06:55:54.0"
    assert other["creationDate"] == "2022-07-12T06:55:54.000+00:00"


def test_who_opted_out_has_a_date(store: Store) -> None:
    store.unsubscribe("m2@example.org")
    dates = [member["unsubscribeDate"] for member in _page(store)["response"]]
    assert [date is not None for date in dates] == [False, True, False, False, False, False, False]


@pytest.mark.parametrize("name", ["ids", "Ids"])
def test_members_are_found_by_their_id_under_both_names(store: Store, name: str) -> None:
    wanted: dict[str, Any] = {name: [2, 5, 99]}
    assert _names(_page(store, **wanted)) == ["m2", "m5"]


def test_members_are_found_by_a_part_of_their_address_and_by_status(store: Store) -> None:
    store.add(person("M11", status="Inactive"))
    assert _names(_page(store, searchField="m1")) == ["m1", "M11"]
    assert _names(_page(store, searchField="m1", status="New")) == ["m1"]
    assert _names(_page(store, status="Inactive")) == ["M11"]
    assert _names(_page(store, searchField="")) == [*(f"m{n}" for n in range(1, 8)), "M11"]


def test_a_larger_page_than_the_largest_is_cut_without_a_word(store: Store) -> None:
    small = replace(RULES, largest_page=2)
    page = _page(store, "page=2&perPage=100", small)
    assert _names(page) == ["m3", "m4"]
    assert page["pagination"]["perPage"] == 2


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=one", "perPage=0", "page=", "page=1e3"])
def test_a_page_that_is_no_number_is_refused(store: Store, query: str) -> None:
    assert _ask(store, query).status == 400


@pytest.mark.parametrize(
    "wanted", [{"ids": "1"}, {"ids": ["1"]}, {"searchField": 1}, {"status": []}, {"email": "m1"}]
)
def test_a_body_of_another_schema_is_refused(store: Store, wanted: dict[str, Any]) -> None:
    assert _ask(store, **wanted).status == 400


def test_reading_costs_a_call_and_changes_nobody(store: Store) -> None:
    before = store.residents()
    _page(store)
    assert store.calls == 1
    assert store.residents() == before


def test_reading_may_be_forbidden_while_adding_is_not(store: Store) -> None:
    assert _ask(store, rules=replace(RULES, reading=frozenset({Reading.FORBIDDEN}))).status == 403


def test_reading_may_see_another_panel(store: Store) -> None:
    assert _names(_page(store, rules=replace(RULES, reading=frozenset({Reading.ELSEWHERE})))) == []


def test_the_last_page_may_be_repeated_for_ever(store: Store) -> None:
    rules = replace(RULES, reading=frozenset({Reading.REPEATS}))
    assert [_names(_page(store, f"page={n}&perPage=4", rules)) for n in (2, 3, 9)] == [["m5", "m6", "m7"]] * 3


@pytest.mark.parametrize(
    ("kind", "second"),
    [("joins", ["m3", "m4", "m5"]), ("leaves", ["m5", "m6", "m7"]), ("rewrites", ["m3", "m4", "m5"])],
)
def test_members_move_while_others_write(store: Store, kind: str, second: list[str]) -> None:
    disturb = READING_FAULTS[kind].disturb
    assert disturb is not None
    first = _page(store, "page=1&perPage=3")
    Application(store, RULES).disturb(disturb)
    assert _names(first) == ["m1", "m2", "m3"]
    page = _page(store, "page=2&perPage=3")
    assert _names(page) == second
    assert (page["response"][0]["city"] is None) is (kind != "rewrites")
