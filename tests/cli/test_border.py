import errno
import json
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

import pytest
from commands import Panels, Run, start

from reconciler.cli.merge_lockfile import EXIT_NOT_MERGED
from reconciler.errors import EXIT_INTERRUPTED, EXIT_INVALID, EXIT_SOMETHING_TO_APPLY, EXIT_USAGE

pytestmark = pytest.mark.usefixtures("panels")


def test_an_unknown_command_names_the_nearest_one(run: Run) -> None:
    ended = run("plna", "production")
    assert ended.code == EXIT_USAGE
    assert "No such command 'plna'. Did you mean 'plan'?" in ended.err
    assert ended.out == ""


def test_an_unknown_option_names_the_nearest_one(run: Run) -> None:
    ended = run("plan", "production", "--detailed-exit-code")
    assert ended.code == EXIT_USAGE
    assert "--detailed-exitcode" in ended.err


def test_a_wrong_choice_names_all_and_the_nearest(run: Run) -> None:
    ended = run("plan", "production", "--only", "ad")
    assert ended.code == EXIT_USAGE
    assert "'rejected'" in ended.err
    assert "Did you mean add?" in ended.err


@pytest.mark.parametrize("arguments", [["plan"], ["state"], ["state", "show", "production"], []])
def test_what_is_missing_is_a_wrong_use(run: Run, arguments: list[str]) -> None:
    ended = run(*arguments)
    assert ended.code == EXIT_USAGE
    assert "Missing" in ended.err
    assert ended.out == ""


def test_the_choices_of_a_missing_argument_are_on_one_line(run: Run) -> None:
    assert "Choose from: environment, members, import, plan, report" in run("schema").err


def test_without_a_command_it_shows_which_there_are(run: Run) -> None:
    assert "Commands:" in run().err
    assert "recover" in run("state").err


@pytest.mark.parametrize("spelling", [["--format", "json"], ["--format=json"]])
@pytest.mark.parametrize(
    "arguments", [["plan", "production", "--nonsense"], ["plan"], ["nonsense"], ["plan", "nowhere"]]
)
def test_even_a_wrong_command_line_is_reported_in_the_format_asked_for(
    run: Run, arguments: list[str], spelling: list[str]
) -> None:
    ended = run(*arguments, *spelling)
    document = json.loads(ended.out)
    assert ended.code != 0
    assert document["format"] == 1
    message = document["problems"][0]["message"]
    assert message in ended.err


def test_a_wrong_format_is_reported_as_text(run: Run) -> None:
    ended = run("plan", "production", "--format", "xml")
    assert (ended.code, ended.out) == (EXIT_USAGE, "")
    assert "xml" in ended.err


def test_as_markdown_a_failure_is_a_comment_too(run: Run) -> None:
    ended = run("plan", "nowhere", "--format", "markdown")
    assert ended.out.startswith("**1 problem**\n")
    assert "nowhere" in ended.err


def test_an_address_on_a_wrong_command_line_is_masked(run: Run) -> None:
    ended = run("plan", "production", "ada@example.org", "--mask")
    assert "a…@example.org" in ended.err
    assert "ada" not in ended.err


def test_what_nobody_foresaw_is_one_line_and_a_file(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("reconciler.cli.planning.make_plan", _fail_with(ZeroDivisionError("Ada Lovelace")))
    ended = run("plan", "production")
    (kept,) = tmp_path.glob("reconciler-*.traceback")
    assert ended.code == EXIT_INVALID
    assert "ZeroDivisionError at reconciler.cli.planning:" in ended.err
    assert str(kept) in ended.err
    assert "Traceback" not in ended.err
    assert "Lovelace" not in ended.err
    assert "Lovelace" in kept.read_text(encoding="utf-8")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_machine_that_refuses_is_one_clear_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = OSError(errno.EIO, "Input/output error", "panels/disk")
    monkeypatch.setattr("reconciler.cli.planning.make_plan", _fail_with(refused))
    ended = run("plan", "production")
    assert ended.code == EXIT_INVALID
    assert ended.err.startswith("panels/disk: I/O error: Input/output error.\n")


def _fail_with(error: Exception) -> Any:
    def fail(*_: Any, **__: Any) -> NoReturn:
        raise error

    return fail


def test_a_reader_who_left_is_no_failure(panels: Panels) -> None:
    panels.declare(*(f"member{number}" for number in range(3000)))
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "plan", "production", "--full", "--detailed-exitcode"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"3000 to add" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == EXIT_SOMETHING_TO_APPLY


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["plan", "--help"], ["plan", "nowhere"]])
def test_short_output_to_a_reader_who_left_makes_no_noise(arguments: list[str]) -> None:
    ended = start(*arguments, then="2>&1 | head -c 0")
    assert ended.err == ""


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["plan", "production"]])
def test_a_full_disk_behind_standard_output_is_one_clear_line(arguments: list[str]) -> None:
    ended = start(*arguments, then="> /dev/full")
    assert ended.code == EXIT_INVALID
    assert "No space left on device" in ended.err
    assert "Traceback" not in ended.err
    assert "Exception ignored" not in ended.err


@pytest.mark.parametrize("then", [">&-", "2>&-", ">&- 2>&-", "2> /dev/full"])
def test_closed_streams_change_no_exit_code(then: str) -> None:
    assert start("plan", "production", "--detailed-exitcode", then=then).code == EXIT_SOMETHING_TO_APPLY
    assert start("plan", "nowhere", "--format", "json", then=then).code == EXIT_INVALID


def test_a_terminal_that_knows_no_unicode_gets_escapes(panels: Panels) -> None:
    panels.write("members:\n  - {emailAddress: zoë@bücher.example}\n")
    environ = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    text = start("plan", "production", environ=environ)
    assert text.code == 0
    assert "+ zo\\xeb@xn--bcher-kva.example" in text.out


def test_json_is_utf_8_whatever_the_terminal_knows(panels: Panels) -> None:
    panels.write("members:\n  - {emailAddress: zoë@bücher.example}\n")
    environ = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    document = json.loads(start("plan", "production", "--format", "json", environ=environ).out)
    assert document["actions"][0]["key"] == "zoë@xn--bcher-kva.example"


def test_an_interrupt_before_anything_began_is_said_in_one_line(panels: Panels) -> None:
    lockfile = panels.folder / "production" / "state.lock.json"
    os.mkfifo(lockfile)
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", "plan", "production"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        descriptor = _opened_once_somebody_reads(lockfile)
        time.sleep(0.2)  # a signal between its opening and its reading would be noticed after the reading
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=10)
        finally:
            os.close(descriptor)  # which ends the reading too
    assert process.returncode == EXIT_INTERRUPTED
    assert out == b""
    assert err == b"Interrupted before anything began.\n"


def _opened_once_somebody_reads(fifo: Path) -> int:
    for _ in range(1000):
        try:
            return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.01)
    raise AssertionError("nobody reads the lockfile")


@pytest.mark.parametrize(
    "command", [["plan", "p"], ["validate"], ["--panels", "/", "find", "ada@example.org"]]
)
def test_a_working_directory_that_was_deleted_is_called_that(
    command: list[str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    ended = run(*command)
    assert ended.code == EXIT_INVALID
    assert "working directory no longer exists" in ended.err


@pytest.mark.parametrize(
    "command",
    [
        "show FILE",
        "ci matrix FILE",
        "ci comment FILE --pull 1",
        "merge-lockfile FILE FILE FILE",
        "apply production FILE",
        "import production FILE",
        "suppress production --from FILE",
        "drift production --export FILE",
        "fmt FILE.csv",
    ],
)
def test_a_file_that_does_not_exist_is_named_with_what_to_check(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    for name, value in {
        "GITHUB_ACTIONS": "true",
        "GITHUB_TOKEN": "t" * 20,
        "GITHUB_REPOSITORY": "a/b",
    }.items():
        monkeypatch.setenv(name, value)
    ended = run(*command.replace("FILE", "gone.json").split())
    assert ended.code in {EXIT_INVALID, EXIT_NOT_MERGED}
    assert re.search(r"gone\.json[.csv]*: There is no such file\.\n    Check the path", ended.err)
