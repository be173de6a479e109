"""The plan that apply carries out is the one for the lockfile as it stands under the lock."""

from collections.abc import Callable

import pytest
from commands import Panels, Run
from people import person, present

from reconciler.apply import run as module
from reconciler.cli import applying
from reconciler.lockfile.model import Lockfile
from reconciler.plan.planner import make_plan

ADA_IS_THERE = Lockfile("production", "embedded", {"ada@example.org": present(person("ada"))})


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Grows by one each time that a plan is made."""
    made: list[object] = []

    def counted(*arguments: object, **named: object) -> object:
        made.append(make_plan(*arguments, **named))  # type: ignore[arg-type] # handed on as they come
        return made[-1]

    monkeypatch.setattr(module, "make_plan", counted)
    return made


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Something happens while somebody looks at the plan."""
    monkeypatch.setattr(applying, "confirm", lambda *_, **__: happens())


def test_a_plan_is_made_once_where_nothing_changes_between_the_question_and_the_lock(
    run: Run, panels: Panels, plans: list[object]
) -> None:
    panels.environment("production", "embedded: true\n")
    assert run("apply", "production", "--yes").code == 0
    panels.declare("ada", "grace", "eve")
    assert run("apply", "production", "--yes").code == 0
    assert len(plans) == 2
    assert panels.lockfile.read_text(encoding="utf-8").count("pushed") == 3


def test_it_is_made_anew_for_a_lockfile_that_changed_meanwhile(
    run: Run, panels: Panels, plans: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    panels.environment("production", "embedded: true\n")
    meanwhile(monkeypatch, lambda: panels.lock(ADA_IS_THERE))
    assert run("apply", "production", "--yes").code == 0
    assert len(plans) == 2
    assert panels.lockfile.read_text(encoding="utf-8").count("2026-11-23T09:00:00Z") == 1  # hers stays


def test_a_yes_to_another_plan_is_no_yes(
    run: Run, panels: Panels, plans: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    panels.environment("production", "embedded: true\n")
    meanwhile(monkeypatch, lambda: panels.lock(ADA_IS_THERE))
    refused = run("apply", "production")
    assert refused.code == 4
    assert "Another run changed the lockfile" in refused.err
    assert len(plans) == 2
