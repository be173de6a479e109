"""PyYAML's stream of events: from libyaml, or from Python where PyYAML was built without it."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from yaml.error import YAMLError
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

try:
    from yaml._yaml import CParser

    HAS_LIBYAML = True
except ImportError:
    HAS_LIBYAML = False

_NO_CHARACTER = "found invalid Unicode character escape code"

EventSource: TypeAlias = Callable[[], Any]
"""Gives the next event each time it is called; raises `yaml.YAMLError`."""


class _PythonParser(Reader, Scanner, Parser):
    """PyYAML's parser in Python; some ten times as slow, and the same events."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def event(self) -> Any:
        """The next event. What libyaml refuses itself is refused here: half a character (U+D800), or none."""
        following: EventSource = self.get_event
        try:
            event = following()
        except (ValueError, OverflowError) as error:
            # PyYAML makes a character of any number, and a number of any digits behind %YAML.
            word = "directive" if "digits" in str(error) else _NO_CHARACTER
            raise ScannerError(None, None, word, self.get_mark()) from error
        value = getattr(event, "value", None)
        if value and any("\ud800" <= character <= "\udfff" for character in value):
            mark = event.start_mark
            raise ScannerError(None, None, _NO_CHARACTER, mark)
        return event


def event_source(text: str) -> EventSource:
    """The events of a YAML text, one by one; from libyaml if it is there."""
    return CParser(text).get_event if HAS_LIBYAML else _PythonParser(text).event


def tokens(text: str) -> Iterator[Any]:
    """The tokens of a YAML text, which know where each sign begins and ends."""
    source = CParser(text) if HAS_LIBYAML else _PythonParser(text)
    while token := source.get_token():
        yield token


def seen_again(events: list[Any], following: EventSource) -> EventSource:
    """Events that were taken already, once more, and then those that follow."""
    remaining = iter(events)

    def event() -> Any:
        again = next(remaining, None)
        return following() if again is None else again

    return event


def failing(error: YAMLError) -> EventSource:
    """Fails as the parser did, which tells its error only once."""

    def event() -> Any:
        raise error

    return event
