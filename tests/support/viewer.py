"""Chromium without a window and without a network: one page, and all that it does beyond being looked at."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Locator

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


class Viewer:
    """A window without a network; `page` is playwright's."""

    def __init__(self, browser: "Browser", path: Path, **options: Any) -> None:
        """Open the file; the options are those of the browser's context."""
        self._context = browser.new_context(offline=True, **options)
        self.page = self._context.new_page()
        self.requests: list[str] = []
        self.incidents: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.incidents.append(message.text))
        self.page.on("pageerror", lambda error: self.incidents.append(str(error)))
        self.page.on("dialog", self._dialog)
        self.page.goto(path.as_uri())

    def _dialog(self, dialog: "Dialog") -> None:
        self.incidents.append(f"{dialog.type}: {dialog.message}")
        dialog.dismiss()

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, target: "Locator") -> None:
        """Press the tab key until the target has the focus."""
        for _ in range(200):
            if target.evaluate("found => found === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError("the tab key doesn't lead there")

    def search(self, words: str) -> None:
        """Type into the search field, and press Enter."""
        self.page.get_by_label("Search").fill(words)
        self.press("Enter")

    def members(self) -> list[str]:
        """The members that the tables show now, in order."""
        shown: list[str] = self.page.locator(".rows:visible tbody > tr > td > b:visible").all_inner_texts()
        return shown

    def close(self) -> None:
        """Close the window."""
        self._context.close()
