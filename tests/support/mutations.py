"""Files as they come of mishaps: the examples and the cases, with bytes flipped, cut out and slipped in."""

import codecs
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from hypothesis import strategies as st

_REPOSITORY = Path(__file__).resolve().parent.parent.parent
_STATEMENT = re.compile(rb"[ \t]*#[!=] [^\r\n]*")
_MOST_WAYS = 4
_LONGEST_SLICE = 60

_SPECIALS = (
    *("\ufeff", "\0", "\t", "\r", "\n", "\r\n", "\n\n", "\x85", "\u2028", "\u2029", "\xa0"),
    *("\x1b[2J", "\x7f", "\ufffe", "\u202e", "\u200b", "\U000e0041", "😀", "e\u0301", "ﬁ"),
    *(
        "&a ",
        "*a",
        "&a *a",
        "<<",
        "<<: *a",
        "<<: [*a, *a]",
        "!",
        "!a!b ",
        "!!str ",
        "!!python/object:os.system ",
    ),
    *("---\n", "...\n", "%YAML 1.1\n---\n", "%TAG ! x:\n---\n", "|", ">", "|+\n", ">-\n", "|9\n", " # x"),
    *("? ", ": ", "- ", "[", "]", "{", "}", ",", "#", "'", '"', '""', "\\", "@", "`", "%", "null", "~"),
    *("[" * 40, "{a: " * 40, "- " * 40, "? " * 40, '"' * 41, "," * 41, "9" * 5000, "-" * 41, " " * 300),
    *(
        '"\\ud800"',
        '"\\U00110000"',
        '"\\x"',
        '"\\0"',
        '"\\ud800": ',
        "NaN",
        "1e999",
        "::error::x",
        "##[group]",
    ),
    *("sep=;\n", ";", "|", "=1+1", "4.4E+11", "profileFields[9]", f"profileFields[{'9' * 5000}]"),
    *('{"a": ', "[[", "}}", '"outcome"', '"pushed"', '"profileFields": 5, ', '"x": "y", '),
)
_SLIPPED_IN = tuple(special.encode() for special in _SPECIALS)
_BYTES = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf5", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"\xd8\x00")
_ENCODINGS = ("utf-16-le", "utf-16-be")

_Way: TypeAlias = Callable[[st.DrawFn, bytes, Sequence[bytes]], bytes]


def seeds(*endings: str) -> list[bytes]:
    """The contents of all examples and cases whose names end so; the cases without their statements."""
    folders = (_REPOSITORY / "panels", _REPOSITORY / "tests" / "cases")
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.name.endswith(endings))
    return [_STATEMENT.sub(b"", path.read_bytes()) for path in paths]


@st.composite
def mutated(draw: st.DrawFn, originals: Sequence[bytes]) -> bytes:
    """One of the files, after a few mishaps."""
    data = draw(st.sampled_from(originals))
    for way in draw(st.lists(st.sampled_from(_WAYS), min_size=1, max_size=_MOST_WAYS)):
        data = way(draw, data, originals)
    return data


def _flip(draw: st.DrawFn, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _index(draw, data)
    return data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]


def _slip_in(draw: st.DrawFn, data: bytes, _: Sequence[bytes]) -> bytes:
    at = _index(draw, data)
    return data[:at] + draw(st.sampled_from((*_SLIPPED_IN, *_BYTES))) + data[at:]


def _cut_out(draw: st.DrawFn, data: bytes, _: Sequence[bytes]) -> bytes:
    at, end = _slice(draw, data)
    return data[:at] + data[end:]


def _cut_off(draw: st.DrawFn, data: bytes, _: Sequence[bytes]) -> bytes:
    return data[: _index(draw, data)]


def _double(draw: st.DrawFn, data: bytes, _: Sequence[bytes]) -> bytes:
    at, end = _slice(draw, data)
    return data[:end] + data[at:end] * draw(st.integers(1, 3)) + data[end:]


def _move_a_line(draw: st.DrawFn, data: bytes, _: Sequence[bytes]) -> bytes:
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    line = lines.pop(draw(st.integers(0, len(lines) - 1)))
    lines.insert(draw(st.integers(0, len(lines))), line)
    return b"".join(lines)


def _splice(draw: st.DrawFn, data: bytes, originals: Sequence[bytes]) -> bytes:
    other = draw(st.sampled_from(originals))
    return data[: _index(draw, data)] + other[_index(draw, other) :]


def _change_line_ends(draw: st.DrawFn, data: bytes, _: Sequence[bytes]) -> bytes:
    end = draw(st.sampled_from(["\r", "\r\n", "\x85", "\u2028"]))
    return data.replace(b"\n", end.encode())


def _recode(draw: st.DrawFn, data: bytes, _: Sequence[bytes]) -> bytes:
    encoding = draw(st.sampled_from(_ENCODINGS))
    return ("\ufeff" + data.decode(errors="replace")).encode(encoding)


_WAYS: tuple[_Way, ...] = (
    *(_slip_in, _slip_in, _slip_in, _flip, _cut_out, _cut_off, _double, _move_a_line, _splice),
    *(_change_line_ends, _recode),
)


def _index(draw: st.DrawFn, data: bytes) -> int:
    return draw(st.integers(0, len(data)))


def _slice(draw: st.DrawFn, data: bytes) -> tuple[int, int]:
    at = _index(draw, data)
    return at, at + draw(st.integers(0, _LONGEST_SLICE))
