"""PyYAML's words for a broken file, turned into plain ones.

libyaml and PyYAML's own parser word the same mistake differently; a pattern matches both.
"""

import re
from typing import NamedTuple

from yaml.error import Mark, MarkedYAMLError, YAMLError

from reconciler.document.content import (
    YAML_LINE_END,
    control_character,
    control_character_problem,
    line_and_column,
)
from reconciler.problems import Location, Message, Problem, Value


class _Rule(NamedTuple):
    """A mistake; `at_start` where its place is where the thing begins, not where the parser gave up."""

    pattern: re.Pattern[str]
    message: str
    hint: str
    at_start: bool = False


def _rule(pattern: str, message: str, hint: str, *, at_start: bool = False) -> _Rule:
    return _Rule(re.compile(pattern), message, hint, at_start)


_QUOTE = "If it belongs to the text, put the text in quotes."
RULES = (
    _rule(
        "tab character|'\\\\t' that cannot start",
        "A tab stands where YAML wants spaces.",
        "Indent with spaces only.",
    ),
    _rule(
        "mapping values are not allowed",
        "A colon with a space after it can't stand here.",
        f"{_QUOTE} Otherwise check the indentation of this line and of the one above.",
    ),
    _rule(
        "found unexpected ':'",
        "A colon can't stand here.",
        "Write a space after it, or put the text in quotes.",
    ),
    _rule(
        "quoted scalar.*(unexpected end of stream|unexpected document)",
        "The quote that opens here is never closed.",
        "Close it; an apostrophe within single quotes is written twice.",
        at_start=True,
    ),
    _rule(
        "expected ',' or '\\]'",
        'The list that "[" opens here is not closed, or lacks a comma.',
        'Put commas between the items and "]" at the end.',
        at_start=True,
    ),
    _rule(
        "expected ',' or '}'",
        'The mapping that "{" opens here is not closed, or lacks a comma.',
        'Put commas between the entries and "}" at the end.',
        at_start=True,
    ),
    _rule(
        "block collection.*expected ('-' indicator|<block end>)",
        "This line doesn't fit the list above it.",
        'All items of one list begin with "-" in the same column.',
    ),
    _rule(
        "block mapping.*expected (key|<block end>)",
        "This doesn't fit what stands above it.",
        "Check the indentation, and whether a quote closes too early.",
    ),
    _rule(
        "could not find expected ':'",
        "This line is not of the form key: value.",
        "Write a colon and a space between key and value.",
        at_start=True,
    ),
    _rule(
        "escape c|unknown escape|hexa?decimal",
        "A backslash within double quotes begins an escape, and there is none like this.",
        "Use single quotes for text that holds backslashes.",
    ),
    _rule(
        "expected alphabetic or numeric character",
        'A "*" or "&" begins an alias or an anchor, and no name follows.',
        _QUOTE,
    ),
    _rule(
        "sequence entries are not allowed",
        'A "-" with a space after it can\'t stand here.',
        f"{_QUOTE} Otherwise begin the list on a line of its own.",
    ),
    _rule(
        "undefined tag handle|scanning a tag|parsing a tag",
        'A "!" begins a tag, and tags are not allowed.',
        _QUOTE,
    ),
    _rule(
        "expected '?<document start>",
        "Text follows after the end of the document.",
        'Take out the line "..." above, or what follows it.',
    ),
    _rule(
        "incompatible YAML document|directive",
        "The file begins with a directive (%) that is not known here.",
        "Take that line out.",
    ),
    _rule(
        "expected (the )?node content",
        "A key or a value is missing here.",
        'Is a "[" or "{" left open, or a comma too many?',
    ),
    _rule(
        "block scalar", "A text block begins here in a way that YAML doesn't know.", 'Write "|" or ">" alone.'
    ),
    _rule("max depth", "The file is nested too deeply.", "Members hold at most five levels."),
)
_STRANGE_START = "cannot start any token"


def syntax_problem(error: YAMLError, text: str, file: str) -> Problem:
    """What PyYAML found wrong in a text, in plain words."""
    if not isinstance(error, MarkedYAMLError):
        return _unreadable_character(text, file)
    said = f"{error.context or ''}: {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    character = text[mark.index : mark.index + 1] if mark else ""
    if _STRANGE_START in said and character != "\t":
        message: Message = (f'"{character}" can\'t stand at the beginning of a value.',)
        return Problem(message, ("Put the value in quotes.",), _place(text, mark, file))
    if _STRANGE_START in said:
        said = "tab character"
    for rule in RULES:
        if rule.pattern.search(said):
            at = (error.context_mark or mark) if rule.at_start else mark
            return Problem((rule.message,), (rule.hint,), _place(text, at, file))
    return Problem(
        ("This is not valid YAML: ", Value(error.problem or "no reason given")), (), _place(text, mark, file)
    )


def _unreadable_character(text: str, file: str) -> Problem:
    """Libyaml names such a character's byte, not its line."""
    index = control_character(text)
    if index is None:
        return Problem(("This is not valid YAML.",), (), Location(file))
    return control_character_problem(text, index, file, YAML_LINE_END)


def _place(text: str, mark: Mark | None, file: str) -> Location:
    if mark is None:
        return Location(file)
    if mark.index >= len(text):
        # Where the last line has no end, libyaml names the one after it.
        return Location(file, *line_and_column(text, len(text), YAML_LINE_END))
    return Location(file, mark.line + 1, mark.column + 1)
