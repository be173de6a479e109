"""The pipeline that GitLab runs: whether it lists the environments that there are."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.problems import Code, Location, Problem
from reconciler.text_source import Findings, text_of
from reconciler.yaml_source import nodes
from reconciler.yaml_source.composer import Composer

PIPELINE = ".gitlab/reconciler.gitlab-ci.yml"
NO_ENVIRONMENT = "none"
"""What the list holds as long as there is no environment to apply: GitLab takes no empty one."""

_JOBS = (".reconciler-apply", ".reconciler-panel-drift")
_VARIABLE = "ENVIRONMENT"


class _Listed(NamedTuple):
    """An environment in a job's `parallel: matrix`."""

    environment: str
    job: str
    location: Location


def pipeline_problems(root: Path, after: Mapping[str, tuple[str, ...]]) -> list[Problem]:
    """What is wrong with the lists of the pipeline below `root`; nothing if there is none.

    `after` holds the environments that are applied, and which come before each. A pipeline that is no YAML
    is GitLab's to complain about.
    """
    path = root / PIPELINE
    if not path.is_file():
        return []
    found: list[Problem] = []
    for template, listed in _lists(path).items():
        found += _differences(path, template, listed, after)
        if template == _JOBS[0]:
            found += _out_of_order(listed, after)
    return found


def _differences(
    path: Path, template: str, listed: list[_Listed], after: Mapping[str, tuple[str, ...]]
) -> Iterator[Problem]:
    names = {each.environment for each in listed}
    location = listed[0].location if listed else Location(display_path(path))
    missing = sorted(set(after) - names)
    if missing:
        left_out = ("The jobs that extend ", Code(template), f" leave out {', '.join(missing)}.")
        hint = f"List it: `{_VARIABLE}: [{', '.join(sorted(after))}]`. What is not listed gets no job."
        yield Problem(left_out, (hint,), location)
    for each in listed:
        if each.environment not in after and (after or each.environment != NO_ENVIRONMENT):
            message = (Code(each.job), f" lists {each.environment}, which is no environment to apply.")
            hint = "Take it out; embedded environments are planned only."
            yield Problem(message, (hint,), each.location)


def _out_of_order(listed: list[_Listed], after: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    """Environments in one job with those that they come after: GitLab runs a matrix in no order."""
    jobs = {each.environment: each.job for each in listed}
    for each in listed:
        before = [name for name in after.get(each.environment, ()) if jobs.get(name) == each.job]
        if before:
            message = (f"{each.environment} comes after {before[0]}, and ", Code(each.job), " lists both.")
            hint = f"Give it a job of its own: extends: .reconciler-apply, and needs: [{each.job}]."
            yield Problem(message, (hint,), each.location)


def _lists(path: Path) -> dict[str, list[_Listed]]:
    """By template, what its jobs list; only templates that have a job."""
    file = display_path(path)
    try:
        root = Composer(text_of(path, file), Findings(file)).root()
    except InvalidInput:
        return {}
    found: dict[str, list[_Listed]] = {}
    for name, (_, job) in _entries(root).items():
        for template in _JOBS:
            if template in _texts(_value(job, "extends")):
                found.setdefault(template, []).extend(_listed(path, name, job))
    return found


def _listed(path: Path, name: str, job: nodes.Node) -> Iterator[_Listed]:
    matrix = _value(_value(job, "parallel"), "matrix")
    for row in matrix.items if isinstance(matrix, nodes.Sequence) else ():
        value = _value(row, _VARIABLE)
        items = value.items if isinstance(value, nodes.Sequence) else [value]
        for item in items:
            if isinstance(item, nodes.Scalar):
                yield _Listed(item.value, name, Location(display_path(path), *nodes.position(item)))


def _entries(node: nodes.Node | None) -> dict[str, nodes.Entry]:
    return node.entries if isinstance(node, nodes.Mapping) else {}


def _value(node: nodes.Node | None, key: str) -> nodes.Node | None:
    entry = _entries(node).get(key)
    return entry[1] if entry else None


def _texts(node: nodes.Node | None) -> list[str]:
    items = node.items if isinstance(node, nodes.Sequence) else [node]
    return [item.value for item in items if isinstance(item, nodes.Scalar)]
