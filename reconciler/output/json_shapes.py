"""JSON as it is printed, and the shapes that several results share: problems, places, reads of the panel.

Whole, never masked. The shape of a plan is in `plan_json`, that of a report in `report_json`; what else a
command shows has its shape beside its document. Keys may be added, never renamed or dropped: the contract
and other programs rely on them.
"""

import json
from collections.abc import Iterable, Mapping
from inspect import cleandoc
from typing import Any

import msgspec
from msgspec import Struct, to_builtins

from reconciler.output.document import Span
from reconciler.plan.saved import FORMAT
from reconciler.problems import HIDDEN, Address, Code, Location, Message, Problem, Severity, Value, plain
from reconciler.readback.model import PanelRead
from reconciler.schemas import DRAFT


def json_text(data: Mapping[str, Any]) -> str:
    """The object as text that is safe in a terminal and a CI log, and that a parser reads back unchanged.

    A field or a list's item a line. Lone surrogates, controls, bidi and other characters that can't be
    printed become JSON's own escapes; so does the bracket of `##[`, which old CI runners take for a command.
    """
    fields = (f"{_compact(key)}: {_spread(value)}" for key, value in data.items())
    text = "{" + ",\n ".join(fields) + "}\n"
    return _printable(text).replace("##[", "##\\u005b")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _spread(value: Any) -> str:
    if not (isinstance(value, list | tuple) and value):
        return _compact(value)
    return "[\n  " + ",\n  ".join(_compact(item) for item in value) + "]"


def _printable(text: str) -> str:
    if all(line.isprintable() for line in text.split("\n")):
        return text
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def json_object(found: Struct) -> dict[str, Any]:
    """The shape as an object that `json_text` takes."""
    data: dict[str, Any] = to_builtins(found)
    return data


def problems_data(problems: Iterable[Problem], environment: str | None) -> dict[str, Any]:
    """What is printed if a command could not do its work."""
    listed = problem_list(problems, to_be_shown=True)
    return {"format": FORMAT, "environment": environment, "problems": listed}


def problem_list(problems: Iterable[Problem], *, to_be_shown: bool = False) -> list[dict[str, Any]]:
    """Each problem; `to_be_shown` adds what `reconciler show` needs."""
    found: list[dict[str, Any]] = to_builtins(problems_json(problems, to_be_shown=to_be_shown))
    return found


class SpanJson(Struct, omit_defaults=True):
    """A part of a message that is not our own words."""

    address: str | None = None
    value: str | None = None
    masked: str | None = None
    code: str | None = None


class SpansJson(Struct):
    """A problem's words in parts."""

    message: list[str | SpanJson]
    hint: list[str | SpanJson]


class ProblemJson(Struct, kw_only=True, omit_defaults=True):
    """A problem with the keys of the contract, null if there is nothing to say.

    `code` names the kind of a warning. `excerpt` is the line at the location. `spans` is there if the message
    or the hint has more than our own words, and is to be shown by `reconciler show`.
    """

    file: str | None
    line: int | None
    column: int | None
    message: str
    hint: str | None
    severity: Severity
    code: str = ""
    excerpt: str | None = None
    spans: SpansJson | None = None


def problems_json(problems: Iterable[Problem], *, to_be_shown: bool = True) -> list[ProblemJson]:
    """The problems as they are saved."""
    return [_problem_json(problem, to_be_shown=to_be_shown) for problem in problems]


def _problem_json(problem: Problem, *, to_be_shown: bool) -> ProblemJson:
    location = problem.location or Location("")
    return ProblemJson(
        file=location.file or None,
        line=location.line,
        column=location.column,
        message=plain(problem.message),
        hint=plain(problem.hint) or None,
        severity=problem.severity,
        code=problem.code,
        excerpt=problem.excerpt.text if problem.excerpt else None,
        spans=_spans_json(problem) if to_be_shown else None,
    )


def _spans_json(problem: Problem) -> SpansJson | None:
    if all(isinstance(part, str) for part in (*problem.message, *problem.hint)):
        return None
    return SpansJson(list(map(_span_json, problem.message)), list(map(_span_json, problem.hint)))


def _span_json(part: Span) -> str | SpanJson:
    match part:
        case Address(text):
            return SpanJson(address=text)
        case Value(text, masked):
            return SpanJson(value=text, masked=masked)
        case Code(text):
            return SpanJson(code=text)
        case str():
            return part


def problem_of(saved: ProblemJson) -> Problem:
    """A problem as it was saved."""
    message: Message = (saved.message,)
    hint: Message = (saved.hint,) if saved.hint else ()
    if saved.spans is not None:
        message, hint = (tuple(map(_span, part)) for part in (saved.spans.message, saved.spans.hint))
    location = Location(saved.file, saved.line, saved.column) if saved.file else None
    return Problem(message, hint, location, severity=saved.severity, code=saved.code)


def _span(saved: str | SpanJson) -> Span:
    if isinstance(saved, str):
        return saved
    if saved.address is not None:
        return Address(saved.address)
    if saved.value is not None:
        return Value(saved.value, HIDDEN if saved.masked is None else saved.masked)
    return Code(saved.code or "")


def json_schema(shape: type[Struct], title: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what a shape becomes; other keys may be there."""
    schema = msgspec.json.schema(shape)
    for definition in schema["$defs"].values():
        definition["description"] = cleandoc(definition.get("description", ""))
    return {"$schema": DRAFT, "title": title} | schema


def location_data(location: Location) -> dict[str, Any]:
    """A place that is about a whole entry, so without a column."""
    return {"file": location.file, "line": location.line}


def read_data(read: PanelRead) -> dict[str, Any]:
    """What a read of the panel cost, saw and proves."""
    return {
        "calls": read.calls,
        "members": len(read.members),
        "complete": read.is_complete,
        "reason": plain(read.reason) or None,
    }
