import json
from typing import Any

from plans import CIRCUMSTANCES, FILE, TOO_MANY_LEAVE, add, adds, change, plan_of, rejected, remove

from reconciler.plan.model import Cost, FieldChange, Plan
from reconciler.render.showing import RenderOptions
from reconciler.render.view import Format, view_for


def shown(plan: Plan, showing: RenderOptions | None = None) -> dict[str, Any]:
    text = view_for(Format.JSON, showing or RenderOptions()).plan(plan, CIRCUMSTANCES)
    document: dict[str, Any] = json.loads(text)
    return document


def test_it_has_the_keys_of_the_contract_in_their_order() -> None:
    document = shown(plan_of(add(), unchanged=95, cost=Cost(1, 0.2, None)))
    assert list(document)[:9] == [
        "format",
        "environment",
        "digest",
        "roster_digest",
        "lockfile_digest",
        "summary",
        "cost",
        "refusals",
        "actions",
    ]
    assert document["format"] == 1
    assert document["summary"] == {"add": 1, "change": 0, "remove": 0, "unchanged": 95, "rejected": 0}
    assert document["cost"] == {"calls": 1, "seconds": 0.2, "allowance": None}
    assert document["refusals"] == []


def test_a_refusal_names_guard_figures_and_flag() -> None:
    assert shown(plan_of(remove(), refusals=[TOO_MANY_LEAVE]))["refusals"] == [
        {"guard": "remove", "count": 60, "limit": "30%", "of": 100, "lifted_by": "--allow remove"}
    ]


def test_each_action_has_the_shape_of_the_contract() -> None:
    custom = FieldChange("custom1", "a", None)
    assert shown(plan_of(add(), change(custom), remove(), rejected("no")))["actions"] == [
        {
            "action": "add",
            "key": "grace@example.org",
            "source": f"{FILE}:9",
            "attributes": {"emailAddress": "grace@example.org"},
        },
        {
            "action": "change",
            "key": "ada@example.org",
            "source": f"{FILE}:12",
            "deliverable": False,
            "changes": [{"field": "custom1", "before": "a", "after": None}],
        },
        {"action": "remove", "key": "bob@example.org", "source": None, "by": "forget"},
        {"action": "rejected", "key": "eve@example.org", "source": f"{FILE}:3", "reason": "no"},
    ]


def test_doubt_is_said_only_where_there_is_some() -> None:
    sure, doubtful = shown(plan_of(add("a"), add("b", doubtful=True)))["actions"]
    assert "doubtful" not in sure
    assert doubtful["doubtful"] is True


def test_it_is_whole_and_unmasked_whatever_is_asked_of_the_others() -> None:
    plan = plan_of(*adds(300), change(), remove())
    assert shown(plan, RenderOptions(masked=True, only=frozenset({"remove"}))) == shown(plan)
    assert len(shown(plan)["actions"]) == 302
