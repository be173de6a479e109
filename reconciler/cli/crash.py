"""What nobody foresaw: one line that is fit to be reported, and the rest in a file that is not shown."""

import os
import tempfile
import traceback
from pathlib import Path
from types import TracebackType

from reconciler.problems import Problem

_PACKAGE = "reconciler"


def crash_problem(error: BaseException) -> Problem:
    """The problem that stands for an unforeseen error; its traceback is kept in a file.

    The line names the kind of error and the place in our source. It holds no word of the error itself,
    which may quote a member's data.
    """
    where = _position(error.__traceback__)
    return Problem(
        (f"Reconciler failed in a way that it does not foresee: {type(error).__name__} at {where}.",),
        (f"Please report this line. {_keep(error)}",),
    )


def _position(trace: TracebackType | None) -> str:
    """`module:line` of the innermost frame that is ours."""
    found = "an unknown place"
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.partition(".")[0] == _PACKAGE:
            found = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def _keep(error: BaseException) -> str:
    try:
        descriptor, name = tempfile.mkstemp(prefix="reconciler-", suffix=".traceback")  # mode 0600
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(traceback.format_exception(error))
    except OSError as failure:
        return f"Its traceback could not be kept: {failure.strerror}."
    return f"The traceback is in {Path(name)}; it may quote members' data, so read it before you pass it on."
