"""A large lockfile of whose members nearly all stand as they are declared: read by comparing lines.

What the line of somebody declared must be is known before it is read. One that is just that needs no parsing
and no check, and what it says is at hand already: that saves time, and half the memory. All other lines are
read as ever, as if those weren't there. Where that doesn't do, nothing is read.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, compress, islice, repeat
from operator import and_, attrgetter, eq, mod, not_
from typing import Any, TypeAlias

from reconciler.lockfile.entry import TIME
from reconciler.lockfile.line_form import Form, Forms, are_plain
from reconciler.lockfile.model import Lockfile, Outcome, Present
from reconciler.member import Attributes
from reconciler.roster.model import Declaration

_AT_ONCE = 100_000  # bytes
_MOST_OTHERS = 0.2
_FEW = 500
"""Where more than these and a fifth of the lines are others, they are better read all together."""

_BEFORE_MEMBERS = re.compile(rb'\{\n"format": [^\n]*,\n"members": \{\n')
_ENDS = ("}", "},")
_OUTCOME, _ATTRIBUTES = '": {"outcome": "', '", "attributes": '
_MOMENT = re.compile(f'({"|".join(Outcome)})", "pushed": "({TIME.pattern})', re.ASCII)
_NOBODY = Declaration({}, "", 0)
_new: Any = tuple.__new__
_attributes = attrgetter("attributes")

Read: TypeAlias = Callable[[bytes], Lockfile | None]


def read_foreseen(data: bytes, declared: Mapping[str, Declaration], read: Read) -> Lockfile | None:
    """The lockfile that these bytes hold; None where it takes another way to know it.

    Args:
        data: the whole file.
        declared: the roster's members. Theirs are the attributes of those who stand in the lockfile so.
        read: reads the file that is left without them.
    """
    begin = _BEFORE_MEMBERS.match(data)
    if begin is None:
        return None
    foreseen = _Foreseen(declared)
    try:
        end = foreseen.take_all(data, begin.end())
    except (ValueError, RecursionError):
        return None
    rest = read(begin[0] + ",\n".join(foreseen.others).encode("utf-8") + data[end:])
    known = (rest.members, rest.rejected, rest.unconfirmed) if rest else ()
    if rest is None or not all(map(foreseen.found.keys().isdisjoint, known)):
        return None
    return replace(rest, members={**foreseen.found, **rest.members})


class _Foreseen:
    """Finds those who stand in the lockfile as they are declared, and keeps the lines of all others.

    Of those lines each is an entry of its own, here without its comma.
    """

    def __init__(self, declared: Mapping[str, Declaration]) -> None:
        self.found: dict[str, Present] = {}
        self.others: list[str] = []
        self._declared = declared
        self._coming = iter(declared.items())
        self._forms = Forms()
        self._moments = _Moments()

    def take_all(self, data: bytes, begin: int) -> int:
        """Take the members, who stand from this place on; returns the place where they end.

        Raises:
            ValueError: a line of another is no entry of its own, somebody stands twice, too many are others.
        """
        seen, place = 0, begin
        for lines, end in _groups(data, begin):
            seen, place = seen + len(lines), end
            self.others += map(_alone, self._take(lines))
            if len(self.others) > _MOST_OTHERS * seen + _FEW:
                raise ValueError("others")
        if len(self.found) + len(self.others) < seen:
            raise ValueError("twice")
        return place

    def _take(self, lines: Sequence[str]) -> Sequence[str]:
        """Take those of these lines who stand there as declared; returns the lines of all others."""
        if not lines:
            return ()
        heads, _, rests = zip(*map(str.partition, lines, repeat(_OUTCOME)), strict=True)
        moments, _, tails = zip(*map(str.partition, rests, repeat(_ATTRIBUTES)), strict=True)
        keys, people = self._people([head[1:] for head in heads])
        forms = [*map(self._forms.__getitem__, map(tuple, people))]
        pushed = [*map(self._moments.__getitem__, moments)]
        are_so = [*map(and_, _are_foreseen(tails, forms, people), map(bool, pushed))]
        if not all(map(str.startswith, lines, repeat('"'))) or not are_plain(
            "".join(compress(lines, are_so)), Counter(compress(forms, are_so))
        ):
            return lines
        outcomes, times = zip(*compress(pushed, are_so), strict=True) if any(are_so) else ((), ())
        fields = zip(outcomes, times, compress(people, are_so), repeat(None), strict=False)
        # Named parts take three times as long as the tuple does.
        self.found.update(zip(compress(keys, are_so), map(_new, repeat(Present), fields), strict=True))
        return [*compress(lines, map(not_, are_so))]

    def _people(self, keys: Sequence[str]) -> tuple[Sequence[str], Sequence[Attributes]]:
        """The same identities, and the attributes with which they are declared, if they are."""
        # Where a roster is in the order of the lockfile, nobody has to be looked for all over the memory.
        coming = [*islice(self._coming, len(keys))]
        if [key for key, _ in coming] == keys:
            return [key for key, _ in coming], [person.attributes for _, person in coming]
        return keys, [*map(_attributes, map(self._declared.get, keys, repeat(_NOBODY)))]


def _are_foreseen(
    tails: Sequence[str], forms: Sequence[Form], people: Sequence[Attributes]
) -> Iterable[bool]:
    """Whether each line goes on as it must from the attributes on."""
    if forms.count(forms[0]) == len(forms):
        # A line end stands in none of the lines. If as many come out of the form, none stands in a value.
        values = tuple(chain.from_iterable(person.values() for person in people))
        if "\n".join((*tails, "")) == f"{forms[0].attributes}}},\n" * len(forms) % values:
            return repeat(True, len(forms))
    values_of_each = (tuple(person.values()) for person in people)
    return map(eq, tails, map(mod, (f"{form.attributes}}}," for form in forms), values_of_each))


class _Moments(dict[str, tuple[Outcome, str] | tuple[()]]):
    """What a push proved, and when, by what stands in the file of it; nothing where that is no such text."""

    def __missing__(self, text: str) -> tuple[Outcome, str] | tuple[()]:
        found = _MOMENT.fullmatch(text)
        self[text] = (Outcome(found[1]), found[2]) if found else ()
        return self[text]


def _groups(data: bytes, begin: int) -> Iterator[tuple[list[str], int]]:
    """The members' lines, some at a time, all with a comma behind them; and the place where these end.

    So no copy of the whole file is made, nor of each line. Where nothing ends the members, there is no end:
    the last line is empty then, which no entry is.
    """
    while True:
        until = _line_end(data, begin)
        lines = data[begin:until].decode("utf-8").split("\n")
        end = min((lines.index(sign) for sign in _ENDS if sign in lines), default=None)
        if end is not None:
            del lines[end:]
            until = begin - 1 + sum(len(line.encode("utf-8")) + 1 for line in lines)
            lines[-1:] = [f"{line}," for line in lines[-1:]]
            yield lines, until
            return
        yield lines, until
        begin = until + 1


def _line_end(data: bytes, begin: int) -> int:
    """Where the last of some lines ends; the members' last line is never parted from what ends them."""
    end = data.find(b"\n", begin + _AT_ONCE)
    while end >= 0 and data.startswith(b"}", end + 1):
        end = data.find(b"\n", end + 1)
    return end if end >= 0 else len(data)


def _alone(line: str) -> str:
    entry = line.removesuffix(",")
    if entry == line or len(json.loads(f"{{{entry}}}")) != 1:
        raise ValueError("entry")
    return entry
