"""One page in a browser, and all that it does beyond being looked at."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Locator


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
