"""Pages of panels in which there is something of everything: plans, a drift and a report."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from world import Sandbox, World

PAGES = ("plan", "plans", "drift", "report")
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)><svg/onload=alert(3)>"
NEW = 130
_SETTINGS = "policy: {on_change: resubmit, on_remove: unsubscribe}\nguards: {remove: 2}\n"


def write_pages(folder: Path) -> Mapping[str, Path]:
    """The page of each command, in a file of the folder."""
    world = World(folder)
    world.environment(settings=_SETTINGS)
    _declare(world, _before(), [])
    assert world.run("apply", "p", "--yes").code == 0
    _declare(world, _after(), _new())
    made = {"plan": world.run("plan", "p", "--format", "html").out}
    world.run("sandbox", "change", "p", "member001@panel.example.org", "--unsubscribe")
    world.run("sandbox", "change", "p", "joined@panel.example.org", "--join")
    drift = ("drift", "p", "--yes", "--max-calls", "400", "--format", "html")
    made["drift"] = world.run(*drift).out
    with Sandbox(folder, "--fault", "400:3") as refusing:
        world.environment("q", base_url=refusing.base_url)
        world.members(*(f"person{number}@panel.example.org" for number in range(4)), name="q")
        made["report"] = world.run("apply", "q", "--yes", "--format", "html").out
    made["plans"] = world.run("plan", "--all", "--format", "html").out
    for name, page in made.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


def _before() -> list[dict[str, Any]]:
    return [
        {
            "emailAddress": f"member{number:03d}@panel.example.org",
            "firstName": f"Name{number}",
            "city": "Oslo",
            "zipCode": f"{number:05d}",
            "custom1": f"cohort-{number % 7}",
        }
        for number in range(60)
    ]


def _after() -> list[dict[str, Any]]:
    """Five leave, a third have moved, and some have new values in several fields, hostile ones too."""
    people = _before()[:55]
    for number, person in enumerate(people):
        if number % 3 == 0:
            person["city"] = "Bergen"
        if number % 10 == 0:
            person |= {"firstName": "Renamed", "zipCode": "99999", "custom1": HOSTILE}
    return people


def _new() -> list[dict[str, Any]]:
    """With hostile values, and a domain that looks mistyped."""
    new = [{"emailAddress": f"new{number:03d}@panel.example.org"} for number in range(NEW - 1)]
    return [*new, {"emailAddress": "typo@gmial.com", "lastName": HOSTILE}]


def _declare(world: World, people: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    half = len(new) // 2
    world.members(*people[:30], *new[:half], file="north.yaml")
    world.members(*people[30:], *new[half:], file="south.yaml")
