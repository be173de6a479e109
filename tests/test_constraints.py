"""Everyone installs the same releases of the right packages: pins fit what is asked for, names are ours."""

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

_BY_THE_NAME_ALONE = re.compile(
    r"(?:pip3?|pipx|uv|uvx)\b[^\n`&;|]*\b(?:install|add|run|tool)\b[^\n`&;|]*(?<![\w./@-])reconciler(?![\w/.-])"
    r"|^\W*reconciler(?:\[\w+\])? *(?:@ *\w+\+|[=~>]=)",
    re.MULTILINE,
)


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


def test_nothing_suggests_installing_the_package_of_somebody_else_on_pypi() -> None:
    """`reconciler` on PyPI is another project's; the distribution of this one is `panel-reconciler`."""
    files = (
        path
        for folder in (".", ".github", ".ci", "docs", "panels", "reconciler", "tests")
        for path in (_REPOSITORY / folder).glob("*" if folder == "." else "**/*")
        if path.is_file() and path.suffix in {"", ".md", ".py", ".sh", ".toml", ".txt", ".yaml", ".yml"}
    )
    assert not [
        f"{path.relative_to(_REPOSITORY)}: {found.group()}"
        for path in files
        for found in _BY_THE_NAME_ALONE.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
