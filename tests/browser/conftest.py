"""A browser, and pages of plans, a drift and a report."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from example_pages import PAGES, write_pages
from viewer import Viewer, browser, missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Browser"]:
    """The browser; what it writes into its home directory is thrown away."""
    if lacking := missing():
        pytest.skip(f"needs {lacking}")
    home = str(tmp_path_factory.mktemp("browser"))
    with browser({**os.environ, "HOME": home, "XDG_CONFIG_HOME": home}) as chromium:
        yield chromium


@pytest.fixture(scope="session")
def pages(chromium: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:  # noqa: ARG001 - without a browser nobody needs them
    """The page of each command, by its name."""
    return write_pages(tmp_path_factory.mktemp("pages"))


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, pages: Mapping[str, Path]) -> Path:
    """Each of the pages in turn."""
    return pages[request.param]


@pytest.fixture
def view(chromium: "Browser") -> Iterator[Callable[..., Viewer]]:
    """Opens a file in a window of its own, with options of the browser's context."""
    opened: list[Viewer] = []

    def open_page(path: Path, **options: Any) -> Viewer:
        opened.append(Viewer(chromium, path, **options))
        return opened[-1]

    yield open_page
    for viewer in opened:
        viewer.close()
