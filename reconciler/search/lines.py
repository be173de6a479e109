"""The lines of a file in which a person stands, in bounded memory however large the file is."""

import codecs
import os
import stat
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from reconciler.search.spelling import Spelling

_AT_ONCE = 1_000_000  # bytes
_LONGEST_LINE = 8_000_000  # bytes; of a longer one, parts are looked at that overlap
_OVERLAP = 8_000
_HEAD = 8_000  # bytes, in which a file that is no text has a NUL; git looks at as many
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Hit(NamedTuple):
    """A line, counted from 1, and what stands in it, in UTF-8."""

    line: int
    text: bytes


class Scan(NamedTuple):
    """What a look at a file's text found.

    `head` is how it begins; `has_escapes` whether a backslash stands in it, so that its meaning may be
    another than its text; `is_text` is False for one that was not looked at.
    """

    hits: tuple[Hit, ...]
    head: bytes
    has_escapes: bool = False
    is_text: bool = True


def scan(path: Path, spelling: Spelling) -> Scan | None:
    """Look at the file's text; None where it is no ordinary file, such as a pipe or a device.

    Raises:
        OSError: it can't be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return _scan(file, spelling)


def _scan(file: BufferedReader, spelling: Spelling) -> Scan:
    head = file.peek(_HEAD)[:_HEAD]
    pieces = iter(lambda: file.read(_AT_ONCE), b"")
    if head.startswith(_UTF16):
        pieces = (text.encode() for text in codecs.iterdecode(pieces, "utf-16", "replace"))
    elif b"\0" in head:
        return Scan((), head, is_text=False)
    hits: dict[int, Hit] = {}
    has_escapes = False
    for first, data in _whole_lines(pieces):
        has_escapes = has_escapes or b"\\" in data
        hits |= {hit.line: hit for hit in _hits(first, data, spelling)}
    return Scan(tuple(hits.values()), head, has_escapes)


def _whole_lines(pieces: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """The text in parts of whole lines, each with its first line's number; CR LF and CR end lines too."""
    number, rest = 1, b""
    for piece in pieces:
        data = rest + piece
        end = data.rfind(b"\n") + 1
        if not end and len(data) < _LONGEST_LINE:
            rest = data
            continue
        rest = data[end:] if end else data[-_OVERLAP:]
        part = _with_line_ends(data[:end] if end else data)
        yield number, part
        number += part.count(b"\n")
    yield number, _with_line_ends(rest)


def _with_line_ends(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _hits(first: int, data: bytes, spelling: Spelling) -> Iterator[Hit]:
    if not spelling.may_be_in(data):
        return
    for number, line in enumerate(data.split(b"\n"), start=first):
        if spelling.may_be_in(line) and spelling.is_in(_decoded(line)):
            yield Hit(number, line)


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
