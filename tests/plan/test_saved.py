import json
from typing import Any

import pytest
from plans import add, change, plan_of, rejected, remove, unremoved

from reconciler.errors import InvalidInput
from reconciler.plan.saved import ReviewedPlan, action_document, read_saved_plan

DIGEST = "sha256:" + "0" * 64
SAVED: dict[str, Any] = {"format": 1, "environment": "p", "digest": DIGEST, "actions": []}


def read(document: object) -> ReviewedPlan:
    return read_saved_plan(json.dumps(document).encode(), environment="p", file="plan.json")


def test_what_is_saved_is_read_back() -> None:
    plan = plan_of(add(), change(), remove(), rejected(), unremoved("zoe"))
    found = read(SAVED | {"actions": [action_document(action) for action in plan.actions]})
    assert found.digest == DIGEST
    assert found.actions is not None
    assert [*found.actions] == [action.key for action in plan.actions]
    assert found.members is None


def test_a_selection_is_read_back() -> None:
    assert read(SAVED | {"members": ["ada@example.org"]}).members == ("ada@example.org",)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"digest": None}, "no digest"),
        ({"digest": DIGEST.upper()}, "no digest"),
        ({"format": 2}, "format is 2"),
        ({"format": "x" * 100_000}, "format is"),
        ({"environment": "q"}, "not for p"),
        ({"environment": ["q" * 100_000]}, "not for p"),
        ({"plans": []}, "several environments"),
        ({"actions": None}, "no list of actions"),
        ({"actions": {}}, "no list of actions"),
        ({"actions": [7]}, "no list of actions"),
        ({"actions": [{"action": "add"}]}, "no list of actions"),
        ({"actions": [{"action": "\ud800", "key": "ada"}]}, "no list of actions"),
        ({"actions": [], "\ud800": 1, "members": 7}, "no list of actions"),
        ({"actions": [{"action": "praise", "key": "ada"}]}, "no list of actions"),
        ({"actions": [{"action": "add", "key": "ada", "attributes": {"town": "x"}}]}, "no list of actions"),
        (
            {"actions": [{"action": "change", "key": "a", "changes": [{"field": "town"}]}]},
            "no list of actions",
        ),
        ({"members": "ada@example.org"}, "no list of actions"),
        ({"members": [7]}, "no list of actions"),
    ],
    ids=str,
)
def test_what_is_no_saved_plan_of_the_environment_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        read(SAVED | changes)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b"\xff", b"[]"])
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="This is no saved plan"):
        read_saved_plan(data, environment="p", file="plan.json")
