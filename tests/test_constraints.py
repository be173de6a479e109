"""Everyone installs the same releases: each dependency is pinned, and the pins fit what is asked for."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_REPOSITORY = Path(__file__).resolve().parent.parent
_PINS = {
    canonicalize_name(name): version
    for name, version in re.findall(
        r"^(\S+?)==(\S+)", (_REPOSITORY / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
}


def _declared() -> list[Requirement]:
    project = tomllib.loads((_REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    groups = [project["build-system"]["requires"], project["project"]["dependencies"], *extras]
    return [Requirement(line) for group in groups for line in group]


def test_each_declared_dependency_is_pinned_to_a_release_that_it_allows() -> None:
    declared = _declared()
    assert declared
    assert not [
        str(wanted)
        for wanted in declared
        if not wanted.specifier.contains(_PINS.get(canonicalize_name(wanted.name), "0"))
    ]


def test_what_dependencies_need_in_turn_is_pinned_too() -> None:
    installed = {
        canonicalize_name(found.metadata["Name"]): found.requires or [] for found in metadata.distributions()
    }
    needed = {
        canonicalize_name(requirement.name)
        for name in _PINS.keys() & installed.keys()
        for requirement in map(Requirement, installed[name])
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }
    assert needed
    assert needed - _PINS.keys() <= {"pip", "setuptools"}


def test_the_pins_name_no_machine() -> None:
    text = (_REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"(^|\s)/\w", text, re.MULTILINE)
