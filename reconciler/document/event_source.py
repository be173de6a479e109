"""PyYAML's stream of events: from libyaml, or from Python where PyYAML was built without it."""

from collections.abc import Callable
from typing import Any, TypeAlias

from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

try:
    from yaml._yaml import CParser

    HAS_LIBYAML = True
except ImportError:
    HAS_LIBYAML = False

EventSource: TypeAlias = Callable[[], Any]
"""Gives the next event each time it is called; raises `yaml.YAMLError`."""


class _PythonParser(Reader, Scanner, Parser):
    """PyYAML's parser in Python; some ten times as slow, and the same events."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def event(self) -> Any:
        """The next event. Half a character (U+D800), which libyaml refuses itself, is refused here."""
        following: EventSource = self.get_event
        event = following()
        value = getattr(event, "value", None)
        if value and any("\ud800" <= character <= "\udfff" for character in value):
            mark = event.start_mark
            raise ScannerError(None, None, "found invalid Unicode character escape code", mark)
        return event


def event_source(text: str) -> EventSource:
    """The events of a YAML text, one by one; from libyaml if it is there."""
    return CParser(text).get_event if HAS_LIBYAML else _PythonParser(text).event
