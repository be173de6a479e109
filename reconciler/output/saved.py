"""A saved plan or report, read back to be shown: what `--out`, `--report` and `--format json` wrote.

What such a file says decides nothing: it is only shown, as data.
"""

import json
from collections.abc import Callable, Collection
from typing import Any, NamedTuple, NoReturn, TypeVar

from msgspec import Struct, convert

from reconciler.errors import InvalidInput
from reconciler.output.documents.plan import plan_screen, plans_screen
from reconciler.output.documents.problems import problems_screen
from reconciler.output.documents.report import report_screen, reports_screen
from reconciler.output.json_shapes import ProblemJson, problem_of
from reconciler.output.plan_json import PlanJson, PlansJson, listing_of, plan_of
from reconciler.output.render import Screen
from reconciler.output.report_json import ReportJson, ReportsJson, report_of
from reconciler.plan.pull_request import PULL_REQUEST
from reconciler.plan.saved import FORMAT, UNREADABLE
from reconciler.problems import Location, Problem, Value

_HINT = "`reconciler plan … --out FILE` and `reconciler apply … --report FILE` save one."
_OLDER = "It was saved by another version: save it again."
_KINDS = frozenset({"plans", "reports", "actions", "calls", "problems"})
_Shape = TypeVar("_Shape")


class Saved(NamedTuple):
    """A screen, and the problems that a command prints on standard error beside it."""

    screen: Screen
    problems: tuple[Problem, ...] = ()


class _Problems(Struct):
    environment: str | None
    problems: list[ProblemJson]


def read_saved(
    data: bytes,
    *,
    file: str,
    line: Callable[..., str],
    only: Collection[str] = (),
    request: str = PULL_REQUEST,
) -> Saved:
    """What a file holds that `plan` or `apply` wrote, for one environment or for several.

    Args:
        data: the whole file.
        file: its path as it is shown.
        line: writes a command as a user can type it here.
        only: the actions of plans whose members are listed, all of them if it is empty.
        request: what a pull request is called here.

    Raises:
        InvalidInput: it is no saved plan or report.
    """
    saved = _object(data, file)
    shown = _shown(saved, file, line, only, request)
    return shown._replace(screen=shown.screen._replace(data=lambda: saved))


def _shown(
    saved: dict[str, Any], file: str, line: Callable[..., str], only: Collection[str], request: str
) -> Saved:
    if "plans" in saved:
        listing = listing_of(_read(saved, PlansJson, file), line, request)
        return Saved(plans_screen(listing, only), listing.problems)
    if "reports" in saved:
        reports = tuple(map(report_of, _read(saved, ReportsJson, file).reports))
        return Saved(reports_screen(reports), tuple(each for report in reports for each in report.problems))
    if "actions" in saved:
        plan, context = plan_of(_read(saved, PlanJson, file), line, file, request)
        return Saved(plan_screen(plan, context, only))
    if "calls" in saved:
        report = report_of(_read(saved, ReportJson, file))
        return Saved(report_screen(report), report.problems)
    found = _read(saved, _Problems, file)
    problems = tuple(map(problem_of, found.problems))
    return Saved(problems_screen(problems, found.environment), problems)


def _object(data: bytes, file: str) -> dict[str, Any]:
    try:
        saved = json.loads(data)
    except (ValueError, RecursionError):
        _refuse("This is not a saved plan or report: it is not JSON.", _HINT, file)
    if not isinstance(saved, dict) or not _KINDS & saved.keys():
        _refuse("This is not a saved plan or report.", _HINT, file)
    if saved.get("format") != FORMAT:
        _refuse(f"This file has another format than {FORMAT}, which this version reads.", _OLDER, file)
    return saved


def _read(saved: dict[str, Any], shape: type[_Shape], file: str) -> _Shape:
    try:
        return convert(saved, shape)
    except UNREADABLE as error:
        message = ("This file can't be shown: ", Value(str(error)), ".")
        raise InvalidInput(Problem(message, (_OLDER,), Location(file))) from error


def _refuse(message: str, hint: str, file: str) -> NoReturn:
    raise InvalidInput(Problem((message,), (hint,), Location(file)))
