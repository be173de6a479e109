"""Letters in an address that can't be seen, or that only look like those that they stand beside."""

import re
import unicodedata
from collections.abc import Iterator

from reconciler.problems import Address, Message

_RUN = re.compile(r"[^@._+-]+")
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
_UNSEEN_NAMES = re.compile(r"FILLER|BLANK|VARIATION SELECTOR|GRAPHEME JOINER|VOWEL INHERENT")
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE"})
"""Scripts that have letters of one shape; by the first word of a letter's name in the Unicode database."""

HINT = "Type the address anew, by hand, rather than copy it."


def odd_letters(address: str) -> Message | None:
    """What is odd about the characters of an address as written, or None."""
    if address.isascii():
        return None
    return _unseen(address) or _imitating(address) or _mixed(address)


def _unseen(address: str) -> Message | None:
    for character in address:
        category, name = unicodedata.category(character), _name(character)
        if category in _UNSEEN_CATEGORIES or _UNSEEN_NAMES.search(name):
            return (Address(address), f" holds a character that can't be seen: {name}.")
    return None


def _imitating(address: str) -> Message | None:
    """Such as letters of full width, which are others than the plain ones."""
    for character in address:
        plain = unicodedata.normalize("NFKC", character)
        if not character.isascii() and plain.isascii():
            return (
                Address(address),
                f' holds a character that only looks like "{plain}": {_name(character)}.',
            )
    return None


def _mixed(address: str) -> Message | None:
    for run in _RUN.finditer(address):
        scripts = dict.fromkeys(_scripts(run[0]))
        if len(scripts) > 1:
            names = " and ".join(script.capitalize() for script in scripts)
            odd = next(character for character in run[0] if _script(character) == list(scripts)[-1])
            return (Address(address), f" mixes {names} letters: among them is {_name(odd)}.")
    return None


def _scripts(run: str) -> Iterator[str]:
    """Of the scripts that can be taken for each other, those that the letters are of, the commonest first."""
    found = [script for script in map(_script, run) if script in _ALIKE]
    return iter(sorted(found, key=found.count, reverse=True))


def _script(character: str) -> str:
    return _name(character).partition(" ")[0]


def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}")
