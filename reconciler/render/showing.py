"""How much is shown, and to whom."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

from reconciler.member import Attributes
from reconciler.plan.model import Action
from reconciler.problems import Message
from reconciler.render.masking import HIDDEN, masked_address, masked_reason, masked_words
from reconciler.render.values import change_texts, cut, value_text

Paint: TypeAlias = Callable[[str, str], str]
"""(text, name of a colour) → the text in that colour, where there are colours."""


def unpainted(text: str, _colour: str) -> str:
    """The text as it is."""
    return text


class RenderOptions(NamedTuple):
    """What a view for people leaves out.

    `masked` hides personal data; `full` lists everybody; `only` names the actions that are listed (empty:
    all of them); `paint` colours a terminal. `most_bytes` is how much markdown may be, in UTF-8, None for
    what fits into a comment; `link` is where the whole of it can be read.
    """

    masked: bool = False
    full: bool = False
    only: frozenset[str] = frozenset()
    paint: Paint = unpainted
    most_bytes: int | None = None
    link: str | None = None

    def address(self, address: str) -> str:
        """Somebody's address. As data: it has yet to be made visible."""
        return masked_address(address) if self.masked else address

    def value(self, value: Any) -> str:
        """A field's value, visible. That a field is not declared is no secret."""
        return HIDDEN if self.masked and value is not None else value_text(value)

    def change(self, before: Any, after: Any) -> tuple[str, str]:
        """The two values of a change, visible, and never looking alike."""
        if self.masked:
            return self.value(before), self.value(after)
        return change_texts(before, after)

    def reason(self, reason: str, attributes: Attributes) -> str:
        """The API's word about a member. As data: it has yet to be made visible."""
        return masked_reason(reason, attributes) if self.masked else reason

    def words(self, words: Message) -> Message:
        """A problem's words, an excerpt cut where it is longer than anybody reads."""
        words = tuple(part if isinstance(part, str) else replace(part, text=cut(part.text)) for part in words)
        return masked_words(words) if self.masked else words

    def sections(self, actions: Iterable[Action]) -> list[tuple[type[Action], list[Action]]]:
        """Those of a plan's actions that are listed, by kind, in the plan's order."""
        found: dict[type[Action], list[Action]] = {}
        for action in actions:
            if not self.only or action.action in self.only:
                found.setdefault(type(action), []).append(action)
        return list(found.items())
