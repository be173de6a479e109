"""The code keeps to docs/architecture.md: imports run downwards, and libraries stay in their packages.

The drawing in that page is the table that these tests hold the code to, so the two can't drift apart.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

_REPOSITORY = Path(__file__).resolve().parent.parent
_PACKAGE = "reconciler"

# Whatever reaches out of the process or asks for the day. Packages that are marked as pure do without.
_WORLD = frozenset(
    {
        "asyncio",
        "click",
        "datetime",
        "glob",
        "http",
        "httpx",
        "io",
        "logging",
        "os",
        "pathlib",
        "platform",
        "pydantic",
        "random",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "subprocess",
        "sys",
        "tempfile",
        "tenacity",
        "threading",
        "time",
        "urllib",
        "uvicorn",
        "yaml",
    }
)
_EXCUSED = {
    ("environment.model", "pathlib"): "names where files are, and reads none",
    ("lockfile.model", "pathlib"): "names where files are, and reads none",
    ("member", "datetime"): "knows the calendar, and never asks for the day",
    ("lint.values", "datetime"): "knows the calendar, and never asks for the day",
}
_HEAVY = frozenset(
    {
        "asyncio",
        "deepdiff",
        "email_validator",
        "httpx",
        "idna",
        "pydantic",
        "sqlite3",
        "tenacity",
        "uvicorn",
    }
)


class Package(NamedTuple):
    """A package or module in the drawing; layers count from the bottom, groups from the left."""

    name: str
    layer: int
    group: int


class Import(NamedTuple):
    """One import: who, what, on which line."""

    importer: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


@cache
def _page() -> str:
    return (_REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")


@cache
def _packages() -> tuple[Package, ...]:
    """All packages of the drawing. In its lines, as `5 │ render   apply · explain`, a ` · ` joins a group."""
    return tuple(
        Package(name, int(layer), group)
        for layer, names in re.findall(r"^ *(\d) │ (.*)$", _page(), re.MULTILINE)
        for group, packages in enumerate(re.split(r" {2,}", names))
        for name in packages.split(" · ")
    )


@cache
def _pure_packages() -> tuple[str, ...]:
    """The packages that the page calls pure."""
    found = re.search(r"^Pure: (.*?)\.$", _page(), re.MULTILINE)
    return tuple(re.findall(r"`([a-z_.]+)`", found.group(1))) if found else ()


@cache
def _libraries() -> Mapping[str, frozenset[str]]:
    """Where each library may be imported, from the page's table."""
    rows = re.findall(r"^\| `([a-z_]+)` \| (`[^|]*) \|", _page(), re.MULTILINE)
    return {library: frozenset(re.findall(r"`([a-z_.]+)`", packages)) for library, packages in rows}


def _modules() -> Mapping[str, Path]:
    """Each module by its dotted name below the package; a package goes by the name of its folder."""
    modules = {}
    for path in (_REPOSITORY / _PACKAGE).rglob("*.py"):
        parts = path.relative_to(_REPOSITORY / _PACKAGE).with_suffix("").parts
        modules[".".join(part for part in parts if part != "__init__")] = path
    return modules


@cache
def _imports() -> tuple[Import, ...]:
    """All imports of all modules, at whatever depth; those of our own modules without the package's name."""
    modules = _modules()
    return tuple(found for name, path in modules.items() for found in _imports_of(name, path, modules))


def _imports_of(importer: str, path: Path, modules: Mapping[str, Path]) -> Iterator[Import]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{importer}:{node.lineno}: imports name their module in full"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (Import(importer, _module_of(name, modules), node.lineno) for name in names)


def _module_of(name: str, modules: Mapping[str, Path]) -> str:
    """The module that a dotted name lies in: ours below the package, another's by its top-level name."""
    top, *rest = name.split(".")
    if top != _PACKAGE:
        return top
    while (found := ".".join(rest)) not in modules:
        rest.pop()
    return f"{_PACKAGE}.{found}" if found else _PACKAGE


def _own(found: Import) -> str | None:
    """The imported module's name below the package, or None where it isn't ours."""
    prefix = f"{_PACKAGE}."
    return found.imported.removeprefix(prefix) if found.imported.startswith(prefix) else None


def _lies_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _package_of(module: str) -> Package:
    """The package with the longest name that the module lies in."""
    packages = [package for package in _packages() if _lies_in(module, package.name)]
    assert packages, f"docs/architecture.md has no package for {module}"
    return max(packages, key=lambda package: len(package.name))


def _pure(module: str) -> bool:
    return _package_of(module).name in _pure_packages() or module in _pure_packages()


def test_each_module_has_a_package_in_the_drawing() -> None:
    names = [name for name, path in _modules().items() if name and path.stat().st_size > 1]
    assert names
    for name in names:
        _package_of(name)


def test_each_package_of_the_drawing_exists() -> None:
    packages = [package.name for package in _packages()]
    assert len(packages) == len(set(packages))
    assert not [package for package in (*packages, *_pure_packages()) if package not in _modules()]


def test_imports_run_downwards_only() -> None:
    assert not [
        str(found)
        for found in _imports()
        if found.importer and (imported := _own(found)) is not None and not _may_see(found.importer, imported)
    ]


def _may_see(importer: str, imported: str) -> bool:
    above, below = _package_of(importer), _package_of(imported)
    return above.layer > below.layer or (above.layer, above.group) == (below.layer, below.group)


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph: dict[str, set[str]] = {}
    for found in _imports():
        if (imported := _own(found)) is not None:
            graph.setdefault(found.importer, set()).add(imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_nothing_but_the_way_in_imports_the_command_line() -> None:
    importers = {found.importer for found in _imports() if _lies_in(_own(found) or "", "cli")}
    assert not [name for name in importers if name != "__main__" and not _lies_in(name, "cli")]


def test_applying_sees_an_interface_to_the_vendor_and_not_the_vendor() -> None:
    edges = ("questionpro", "sandbox")
    assert not [
        str(found)
        for found in _imports()
        if _lies_in(found.importer, "apply")
        and _own(found) != "questionpro.panel"  # the interface
        and (found.imported == "httpx" or any(_lies_in(_own(found) or "", edge) for edge in edges))
    ]


def test_planning_and_the_models_do_not_reach_out_of_the_process() -> None:
    assert _pure_packages()
    assert not [
        str(found)
        for found in _imports()
        if _pure(found.importer)
        and found.imported in _WORLD
        and (found.importer, found.imported) not in _EXCUSED
    ]


def test_what_is_pure_imports_only_what_is_pure() -> None:
    assert not [
        str(found)
        for found in _imports()
        if _pure(found.importer) and (imported := _own(found)) is not None and not _pure(imported)
    ]


def test_each_library_stays_in_the_packages_that_the_page_names() -> None:
    foreign = [
        found
        for found in _imports()
        if not found.imported.startswith(_PACKAGE) and found.imported not in sys.stdlib_module_names
    ]
    assert foreign
    assert not [
        str(found)
        for found in foreign
        if not any(_lies_in(found.importer, package) for package in _libraries().get(found.imported, ()))
    ]


def test_the_page_names_no_package_that_a_library_is_not_in() -> None:
    used = {(found.imported, found.importer) for found in _imports()}
    assert not [
        f"{library} isn't imported in {package}"
        for library, packages in _libraries().items()
        for package in packages
        if not any(name == library and _lies_in(importer, package) for name, importer in used)
    ]


@pytest.mark.parametrize(
    "command", [["--version"], ["--help"], ["validate"], ["plan", "small"]], ids=lambda command: command[0]
)
def test_nothing_heavy_is_loaded_where_it_is_not_needed(command: list[str], tmp_path: Path) -> None:
    environment = tmp_path / "panels" / "small"
    (environment / "members").mkdir(parents=True)
    (environment / "environment.yaml").write_text("embedded: true\n", encoding="utf-8")
    (environment / "members" / "team.csv").write_text("emailAddress\nada@example.org\n", encoding="utf-8")
    assert not _loaded_by(["--panels", str(tmp_path / "panels"), *command]) & _HEAVY


def _loaded_by(arguments: list[str]) -> set[str]:
    """The modules that one run of the program loads, as the interpreter itself reports them."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", _PACKAGE, *arguments],
        cwd=_REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    loaded = set(re.findall(r"^import time:.*\| +(\S+)$", done.stderr, re.MULTILINE))
    assert f"{_PACKAGE}.cli" in loaded
    return loaded
