"""A text file: its bytes, its text and lines, and the problems found in it."""

import codecs
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from reconciler.errors import InvalidInput
from reconciler.files import unread_problem
from reconciler.problems import Location, Message, Problem, Severity, with_excerpts

LINE_END = re.compile(r"\r\n?|\n")
YAML_LINE_END = re.compile("\r\n?|[\n\x85\u2028\u2029]")
"""The line ends of YAML 1.1 (its chapter 4.2), and so those that PyYAML counts."""

_CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: |$)", re.MULTILINE)
_CONFLICT_SIGNS = tuple(sign * 7 for sign in "<>|")
_SAVE_AS_UTF8 = "Save it as UTF-8; in Excel: CSV UTF-8."
_OTHERWISE = "Name it by its own ending and convert it, or save it as CSV (UTF-8) in the spreadsheet program."
_NOT_TEXT = (
    (b"PK\x03\x04", "a workbook (.xlsx, .ods) or a ZIP archive", _OTHERWISE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or password-protected workbook", _OTHERWISE),
    (b"%PDF-", "a PDF document", "Save its table as CSV (UTF-8) in the program that made it."),
    (b"version https://git-lfs", "a pointer of Git LFS", "Fetch the file itself: `git lfs pull`."),
    (b"\0GITCRYPT\0", "a file encrypted by git-crypt", "Decrypt it first: `git-crypt unlock`."),
)
"""How files begin that are not text, what they are, and the way out."""

MOST_KEPT = 100_000
"""Problems kept for one file: more than anyone mends one by one, and few enough for the memory."""

_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that YAML 1.2 allows only as an escape (its chapter 5.1). The same holds for CSV."""


class Findings:
    """The problems of one file, each once, collected while it is read.

    The same node can be read many times, through an alias or as a default; its problems are kept once.
    """

    def __init__(self, file: str) -> None:
        """Take the file's display path."""
        self.file = file
        self._found: dict[Problem, None] = {}
        self._has_more = False

    def add(self, position: tuple[int, int] | None, message: Message, hint: Message = ()) -> None:
        """Note an error at a line and column that count from 1, or one of the file as a whole."""
        location = Location(self.file, *position) if position else Location(self.file)
        self._keep(Problem(tuple(message), tuple(hint), location))

    def warn(self, position: tuple[int, int], code: str, message: Message, hint: Message = ()) -> None:
        """Note a warning, of a kind that `code` names."""
        location = Location(self.file, *position)
        self._keep(Problem(tuple(message), tuple(hint), location, severity=Severity.WARNING, code=code))

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Note problems that have their location already."""
        self._found.update(dict.fromkeys(problems))

    def quote(self, text: str, line_end: re.Pattern[str]) -> None:
        """Give each problem found so far its line of the text that was read.

        This happens while the text is at hand: the file may have changed when the problems are shown.
        """
        if self._found:
            self._found = dict.fromkeys(with_excerpts(self._sorted(), text, line_end))

    def in_order(self) -> tuple[Problem, ...]:
        """All problems, by line and column; of more than `MOST_KEPT`, the first found and a note."""
        if not self._has_more:
            return tuple(self._sorted())
        message = f"This file has more than {MOST_KEPT:,} problems; only these are listed."
        hint = "Fix the first ones: very many mistakes often have one cause."
        return (*self._sorted(), Problem((message,), (hint,), Location(self.file)))

    def _keep(self, problem: Problem) -> None:
        if len(self._found) < MOST_KEPT:
            self._found[problem] = None
        elif problem not in self._found:
            self._has_more = True

    def _sorted(self) -> list[Problem]:
        return sorted(self._found, key=_line_and_column)


def _line_and_column(problem: Problem) -> tuple[int, int]:
    location = problem.location
    return (location.line or 0, location.column or 0) if location else (0, 0)


def text_of(path: Path, file: str) -> str:
    """The text of a file in UTF-8, or in UTF-16 with a byte order mark; without that mark.

    Raises:
        InvalidInput: it can't be read, is not a regular file, or is not in such an encoding.
    """
    return decoded(bytes_of(path, file), file)


def bytes_of(path: Path, file: str) -> bytes:
    """The content of a regular file.

    Raises:
        InvalidInput: it can't be read, or is not a regular file.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
            raise InvalidInput(Problem((f"This is {kind}; a file is expected here.",), (), Location(file)))
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(unread_problem(file, error)) from error


def decoded(data: bytes, file: str) -> str:
    """The text that the bytes encode, as `text_of` returns it.

    Raises:
        InvalidInput: they are not text in UTF-8 or UTF-16.
    """
    for beginning, what, hint in _NOT_TEXT:
        if data.startswith(beginning):
            raise InvalidInput(Problem((f"This is {what}, not text.",), (hint,), Location(file, 1, 1)))
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if is_utf16 else "utf-8-sig"
    try:
        # Where files were joined, the mark may be there more than once.
        text = data.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        # A byte order mark may be missing from `error.object`; the index counts from there.
        before = error.object[: error.start].decode(encoding, errors="replace")
        problem = Problem(
            (f"The file is not valid {'UTF-16' if is_utf16 else 'UTF-8'} from here on.",),
            (_SAVE_AS_UTF8 if is_utf16 else _encoding_hint(error.object[error.start]),),
            Location(file, *line_and_column(before, len(before))),
        )
        around = data.decode(encoding, errors="backslashreplace")
        raise InvalidInput(*with_excerpts([problem], around, LINE_END)) from error
    _refuse_conflicts(text, file)
    return text


def _encoding_hint(byte: int) -> str:
    """What to do about a file in another encoding; Windows-1252 is proposed, and never assumed."""
    try:
        character = bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return _SAVE_AS_UTF8
    return (
        f'{_SAVE_AS_UTF8} Or is "{character}" right here? Then it is in Windows-1252, as old programs '
        "write it: convert it with `iconv -f WINDOWS-1252 -t UTF-8`."
    )


def _refuse_conflicts(text: str, file: str) -> None:
    """Refuse what an unfinished merge left in a file.

    Raises:
        InvalidInput: there is a conflict marker.
    """
    # Most texts hold none of the signs, which are found much faster than the beginning of a line.
    marker = any(sign in text for sign in _CONFLICT_SIGNS) and _CONFLICT.search(text)
    if marker:
        hint = "Keep what is right, and delete these lines: <<<<<<<, =======, >>>>>>>."
        location = Location(file, *line_and_column(text, marker.start()))
        problem = Problem(("An unfinished merge left a conflict here.",), (hint,), location)
        raise InvalidInput(*with_excerpts([problem], text, LINE_END))


def control_character(text: str) -> int | None:
    """The index of the first raw control character, or None."""
    found = _CONTROL.search(text)
    return found.start() if found else None


def control_character_problem(text: str, index: int, file: str, line_end: re.Pattern[str]) -> Problem:
    """The problem of a raw control character at an index of the text."""
    hint = "Delete it; most editors don't show it."
    if text[index] == "\0":
        hint = "Is it UTF-16 without a byte order mark, or not a text file at all? Save it as UTF-8."
    return Problem(
        (f"The file contains a control character (U+{ord(text[index]):04X}).",),
        (hint,),
        Location(file, *line_and_column(text, index, line_end)),
    )


def line_and_column(text: str, index: int, line_end: re.Pattern[str] = LINE_END) -> tuple[int, int]:
    """The line and column of the character at `index`; both count from 1."""
    ends = [found.end() for found in line_end.finditer(text, 0, index)]
    return len(ends) + 1, index - (ends[-1] if ends else 0) + 1
