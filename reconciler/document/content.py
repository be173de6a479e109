"""A file's content: bytes and text, or a clear word why there is none."""

import codecs
import re
import stat
from pathlib import Path

from reconciler.errors import InvalidInput
from reconciler.excerpts import with_excerpts
from reconciler.problems import Location, Problem

LINE_END = re.compile(r"\r\n?|\n")
YAML_LINE_END = re.compile("\r\n?|[\n\x85\u2028\u2029]")
"""What YAML 1.1, and so PyYAML's line numbers, take for the end of a line (its chapter 4.2)."""

_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that YAML 1.2 allows only as an escape (its chapter 5.1); a CSV file is held to the same."""

_AT_ONCE = 100_000
_ASCII_CONTROL = bytes(byte for byte in range(128) if _CONTROL.match(chr(byte)))


def text_of(path: Path, file: str) -> str:
    """The text of a file in UTF-8, or in UTF-16 with a byte order mark; without that mark.

    Raises:
        InvalidInput: it can't be read, is no ordinary file, or is not in such an encoding.
    """
    return decoded(bytes_of(path, file), file)


def control_character(text: str) -> int | None:
    """The index of the first raw control character, or None."""
    if text.isascii() and _is_free_of_controls(text):
        return None  # found out in a fifth of the time
    found = _CONTROL.search(text)
    return found.start() if found else None


def _is_free_of_controls(text: str) -> bool:
    pieces = (text[begin : begin + _AT_ONCE].encode("ascii") for begin in range(0, len(text), _AT_ONCE))
    return all(len(piece.translate(None, _ASCII_CONTROL)) == len(piece) for piece in pieces)


def control_character_problem(text: str, index: int, file: str, line_end: re.Pattern[str]) -> Problem:
    """The problem that a raw control character is."""
    return Problem(
        (f"A control character (U+{ord(text[index]):04X}) stands in the file.",),
        ("Delete it; it is invisible in most editors.",),
        Location(file, *line_and_column(text, index, line_end)),
    )


def line_and_column(text: str, index: int, line_end: re.Pattern[str] = LINE_END) -> tuple[int, int]:
    """Where the character at `index` stands; both count from 1."""
    ends = [found.end() for found in line_end.finditer(text, 0, index)]
    return len(ends) + 1, index - (ends[-1] if ends else 0) + 1


def bytes_of(path: Path, file: str) -> bytes:
    """The content of an ordinary file.

    Raises:
        InvalidInput: it can't be read, or is no ordinary file.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "something special"
            raise InvalidInput(Problem((f"This is {kind}, where a file is expected.",), (), Location(file)))
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "the system doesn't say why"
        raise InvalidInput(Problem((f"The file can't be read: {reason}.",), (), Location(file))) from error


def decoded(data: bytes, file: str) -> str:
    """The text that the bytes are, as `text_of` gives it.

    Raises:
        InvalidInput: they are none.
    """
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if is_utf16 else "utf-8-sig"
    try:
        # Where files were put together, the mark may stand more than once.
        return data.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        # A byte order mark may be taken off `error.object`, and the index counts from there.
        before = error.object[: error.start].decode(encoding, errors="replace")
        problem = Problem(
            (f"The file is not valid {'UTF-16' if is_utf16 else 'UTF-8'} from here on.",),
            ("Save it as UTF-8.",),
            Location(file, *line_and_column(before, len(before))),
        )
        around = data.decode(encoding, errors="backslashreplace")
        raise InvalidInput(*with_excerpts([problem], around, LINE_END)) from error
