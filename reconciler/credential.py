"""A key or a token: a value that no output shows, and texts without it."""

import re
from collections.abc import Iterator

LEAST_CHARACTERS = 8
"""A shorter value is refused: to hide it would garble every text that has these letters in a word."""

_ESCAPE = re.compile(
    r"\\u([0-9a-f]{4})|%([0-9a-f]{2})|&#x0*([0-9a-f]{2});|&#0*([0-9]{2,3});|\\(.)",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
ESCAPE_SIGNS = "\\%&"  # one of which begins each escape
_MOST_ROUNDS = 3  # a text in JSON, inside an address, inside JSON


class Credential:
    """A value of which only `reveal` gives anything away.

    `origin` says where it came from, such as `the variable QUESTIONPRO_API_KEY`.
    """

    __slots__ = ("_name", "_sought", "_value", "origin")

    def __init__(self, value: str, origin: str, name: str = "the key") -> None:
        """Keep the value, of printable ASCII; texts say `(name)` in its place."""
        self._value = value
        self._name = name
        *_, (decoded, _) = _levels(value)
        self._sought = {_lower(value), decoded}  # the second for a text of which only a part is escaped
        self.origin = origin

    def reveal(self) -> str:
        """The value itself, for the one header that carries it."""
        return self._value

    def hide_in(self, text: str) -> str:
        """The text without the value, in any case and with any escapes."""
        lower = text.lower()
        if not any(sign in text for sign in ESCAPE_SIGNS) and not any(each in lower for each in self._sought):
            return text  # nearly each text, in a thousandth of the time
        pieces, end = [], 0
        for begin, behind in sorted(self._places(text)):
            if begin >= end:
                pieces += [text[end:begin], f"({self._name})"]
            end = max(end, behind)
        return "".join((*pieces, text[end:]))

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        # At each level, since the last sign of the value may begin an escape together with what follows it.
        for decoded, starts in _levels(text):
            for sought in self._sought:
                at = decoded.find(sought)
                while at >= 0:
                    yield starts[at], starts[at + len(sought)]
                    at = decoded.find(sought, at + len(sought))

    def __repr__(self) -> str:
        """Nothing of the value, not even its length."""
        return f"Credential(from {self.origin})"


def _levels(text: str) -> Iterator[tuple[str, list[int]]]:
    """The text in lower case, as it is, then with ever more levels of escapes taken away.

    With each comes, for each character and the end, its place in `text`.
    """
    starts = list(range(len(text) + 1))
    yield _lower(text), starts
    for _ in range(_MOST_ROUNDS):
        found = _without_escapes(text)
        if found is None:
            return
        text, places = found
        starts = [starts[place] for place in places]
        yield _lower(text), starts


def _lower(text: str) -> str:
    """Of the same length, which `str.lower` doesn't promise."""
    return re.sub("[A-Z]+", lambda capitals: capitals[0].lower(), text)


def _without_escapes(text: str) -> tuple[str, list[int]] | None:
    pieces: list[str] = []
    starts: list[int] = []
    end = 0
    for escape in _ESCAPE.finditer(text):
        pieces += [text[end : escape.start()], _character(escape)]
        starts += range(end, escape.start() + 1)
        end = escape.end()
    if not pieces:
        return None
    return "".join((*pieces, text[end:])), [*starts, *range(end, len(text) + 1)]


def _character(escape: re.Match[str]) -> str:
    for digits, base in zip(escape.groups()[:4], (16, 16, 16, 10), strict=True):
        if digits is not None:
            return chr(int(digits, base))
    return str(escape[5])
