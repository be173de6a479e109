"""PyYAML's stream of events, and its errors in plain words.

The events come from libyaml, or from PyYAML's own parser where PyYAML was built without libyaml.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from yaml.error import Mark, MarkedYAMLError, YAMLError
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

from reconciler.problems import Location, Message, Problem, Value
from reconciler.text_source import (
    YAML_LINE_END,
    control_character,
    control_character_problem,
    line_and_column,
)

try:
    from yaml._yaml import CParser

    HAS_LIBYAML = True
except ImportError:
    HAS_LIBYAML = False

EventSource: TypeAlias = Callable[[], Any]
"""Returns the next event each time it is called; raises `yaml.YAMLError`."""

_NO_CHARACTER = "found invalid Unicode character escape code"


def event_source(text: str) -> EventSource:
    """The events of a YAML text, one by one."""
    return CParser(text).get_event if HAS_LIBYAML else _PythonParser(text).event


def tokens(text: str) -> Iterator[Any]:
    """The tokens of a YAML text, which know where each sign begins and ends."""
    source = CParser(text) if HAS_LIBYAML else _PythonParser(text)
    while token := source.get_token():
        yield token


class _PythonParser(Reader, Scanner, Parser):
    """PyYAML's parser in Python: about ten times slower, and the same events."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def event(self) -> Any:
        """The next event. Refuses what libyaml refuses too: half a character (U+D800), or no character."""
        following: EventSource = self.get_event
        try:
            event = following()
        except (ValueError, OverflowError) as error:
            # PyYAML makes a character of any number, and a number of any digits after %YAML.
            word = "directive" if "digits" in str(error) else _NO_CHARACTER
            raise ScannerError(None, None, word, self.get_mark()) from error
        value = getattr(event, "value", None)
        if value and any("\ud800" <= character <= "\udfff" for character in value):
            mark = event.start_mark
            raise ScannerError(None, None, _NO_CHARACTER, mark)
        return event


class _Rule(NamedTuple):
    """One mistake, a pattern that matches both parsers' words for it, and ours.

    `at_start` if its position is where the thing begins, not where the parser gave up.
    """

    pattern: str
    message: str
    hint: str
    at_start: bool = False


_QUOTE = "If it belongs to the text, put the text in quotes."
RULES = (
    _Rule(
        "tab character|'\\\\t' that cannot start",
        "There is a tab where YAML expects spaces.",
        "Indent with spaces only.",
    ),
    _Rule(
        "mapping values are not allowed",
        "A colon with a space after it is not allowed here.",
        f"{_QUOTE} Otherwise check the indentation of this line and of the one above.",
    ),
    _Rule(
        "found unexpected ':'",
        "A colon is not allowed here.",
        "Write a space after it, or put the text in quotes.",
    ),
    _Rule(
        "quoted scalar.*(unexpected end of stream|unexpected document)",
        "The quote that opens here is never closed.",
        "Close it. Inside single quotes, write an apostrophe twice.",
        at_start=True,
    ),
    _Rule(
        "expected ',' or '\\]'",
        'The list that "[" opens here is not closed, or a comma is missing.',
        'Put commas between the items and "]" at the end.',
        at_start=True,
    ),
    _Rule(
        "expected ',' or '}'",
        'The mapping that "{" opens here is not closed, or a comma is missing.',
        'Put commas between the entries and "}" at the end.',
        at_start=True,
    ),
    _Rule(
        "block collection.*expected ('-' indicator|<block end>)",
        "This line doesn't fit the list above it.",
        'All items of one list begin with "-" in the same column.',
    ),
    _Rule(
        "block mapping.*expected (key|<block end>)",
        "This doesn't fit the lines above it.",
        "Check the indentation, and whether a quote closes too early.",
    ),
    _Rule(
        "could not find expected ':'",
        "This line is not of the form key: value.",
        "Write a colon and a space between key and value.",
        at_start=True,
    ),
    _Rule(
        "escape c|unknown escape|hexa?decimal",
        "A backslash inside double quotes begins an escape, and this is not one.",
        "Use single quotes for text that contains backslashes.",
    ),
    _Rule(
        "expected alphabetic or numeric character",
        'A "*" or "&" begins an alias or an anchor, and no name follows.',
        _QUOTE,
    ),
    _Rule(
        "sequence entries are not allowed",
        'A "-" with a space after it is not allowed here.',
        f"{_QUOTE} Otherwise begin the list on a line of its own.",
    ),
    _Rule(
        "undefined tag handle|scanning a tag|parsing a tag",
        'A "!" begins a tag, and tags are not allowed.',
        _QUOTE,
    ),
    _Rule(
        "expected '?<document start>",
        "There is text after the end of the document.",
        'Remove the line "..." above, or what follows it.',
    ),
    _Rule(
        "incompatible YAML document|directive",
        "The file begins with an unknown directive (%).",
        "Remove that line.",
    ),
    _Rule(
        "expected (the )?node content",
        "A key or a value is missing here.",
        'Is a "[" or "{" not closed, or is there a comma too many?',
    ),
    _Rule("block scalar", "This header of a text block is not valid.", 'Write "|" or ">" alone.'),
    _Rule("max depth", "The file is nested too deeply.", "Members hold at most five levels."),
)
_STRANGE_START = "cannot start any token"
_HALF = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|\\u[dD][c-fC-F]..")


def syntax_problem(error: YAMLError, text: str, file: str) -> Problem:
    """What PyYAML found wrong in a text, in plain words."""
    if not isinstance(error, MarkedYAMLError):
        return _unreadable_character(text, file)
    said = f"{error.context or ''}: {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    character = text[mark.index : mark.index + 1] if mark else ""
    if _NO_CHARACTER in said and (problem := _half_a_character(error, text, file)):
        return problem
    if _STRANGE_START in said and character != "\t":
        message: Message = (f'A value can\'t begin with "{character}".',)
        return Problem(message, ("Put the value in quotes.",), _location(text, mark, file))
    if _STRANGE_START in said:
        said = "tab character"
    for rule in RULES:
        if re.search(rule.pattern, said):
            at = (error.context_mark or mark) if rule.at_start else mark
            return Problem((rule.message,), (rule.hint,), _location(text, at, file))
    return Problem(
        ("This is not valid YAML: ", Value(error.problem or "no reason given")),
        (),
        _location(text, mark, file),
    )


def _half_a_character(error: MarkedYAMLError, text: str, file: str) -> Problem | None:
    r"""JSON writes a character beyond U+FFFF as two escapes, such as `\ud83c\udf89`; YAML has one for it."""
    start = error.context_mark or error.problem_mark
    found = _HALF.search(text, start.index) if start else None
    if found is None:
        return None
    location = Location(file, *line_and_column(text, found.start(), YAML_LINE_END))
    if not found[2]:
        message: Message = (Value(found[0]), " is only half of a character.")
        return Problem(message, ("Write the whole character itself.",), location)
    whole = bytes.fromhex(found[1] + found[2]).decode("utf-16-be")
    message = (Value(found[0]), " is one character in JSON; YAML doesn't know this form.")
    hint = ("Write the character itself, ", Value(whole), f', or "\\U{ord(whole):08X}".')
    return Problem(message, hint, location)


def _unreadable_character(text: str, file: str) -> Problem:
    """Libyaml names the byte of such a character, not its line."""
    index = control_character(text)
    if index is None:
        return Problem(("This is not valid YAML.",), (), Location(file))
    return control_character_problem(text, index, file, YAML_LINE_END)


def _location(text: str, mark: Mark | None, file: str) -> Location:
    if mark is None:
        return Location(file)
    if mark.index >= len(text):
        # If the last line has no end, libyaml names the one after it.
        return Location(file, *line_and_column(text, len(text), YAML_LINE_END))
    return Location(file, mark.line + 1, mark.column + 1)
