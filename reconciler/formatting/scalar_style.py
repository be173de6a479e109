"""How a text is written: plainly where that is read back as the same, else in double quotes or as a block."""

import re
from functools import lru_cache

from yaml.error import YAMLError
from yaml.events import ScalarEvent

from reconciler.document.event_source import event_source
from reconciler.document.nodes import UNDECLARED
from reconciler.formatting.tree import Scalar
from reconciler.roster.fields import looks_whole

PLAIN, QUOTED, BLOCK = "", '"', "|"

_SURELY_PLAIN = re.compile(r"[A-Za-z0-9À-ÖØ-öø-ÿ+](?:[ ]?[\w.@+/()'-])*")
"""Begins with a letter or a digit and holds nothing that YAML gives a meaning to anywhere."""

_BLOCK = re.compile(
    "(?![\\s#%])[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]+(?<!\\s)\n?"
)
"""Text of several lines that stands in a block without hints: no spaces around it, one line end at most."""
_INVISIBLE = re.compile("[\n\r\x7f-\x9f\u2028\u2029\ufeff]")
_WORD = "word"
_IN_BLOCK = "k: {0}\nl:\n- {0}\n"
_AS_KEY = "k:\n  {0}: k\n"
_IN_FLOW = "k: [{0}, {0}]\nl: {{k: {0}, l: {0}}}\n"


def style_of(
    scalar: Scalar, *, is_key: bool = False, in_flow: bool = False, quotes_count: bool = False
) -> str:
    """The style in which a scalar is written.

    `quotes_count` where a reader takes a whole number without quotes for a number, and with them for text.
    """
    text = scalar.text
    if not scalar.style and text in UNDECLARED:
        return PLAIN
    if scalar.style == QUOTED and not is_seen(text):
        return QUOTED  # it may stand there as an escape, so that it is seen
    if "\n" in text and not is_key and not in_flow and _BLOCK.fullmatch(text):
        return BLOCK
    if text in UNDECLARED or (quotes_count and scalar.style and looks_whole(text)):
        return QUOTED
    if is_key and text == "<<" and scalar.style:
        return QUOTED
    return PLAIN if is_plain(text, is_key=is_key, in_flow=in_flow) else QUOTED


def is_seen(text: str) -> bool:
    """Whether a reader sees each character: none turns the direction, joins, or is an odd space."""
    return text.replace("\n", "").isprintable()


def is_plain(text: str, *, is_key: bool, in_flow: bool) -> bool:
    """Whether a text that is not empty is the same without quotes."""
    return _SURELY_PLAIN.fullmatch(text) is not None or _is_read_back(text, is_key, in_flow)


@lru_cache(maxsize=65536)
def _is_read_back(text: str, is_key: bool, in_flow: bool) -> bool:  # noqa: FBT001 - what the cache knows it by
    """Asks the parser itself: the text must take the place of a harmless word, and nothing else change."""
    if text != text.strip() or _INVISIBLE.search(text):
        return False
    frame = _IN_FLOW if in_flow else _AS_KEY if is_key else _IN_BLOCK
    expected = [(kind, text if value == _WORD else value) for kind, value in _events(frame.format(_WORD))]
    try:
        return _events(frame.format(text)) == expected
    except YAMLError:
        return False


def _events(text: str) -> list[tuple[type, str | None]]:
    """The events, and the text of each that is written without quotes, anchor or tag."""
    read = event_source(text)
    found = []
    while event := read():
        is_bare = type(event) is ScalarEvent and not (event.style or event.anchor or event.tag)
        found.append((type(event), event.value if is_bare else None))
    return found
