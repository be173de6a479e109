import os
import pty
import subprocess
import sys

import pytest

from reconciler.cli.terminal import confirm
from reconciler.errors import EXIT_INTERRUPTED, EXIT_REFUSED, Refusal

_PROGRAM = """
from reconciler.cli.terminal import confirm
from reconciler.errors import ReconcilerError
try:
    confirm("Go on?", yes=False)
except ReconcilerError as error:
    raise SystemExit(error.exit_code)
print("done")
"""


def asked(answer: bytes) -> tuple[int, str, str]:
    """Put the question to somebody at a terminal who types this."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_take_terminal,  # noqa: PLW1509 - one thread, and ^C needs a terminal of its own
    ) as process:
        assert process.stderr is not None
        question = process.stderr.read(len("Go on? [y/N] "))
        os.write(ours, answer)
        out, err = process.communicate(timeout=10)
    os.close(ours)
    os.close(theirs)
    return process.returncode, out, question + err


def _take_terminal() -> None:
    import fcntl  # noqa: PLC0415 - runs in the child
    import termios  # noqa: PLC0415 - runs in the child

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.mark.parametrize("answer", [b"y\n", b"Yes\n", b" YES \n"])
def test_yes_goes_on(answer: bytes) -> None:
    assert asked(answer) == (0, "done\n", "Go on? [y/N] ")


@pytest.mark.parametrize("answer", [b"n\n", b"\n", b"yess\n", b"\x04"])
def test_anything_else_is_a_refusal(answer: bytes) -> None:
    code, out, _ = asked(answer)
    assert (code, out) == (EXIT_REFUSED, "")


def test_an_interrupt_instead_of_an_answer_comes_before_anything_began() -> None:
    assert asked(b"\x03")[0] == EXIT_INTERRUPTED


def test_with_yes_nobody_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    confirm("Go on?", yes=True)
    assert capsys.readouterr() == ("", "")


def test_without_a_terminal_and_without_yes_it_is_a_refusal() -> None:
    with pytest.raises(Refusal, match="no --yes"):
        confirm("Go on?", yes=False)
