"""An I/O or internal error about one environment, or one file, leaves the others their turn."""

import errno
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import Panels, Run

from reconciler.declaration import read_declaration
from reconciler.errors import EXIT_INVALID
from reconciler.roster.format import format_file

NAMES = ("other", "production", "staging")
each_error = pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EIO, "Input/output error"), "I/O error: Input/output error"),
        (ZeroDivisionError(), "Internal error. This is a bug in Reconciler: ZeroDivisionError"),
    ],
    ids=["I/O", "internal"],
)


@pytest.fixture(autouse=True)
def three(panels: Panels, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Panels:
    """Three embedded environments with one member each; tracebacks are kept below the test's own folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in NAMES:
        panels.environment(name, "embedded: true\n")
        panels.declare("ada", to=name)
    return panels


def failing(inner: Callable[..., Any], error: Exception) -> Callable[..., Any]:
    """The function, which fails where its arguments name production."""

    def function(*given: Any, **more: Any) -> Any:
        if any("production" in str(argument) for argument in given):
            raise error
        return inner(*given, **more)

    return function


@each_error
def test_apply_of_all_goes_on(
    run: Run, panels: Panels, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    monkeypatch.setattr("reconciler.cli.applying.read_declaration", failing(read_declaration, error))
    ended = run("apply", "--all", "--yes", "--format", "json", "--report", "report.json")
    assert ended.code == EXIT_INVALID
    reports = json.loads(ended.out)["reports"]
    assert json.loads(Path("report.json").read_text(encoding="utf-8"))["reports"] == reports
    assert {report["environment"]: report["exit_code"] for report in reports} == {
        "other": 0,
        "production": 1,
        "staging": 0,
    }
    assert words in reports[1]["problems"][0]["message"]
    assert words in ended.err
    assert [(panels.folder / name / "state.lock.json").exists() for name in NAMES] == [True, False, True]


@each_error
def test_plan_of_all_goes_on(run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str) -> None:
    monkeypatch.setattr("reconciler.cli.planning.read_declaration", failing(read_declaration, error))
    ended = run("plan", "--all", "--format", "json")
    assert ended.code == EXIT_INVALID
    document = json.loads(ended.out)
    assert [plan["environment"] for plan in document["plans"]] == ["other", "staging"]
    assert words in document["problems"][0]["message"]


@each_error
def test_validate_goes_on(run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str) -> None:
    monkeypatch.setattr("reconciler.cli.validate.read_declaration", failing(read_declaration, error))
    ended = run("validate", "--format", "json")
    assert ended.code == EXIT_INVALID
    document = json.loads(ended.out)
    assert [found["environment"] for found in document["environments"]] == ["other", "staging"]
    assert words in document["problems"][0]["message"]


@each_error
def test_fmt_goes_on(
    run: Run, panels: Panels, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    for name in NAMES:
        panels.write("members: [{emailAddress: ada@example.org}]\n", to=name)
    monkeypatch.setattr("reconciler.cli.fmt.format_file", failing(format_file, error))
    ended = run("fmt")
    assert ended.code == EXIT_INVALID
    assert words in ended.err
    assert "2 files formatted" in ended.out
