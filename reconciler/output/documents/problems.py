"""Problems on their own: what a command says that could not do its work, and what `validate` found."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reconciler.output.document import Block, Document, Items, Problems, Text
from reconciler.output.json_shapes import problem_list, problems_data
from reconciler.output.render import Screen
from reconciler.output.visible import quoted
from reconciler.plan.saved import FORMAT
from reconciler.problems import Code, Problem, counted

_ALL = "`--format json` shows all."


class Valid(NamedTuple):
    """An environment without problems: how many members, in how many files.

    `separators` holds, by file, what separates the cells of a CSV file that has no commas there;
    `passed_over` names the files beside the member files that were not read.
    """

    environment: str
    members: int
    files: int
    separators: Mapping[str, str] = {}
    passed_over: tuple[str, ...] = ()


class Validation(NamedTuple):
    """What validating found: the environments without problems, and all problems of the others.

    `warnings` are about the members of those without problems.
    """

    environments: tuple[Valid, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


def problems_document(problems: Sequence[Problem]) -> Document:
    """All of them."""
    return Document((Problems(problems, more=_ALL),))


def problems_screen(problems: Sequence[Problem], environment: str | None) -> Screen:
    """Why a command could not do its work. As text it is said on standard error."""
    document = Document((Problems(problems, is_told=True, more=_ALL),), title=environment or "")
    return Screen(lambda: document, lambda: problems_data(problems, environment))


def validation_screen(validation: Validation) -> Screen:
    """What `validate` found."""
    return Screen(lambda: _document(validation), lambda: _data(validation))


def _data(validation: Validation) -> dict[str, Any]:
    """The environments without problems, what looks odd in them, and all problems of the others."""
    return {
        "format": FORMAT,
        "environments": [_valid_data(valid) for valid in validation.environments],
        "problems": problem_list(validation.problems),
        "warnings": problem_list(validation.warnings),
    }


def _valid_data(valid: Valid) -> dict[str, Any]:
    data = valid._asdict()
    return {key: value for key, value in data.items() if value or key not in {"separators", "passed_over"}}


def _document(validation: Validation) -> Document:
    blocks: list[Block] = [Items([line for valid in validation.environments for line in _valid(valid)])]
    blocks += [
        Problems(found, is_told=True, more=_ALL)
        for found in (validation.problems, validation.warnings)
        if found
    ]
    return Document(tuple(blocks))


def _valid(valid: Valid) -> Iterator[Text]:
    members, files = counted(valid.members, "member"), counted(valid.files, "file")
    yield f"{valid.environment}: {members} in {files}; no problems found."
    for file, separator in valid.separators.items():
        yield (Code(file), f": {quoted(separator)} separates the cells.")
    if valid.passed_over:
        yield ("Not read: ", Code(", ".join(valid.passed_over)), ".")
