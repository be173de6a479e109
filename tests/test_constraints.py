"""Everyone installs the same releases of the right packages: pins fit what is asked for, names are ours."""

import re
import tomllib
from collections.abc import Collection
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


def _declared(*, with_extras: bool = True) -> list[Requirement]:
    """What is declared for building and running; and of the extras, if they are asked for."""
    project = tomllib.loads((_REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values() if with_extras else []
    groups = [project["build-system"]["requires"], project["project"]["dependencies"], *extras]
    return [Requirement(line) for group in groups for line in group]


def _needed_by(names: Collection[str]) -> set[str]:
    """What those of these packages need that are installed here."""
    installed = {
        canonicalize_name(found.metadata["Name"]): found.requires or [] for found in metadata.distributions()
    }
    return {
        canonicalize_name(requirement.name)
        for name in installed.keys() & set(names)
        for requirement in map(Requirement, installed[name])
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }


def test_each_declared_dependency_is_pinned_to_a_release_that_it_allows() -> None:
    declared = _declared()
    assert declared
    assert not [
        str(wanted)
        for wanted in declared
        if not wanted.specifier.contains(_PINS.get(canonicalize_name(wanted.name), "0"))
    ]


def test_what_dependencies_need_in_turn_is_pinned_too() -> None:
    needed = _needed_by(_PINS.keys())
    assert needed
    assert needed - _PINS.keys() <= {"pip", "setuptools"}


def test_what_jobs_install_has_hashes_and_is_all_that_is_needed_at_the_pinned_releases() -> None:
    text = (_REPOSITORY / "reconciler" / "templates" / "packages.txt").read_text(encoding="utf-8")
    lines = [line for line in text.replace(" \\\n", " ").splitlines() if not line.startswith("#")]
    whole = re.compile(r"(\S+)==(\S+)(?: +--hash=sha256:[0-9a-f]{64})+")
    found = [matched for line in lines if (matched := whole.fullmatch(line))]
    assert len(found) == len(lines)
    packages = {canonicalize_name(matched[1]): matched[2] for matched in found}
    assert packages.items() <= _PINS.items()
    declared = {canonicalize_name(wanted.name) for wanted in _declared(with_extras=False)}
    assert declared | _needed_by(packages) <= packages.keys()


def test_this_repository_s_jobs_install_what_init_writes() -> None:
    ours, written = (".github/reconciler-packages.txt", "reconciler/templates/packages.txt")
    assert (_REPOSITORY / ours).read_bytes() == (_REPOSITORY / written).read_bytes()


def test_the_pins_name_no_machine() -> None:
    text = (_REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"(^|\s)/\w", text, re.MULTILINE)


def test_nothing_suggests_installing_another_projects_package() -> None:
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
