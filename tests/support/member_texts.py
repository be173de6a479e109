"""Member files as people and spreadsheets might write them: any style, comments anywhere, odd texts."""

import csv
import io
from typing import TypeAlias

from hypothesis import strategies as st

from reconciler.member import FIELDS, NUMBER_FIELDS, PROFILE_FIELDS

_TEXT_FIELDS = [
    name for name in FIELDS if name not in NUMBER_FIELDS and name not in {"emailAddress", PROFILE_FIELDS}
]
_ODD = r"""
yes no NO on 1e3 0x1F 0o7 1_000 1.10 02134 -7 +49 .5 null Null ~ '' "" 2024-01-01 12:30:00 << = y --- ...
- -x ? : a:b :a #a a#b @a `a %a !a &a *a |a >a [a a] {a a, a:} it's say"x" a\b zoë愛子😀
""".split()  # noqa: SIM905 - a list of literals would take a line for each
_SPACED = ("", "a: b", "a #b", " a", "a ", "a\tb", "- a", "? a", "de la Cruz", "a" * 140)
_LINES = ("a\nb", "a\nb\n", "a\n\nb\n", "\na", " a\nb", "a\n b\n", "a \nb", "a\n\n\n", "a\x85b", "a\u2028b")
_TEXTS = st.one_of(
    st.sampled_from((*_ODD, *_SPACED, *_LINES, "\ufeffa", "\x1b\n")),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.text(alphabet="ab:-[]{},&*!|>'\"%@#?~<. \n\t\\", max_size=8),
)
_OPTIONS = st.sampled_from(["7", '"7"', "'8'", "08", "x"])
_WORDS_OF_COMMENTS = st.sampled_from(["", " x", " a: b", " 'q", " [", " - z", "  zoë 😀"])

Made: TypeAlias = "tuple[str, list[str]]"
"""A file's text, and each comment in it; no two are alike."""


@st.composite
def member_texts(draw: st.DrawFn) -> Made:
    """A member file; hardly ever one with a mistake."""
    return _Writer(draw).file()


class _Writer:
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._comments: list[str] = []
        self._anchors: list[str] = []
        self._is_sorted = draw(st.booleans())
        self._indentation = draw(st.sampled_from([0, 1, 2, 4]))

    def file(self) -> Made:
        shared = self._shared() if self._maybe() else ""
        defaults = self._defaults() if self._maybe() else ""
        members = self._members(is_sharing=bool(shared))
        top = "# reconciler: sorted\n\n" if self._is_sorted else ""
        is_reversed = not shared and self._maybe()
        body = members + defaults if is_reversed else shared + defaults + members
        return top + body + self._above(0), self._comments

    def _shared(self) -> str:
        text = f"{self._above(0)}x-s: &s{self._behind()}\n"
        return f"{text}{self._above(1)}   city: {self._scalar(3)}\n"

    def _defaults(self) -> str:
        expires = f"expires: {self._expiry()}, " if self._maybe() else ""
        return f"{self._above(0)}defaults: {{{expires}source: {self._in_quotes()}}}{self._behind()}\n"

    def _expiry(self) -> str:
        return self._draw(st.sampled_from(["2027-01-01", "'2028-02-29'", '"2027-12-31"', "~"]))

    def _members(self, *, is_sharing: bool) -> str:
        names = [f"m{9 - number}@example.org" for number in range(self._draw(st.integers(0, 4)))]
        if not names:
            return f"{self._above(0)}members: []{self._behind()}\n"
        text = f"{self._above(0)}members:{self._behind()}\n"
        for name in names:
            text += self._above(self._indentation)
            text += (
                self._flow_member(name) if self._maybe() else self._block_member(name, is_sharing=is_sharing)
            )
        return text

    def _flow_member(self, address: str) -> str:
        entries = [f"{name}: {self._in_quotes()}" for name in self._fields()]
        first, *others = self._with(entries, f"emailAddress: {address}")
        is_long = self._maybe()
        text = f"{' ' * self._indentation}- {{{first}"
        for entry in others:
            text += f",{self._behind()}\n{' ' * (self._indentation + 4)}{entry}" if is_long else f", {entry}"
        return f"{text}}}{self._behind()}\n"

    def _block_member(self, address: str, *, is_sharing: bool) -> str:
        column = self._indentation + 2
        entries = [f"{name}: {self._value(column)}" for name in self._fields()]
        entries = self._with(entries, f"emailAddress: {address}{self._behind()}")
        if is_sharing and self._maybe():
            entries = self._with(entries, f"<<: *s{self._behind()}")
        if self._maybe():
            entries.append(f"statusType: {self._draw(st.integers(-9, 99))}")
        if self._maybe():
            entries = self._with(entries, f"expires: {self._expiry()}{self._behind()}")
        if self._maybe():
            entries.append(self._profile_fields(column))
        first, *others = entries
        rest = "".join(f"{self._above(column)}{' ' * column}{entry}\n" for entry in others)
        return f"{' ' * self._indentation}- {first}\n{rest}{self._above(column)}"

    def _value(self, column: int) -> str:
        kind = self._draw(st.sampled_from(["text", "text", "undeclared", "anchor", "alias"]))
        if kind == "undeclared":
            return self._draw(st.sampled_from(["", "~", "null"])) + self._behind()
        if kind == "alias" and self._anchors and not self._is_sorted:
            return f"*{self._draw(st.sampled_from(self._anchors))}{self._behind()}"
        if kind != "anchor":
            return self._scalar(column)
        scalar = self._scalar(column)
        self._anchors.append(f"t{len(self._anchors)}")
        return f"&{self._anchors[-1]} {scalar}"

    def _scalar(self, column: int) -> str:
        """A text in some style that holds it, and a comment, perhaps."""
        text = self._draw(_TEXTS)
        style = self._draw(st.sampled_from(["plain", "'", "|", ">", '"']))
        if style == "plain" and text.isalnum():
            return text + self._behind()
        if style == "'" and text.isprintable():
            return "'" + text.replace("'", "''") + "'" + self._behind()
        lines = text.split("\n")
        if (
            style in {"|", ">"}
            and all(line.strip() and line.isprintable() for line in lines)
            and text[0] != " "
        ):
            body = "\n".join(f"{' ' * column}  {line}" for line in lines)
            return f"{style}{self._draw(st.sampled_from(['', '-', '+']))}{self._behind()}\n{body}"
        return _quoted(text) + self._behind()

    def _profile_fields(self, column: int) -> str:
        start = " " * column
        text = f"{PROFILE_FIELDS}:{self._behind()}"
        for number in self._draw(st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True)):
            value = self._profile_value()
            if self._maybe():
                text += f"\n{self._above(column)}{start}- {{value: {value}, profileFieldId: {number}}}"
            else:
                text += f"\n{start}- value: {value}{self._behind()}\n{start}  profileFieldId: {number}"
            text += self._behind()
        return text

    def _profile_value(self) -> str:
        kind = self._draw(st.sampled_from(["text", "list", "address"]))
        if kind == "list":
            options = self._draw(st.lists(_OPTIONS, max_size=3))
            return f"[{', '.join([*options, self._in_quotes()])}]"
        return f"{{city: {self._in_quotes()}, address1: 'x'}}" if kind == "address" else self._in_quotes()

    def _fields(self) -> list[str]:
        return self._draw(st.lists(st.sampled_from(_TEXT_FIELDS), max_size=4, unique=True))

    def _with(self, entries: list[str], entry: str) -> list[str]:
        at = self._draw(st.integers(0, len(entries)))
        return [*entries[:at], entry, *entries[at:]]

    def _in_quotes(self) -> str:
        return _quoted(self._draw(_TEXTS))

    def _maybe(self) -> bool:
        return self._draw(st.booleans())

    def _comment(self) -> str:
        sign = self._draw(st.sampled_from(["#", "# ", "##"]))
        self._comments.append(f"{sign}c{len(self._comments) + 100}{self._draw(_WORDS_OF_COMMENTS)}")
        return self._comments[-1]

    def _above(self, column: int) -> str:
        """Comments and blank lines above something, indented like it or not; mostly none."""
        text = ""
        for is_comment in self._draw(st.lists(st.booleans(), max_size=2)):
            indentation = max(0, column + self._draw(st.sampled_from([0, 0, 0, 2, -2])))
            text += f"{' ' * indentation}{self._comment()}\n" if is_comment else "\n"
        return text

    def _behind(self) -> str:
        if self._draw(st.integers(0, 4)):
            return ""
        return f"{self._draw(st.sampled_from([' ', '   ']))}{self._comment()}"


def _quoted(text: str) -> str:
    escaped = "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{escaped}"'


_COLUMNS = ["firstName", "city", "custom1", "profileFields[7]", "profileFields[12]", "expires"]
_CELLS = st.one_of(
    st.sampled_from(["", " ", " a ", '"', "a;b", "a,b", "a\tb", "a\nb", "a\r\nb", "a\rb", "'", "#a", "null"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6),
)
_DAYS = st.sampled_from(["", "2027-01-01", "2028-02-29"])


@st.composite
def member_tables(draw: st.DrawFn) -> str:
    """A member file without a mistake."""
    names = draw(st.permutations(["emailAddress", *draw(st.lists(st.sampled_from(_COLUMNS), unique=True))]))
    written = io.StringIO()
    writer = csv.writer(
        written,
        delimiter=draw(st.sampled_from(",;\t")),
        quoting=draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n"])),
    )
    writer.writerow(names)
    for number in range(draw(st.integers(0, 4))):
        cells = {name: draw(_DAYS if name == "expires" else _CELLS) for name in names}
        cells["emailAddress"] = f" m{number}@example.org"
        writer.writerow([cells[name] for name in names])
        if draw(st.booleans()):
            written.write("\n")
    return written.getvalue()
