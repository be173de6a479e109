"""Plans made by hand, for tests of how they are shown."""

from collections.abc import Sequence
from typing import Any

from reconciler.environment.model import Policy
from reconciler.lockfile.codec import digest
from reconciler.member import Removal
from reconciler.output.plan_json import PlanContext
from reconciler.plan.model import (
    Action,
    Add,
    Change,
    Cost,
    FieldChange,
    GuardRefusal,
    Plan,
    Remove,
    StillRejected,
    Unremoved,
)

FILE = "panels/production/members/team.yaml"
CONTEXT = PlanContext("reconciler apply production", "reconciler state recover production")
TOO_MANY_LEAVE = GuardRefusal("remove", 60, "30%", 100, "--allow remove")


def add(name: str = "grace", line: int = 9, *, file: str = FILE, doubtful: bool = False) -> Add:
    """A person at example.org to add."""
    return Add(
        f"{name}@example.org", f"{file}:{line}", {"emailAddress": f"{name}@example.org"}, doubtful=doubtful
    )


def adds(count: int) -> list[Add]:
    """So many to add, each on a line of their own."""
    return [add(f"member{number:04}", number) for number in range(1, count + 1)]


def change(*changes: FieldChange, name: str = "ada", deliverable: bool = False) -> Change:
    """A person at example.org whose declaration changed."""
    return Change(
        f"{name}@example.org",
        f"{FILE}:12",
        changes or (FieldChange("custom1", "a", "b"),),
        {"emailAddress": f"{name}@example.org"},
        deliverable,
    )


def remove(name: str = "bob", by: Removal = Removal.FORGET, **more: Any) -> Remove:
    """A person at example.org who is no longer declared."""
    return Remove(f"{name}@example.org", by, {"emailAddress": f"{name}@example.org"}, **more)


def unremoved(name: str = "bob", reason: str = "blocked") -> Unremoved:
    """A person at example.org that the API refused to delete."""
    return Unremoved(f"{name}@example.org", Removal.DELETE, reason, {"emailAddress": f"{name}@example.org"})


def rejected(reason: str = "Invalid birthday", **attributes: str) -> StillRejected:
    """Eve at example.org, refused by the API."""
    return StillRejected(
        "eve@example.org", f"{FILE}:3", reason, {"emailAddress": "eve@example.org", **attributes}
    )


def plan_of(
    *actions: Action,
    environment: str = "production",
    unchanged: int = 0,
    cost: Cost = Cost(1, 0.2, None),  # noqa: B008 - immutable
    refusals: Sequence[GuardRefusal] = (),
    has_lockfile: bool = True,
) -> Plan:
    """A plan that holds these actions."""
    return Plan(
        environment=environment,
        target="https://api.questionpro.eu/a/api/v2",
        policy=Policy(),
        actions=actions,
        unchanged=unchanged,
        cost=cost,
        refusals=tuple(refusals),
        digest="sha256:5ca1ab1e",
        roster_digest="sha256:0b5e55ed",
        lockfile_digest="sha256:c0ffee" if has_lockfile else digest(None),
    )
