"""`validate` in this process, where one file holds anything at all; and what always holds of its answer."""

import io
import json
import re
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from commands import Ended, Panels

from reconciler.cli.main import main
from reconciler.errors import EXIT_DONE, EXIT_INVALID, InvalidInput
from reconciler.text_source import LINE_END, YAML_LINE_END, text_of

MOST_SECONDS = 5.0
"""Of processor time, for one small file: far more than any takes, and far less than a hang."""

_LINE_ENDS = {".yaml": YAML_LINE_END, ".yml": YAML_LINE_END, ".csv": LINE_END, ".txt": LINE_END}
_LINE_FEED = re.compile("\n")


def validated(panels: Panels, file: str, data: bytes, shown_as: str = "json") -> Ended:
    """What `validate` says if a file of production holds `data`; the file is removed again.

    Raises:
        AssertionError: something doesn't hold that always must.
    """
    path = panels.folder / "production" / file
    before = path.read_bytes() if path.exists() else None
    path.write_bytes(data)
    try:
        began = time.process_time()
        ended = _run("--panels", str(panels.folder), "validate", "production", "--format", shown_as)
        assert time.process_time() - began < MOST_SECONDS
        _is_an_answer(ended)
        if shown_as == "json":
            _is_one_object(ended, panels.folder.parent)
        return ended
    finally:
        path.unlink()
        if before is not None:
            path.write_bytes(before)


def _run(*arguments: str) -> Ended:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = main(arguments)
    return Ended(code, *(_written(stream) for stream in (out, err)))


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def _is_an_answer(ended: Ended) -> None:
    assert ended.code in {EXIT_DONE, EXIT_INVALID}
    assert "does not foresee" not in ended.err, ended.err
    assert "The machine refused" not in ended.err, ended.err
    assert (ended.code == EXIT_DONE) or ended.err
    for line in (ended.out + ended.err).split("\n"):
        assert line.isprintable(), ascii(line)


def _is_one_object(ended: Ended, root: Path) -> None:
    """One object; its problems are the reasons for the exit code, and their locations are in the file."""
    document = json.loads(ended.out)
    assert isinstance(document, dict)
    assert bool(document["problems"]) == (ended.code == EXIT_INVALID)
    for problem in document["problems"]:
        _stands_in_its_file(problem, root)


def _stands_in_its_file(problem: dict[str, Any], root: Path) -> None:
    if problem["line"] is None:
        assert problem["column"] is None
        return
    path = root / problem["file"]  # paths are displayed from the parent of the panels
    line_end = _LINE_ENDS.get(path.suffix, _LINE_FEED)
    try:
        lines = line_end.split(text_of(path, str(path)))
    except InvalidInput:
        return  # what can't be decoded has no lines to look at
    assert 1 <= problem["line"] <= len(lines), problem
    column = problem["column"]
    assert column is None or 1 <= column <= len(lines[problem["line"] - 1]) + 1, problem
