"""Chromium without a window and without a network, for tests and measurements of pages."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_FLAGS = (
    "--no-sandbox",  # pages are our own, and root can't have one
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)


def missing() -> str:
    """What a browser needs here and is not installed, or `""`."""
    if _chromium() is None:
        return "Chromium: apt-get install chromium"
    try:
        import playwright.sync_api  # noqa: F401, PLC0415 - whether it is there is the question
    except ImportError:
        return "playwright: pip install playwright (its own browsers aren't needed)"
    return ""


@contextmanager
def browser(environ: Mapping[str, str]) -> Iterator["Browser"]:
    """A browser with these environment variables; it needs all that `missing` asks for."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - installed only where browsers are

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=_chromium(), args=[*_FLAGS], env=dict(environ))
        yield found
        found.close()


def _chromium() -> str | None:
    names = ("chromium", "google-chrome", "chromium-headless-shell")
    return next(filter(None, map(shutil.which, names)), None)
