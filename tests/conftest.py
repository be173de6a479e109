"""What holds for every test: no home directory, no network beyond this machine, no settings from outside."""

import os
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent

# All that changes what Reconciler, or a library below it, reads or prints.
_FOREIGN_PREFIXES = ("QUESTIONPRO_", "RECONCILER_", "GITHUB_", "GIT_", "XDG_")
_FOREIGN_NAMES = frozenset({"CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "PAGER"})

# Where nothing compiled is kept, each of the thousand processes that tests start would compile it all anew.
_SLOWING_NAMES = frozenset({"PYTHONDONTWRITEBYTECODE"})
_PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"})

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "", "0.0.0.0", None})  # noqa: S104 - compared, not bound

# A deadline for one example measures how busy the machine is, not whether the property holds. There are many
# properties, so each tries few examples: others in each run, and the same in CI, so that a change fails for
# what it changed. The scheduled run of ci.yml explores.
settings.register_profile("usual", deadline=None, max_examples=20)
settings.register_profile("repeatable", settings.get_profile("usual"), derandomize=True)
settings.register_profile("exploring", settings.get_profile("usual"), max_examples=100)
settings.load_profile("repeatable" if "CI" in os.environ else "usual")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The steps of a story stay in their order, also where a plugin shuffles all tests."""
    stories = defaultdict[Path, list[int]](list)
    for index, item in enumerate(items):
        if item.get_closest_marker("story"):
            stories[item.path].append(index)
    for places in stories.values():
        steps = sorted((items[index] for index in places), key=lambda item: item.reportinfo()[1] or 0)
        for index, step in zip(places, steps, strict=True):
            items[index] = step


@pytest.fixture(scope="session")
def repo() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session", autouse=True)
def nothing_set_outside() -> Iterator[None]:
    """None of the variables that are set outside, also for what several tests share."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in [name for name in os.environ if _is_foreign(name)]:
            monkeypatch.delenv(name)
        for place in ("GLOBAL", "SYSTEM"):
            monkeypatch.setenv(f"GIT_CONFIG_{place}", os.devnull)
        yield


@pytest.fixture(autouse=True)
def environment_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """An empty home directory that must stay empty."""
    home = tmp_path_factory.getbasetemp() / "home"
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(Path.cwd())
    yield
    touched = [path.name for path in home.iterdir()]
    assert not touched, f"the test wrote into the home directory: {touched}"


def _is_foreign(name: str) -> bool:
    unwanted = _FOREIGN_NAMES | _SLOWING_NAMES
    return name.startswith(_FOREIGN_PREFIXES) or name in unwanted or name.upper() in _PROXIES


def _refuse_foreign_hosts(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if name not in _LOOPBACK:
        raise PermissionError(f"a test tried to reach {name}: tests stay on this machine")


# Some runners, and a shell's `&`, start processes with SIGINT ignored, and nohup with SIGHUP. The programs
# that tests start would inherit that, and never end when they are interrupted.
signal.signal(signal.SIGINT, signal.default_int_handler)
for _number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(_number, signal.SIG_DFL)

sys.addaudithook(_refuse_foreign_hosts)
