"""A read as pure steps: which page to ask for next, and what the pages prove. No network, no clock.

Each step is a generator: it yields a request, is sent the page, and returns what it found. So the rules can
be tried against a panel that changes between any two pages.
"""

from collections.abc import Collection, Generator
from itertools import count
from typing import TypeAlias, TypeVar

from reconciler.identity import InvalidAddress, identity
from reconciler.member import EMAIL_ADDRESS, Attributes
from reconciler.problems import Message, counted
from reconciler.questionpro.panel import Page, ReadPage

_Found = TypeVar("_Found")
Steps: TypeAlias = Generator[ReadPage, Page, _Found]

MOST_MISSING = 20
"""If more are on no page, the pages are read once more before members are looked up."""

_MOST_BARREN = 2
_ENDLESS = "two pages in a row had no new members, so the list may never end"


class Seen:
    """All who were on any page, by identity; of two entries the later one counts.

    `contradicted` are those with two entries whose fields differ. `unusable` are the addresses that
    are none, of one pass; `""` where there is none. `longest` is the length of the longest page.
    """

    def __init__(self) -> None:
        """Nobody yet."""
        self.members: dict[str, Attributes] = {}
        self.contradicted: set[str] = set()
        self.unusable: list[str] = []
        self.longest = 0

    def take(self, page: Page) -> set[str]:
        """Add the members of a page; returns their identities."""
        self.longest = max(self.longest, len(page.members))
        keys = set()
        for attributes in page.members:
            address = attributes.get(EMAIL_ADDRESS, "")
            try:
                key = identity(address)
            except InvalidAddress:
                self.unusable.append(address)
                continue
            if self.members.get(key, attributes) != attributes:
                self.contradicted.add(key)
            self.members[key] = attributes
            keys.add(key)
        return keys


def unproven(seen: Seen, known: Collection[str] | None, nowhere: str, whether: str) -> Message:
    """Why this may be another panel than the one that *save* fills; nothing if a known member was seen.

    Args:
        seen: all who were seen.
        known: the members that the lockfile has as added or existing; None if any member will do.
        nowhere: where none of them is, such as `on any page`.
        whether: what is unknown then, such as `this call lists`.
    """
    if not seen.members.keys().isdisjoint(seen.members if known is None else known):
        return ()
    unknown = f"so it is unknown whether {whether} the panel that apply fills"
    if known is None:
        return (f"nobody is {nowhere}, {unknown}",)
    if not known:
        return (f"the lockfile has nobody as added or existing, {unknown}",)
    recorded = f"{counted(len(known), 'member')} recorded as added or existing"
    return (f"of {recorded} none is {nowhere}, {unknown}",)


def all_pages(seen: Seen) -> Steps[Message]:
    """Read pages until one is empty, which is the end. Returns why it was not reached, else nothing.

    The vendor's totals are not reliable (its example has 0 beside a member), and a page may hold fewer
    members than were asked for. A server that repeats its last page for ever brings nobody new.
    """
    seen.unusable.clear()
    met: set[str] = set()
    barren = 0
    for number in count(1):
        page = yield ReadPage(number)
        if not page.members:
            break
        keys = seen.take(page)
        barren = 0 if keys - met else barren + 1
        if barren == _MOST_BARREN:
            return (_ENDLESS,)
        met |= keys
    return ()


def look_up(seen: Seen, key: str, address: str) -> Steps[bool | None]:
    """Look for one member by address, with one call: True if found, False if not, None if unknown.

    Members move between pages while others write, so only a single page can prove anything: an empty one, or
    one that is shorter than another page was, and so is not cut.
    """
    longest = seen.longest
    page = yield ReadPage(1, address)
    if key in seen.take(page):
        return True
    return False if len(page.members) < max(longest, 1) else None
