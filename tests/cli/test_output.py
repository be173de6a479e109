import io
import os
import pty
import subprocess
import sys
from collections.abc import Mapping

import pytest

from reconciler.cli.terminal import settle, write
from reconciler.errors import DiskFailure


def seen_on_a_terminal(environ: Mapping[str, str]) -> str:
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "reconciler", "plan", "production"],
        stdout=theirs,
        check=True,
        env={**os.environ, "TERM": "xterm", **environ},
    )
    os.close(theirs)
    seen = os.read(ours, 65536).decode()
    os.close(ours)
    return seen


@pytest.mark.usefixtures("panels")
def test_a_terminal_gets_colours() -> None:
    assert "\x1b[32m+\x1b[0m ada@example.org" in seen_on_a_terminal({})


@pytest.mark.usefixtures("panels")
@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_wants_none_gets_no_colours(environ: dict[str, str]) -> None:
    seen = seen_on_a_terminal(environ)
    assert "+ ada@example.org" in seen
    assert "\x1b" not in seen


def test_a_stream_that_was_closed_before_we_began_takes_nothing() -> None:
    write(None, "text")


def test_a_failure_to_write_is_said_each_time_and_forgotten_at_the_end() -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - a device, and a text stream on it
        for text in ("text", "more"):
            with pytest.raises(DiskFailure, match="No space left on device"):
                write(full, text)
        settle(full)


def test_json_is_utf_8_on_a_stream_of_another_encoding() -> None:
    bytes_ = io.BytesIO()
    stream = io.TextIOWrapper(bytes_, encoding="latin-1")
    write(stream, "before ")
    write(stream, "Zoë", as_utf8=True)
    assert bytes_.getvalue() == "before Zoë".encode()
