"""Where a person is mentioned, and where that was not searched."""

import shlex
from collections.abc import Iterator
from typing import Any

from reconciler.find import SKIPPED, Kind, Occurrence, Occurrences
from reconciler.output.document import (
    Block,
    Document,
    Headline,
    Items,
    Paragraph,
    Problems,
    Row,
    Section,
    Span,
    Table,
    enumerated,
)
from reconciler.output.json_shapes import problem_list
from reconciler.output.render import Screen
from reconciler.plan.saved import FORMAT
from reconciler.problems import Address, Code, Message, Value, counted

_WORDS = {
    Kind.PLAN: "a saved plan",
    Kind.REPORT: "a report",
    Kind.REFUSED: "rows that were refused",
    Kind.JOURNAL: "the journal of an interrupted run",
    Kind.SANDBOX: "the embedded sandbox's data",
}
_MOST_NAMED = 3
_GIT_LOG = "git log --all --oneline -i -S"
_GIT_GREP = "git grep --untracked -n -i -F"


def occurrences_screen(found: Occurrences) -> Screen:
    """What a search found."""
    return Screen(lambda: _document(found), lambda: _data(found))


def _data(found: Occurrences) -> dict[str, Any]:
    """Every mention, and what should have been searched and could not be."""
    return {
        "format": FORMAT,
        "key": found.key,
        "places": [place._asdict() for place in found.places],
        "unread": problem_list(found.unread),
        "not_followed": list(found.not_followed),
        "problems": [],
    }


def _document(found: Occurrences) -> Document:
    blocks: list[Block] = [Headline(_summary(found))]
    if found.places:
        places: dict[str, list[Occurrence]] = {}
        for place in found.places:
            where = place.file if place.line is None else f"{place.file}:{place.line}"
            places.setdefault(where, []).append(place)
        blocks.append(Table(("where", "what"), tuple(places.items()), _row, short=None, noun="place"))
    if found.unread:
        blocks.append(Paragraph("Some files could not be searched."))
        blocks.append(Problems(found.unread, is_told=True))
    blocks.append(Section("Not searched:", (Items(tuple(_not_searched(found))),)))
    return Document(tuple(blocks))


def _summary(found: Occurrences) -> Message:
    if not found.places:
        return (Address(found.key), " was not found.")
    files = len({place.file for place in found.places})
    places = len({(place.file, place.line) for place in found.places})
    return (Address(found.key), f": {counted(places, 'place')} in {counted(files, 'file')}.")


def _row(found: tuple[str, list[Occurrence]]) -> Row:
    where, places = found
    declared = [place.environment or "" for place in places if place.kind is Kind.DECLARED]
    others = [_is(place) for place in places if place.kind is not Kind.DECLARED]
    together = [f"declared in {', '.join(declared)}"] if declared else []
    return Row(((Code(where),), "; ".join((*together, *others))))


def _is(place: Occurrence) -> str:
    of = f" of {place.environment}" if place.environment else ""
    match place.kind:
        case Kind.LOCKFILE:
            return f"lockfile{of} ({place.detail or 'in another entry'})"
        case Kind.SUPPRESSED:
            return f"suppression list{of} ({place.detail})"
        case Kind.SANDBOX:
            return f"{_WORDS[place.kind]}{of} ({place.detail})"
        case _:
            return f"{_WORDS[place.kind]}{of}"


def _not_searched(found: Occurrences) -> Iterator[Message]:
    """Where they may be mentioned too."""
    searches: list[Span] = []
    spellings = _spellings(found.key)
    for spelling in spellings:
        command = Value(f"{_GIT_LOG} {spelling}", f"{_GIT_LOG} EMAIL")
        searches += [" and ", command] if searches else [command]
    texts = " ".join(spellings if len(spellings) == 1 else (f"-e {text}" for text in spellings))
    grep = Value(f"{_GIT_GREP} {texts}", f"{_GIT_GREP} EMAIL")
    yield ("other text, such as comments and notes: ", grep)
    yield ("git's history, here and in every clone and fork: ", *searches)
    yield (f"what others made: the folders {', '.join(sorted(SKIPPED))}",)
    yield ("what CI keeps: artifacts, logs, caches; and comments on pull requests",)
    yield ("the panel itself",)
    if found.not_followed:
        yield ("links to folders elsewhere: ", *enumerated([*map(Code, found.not_followed)], _MOST_NAMED))


def _spellings(key: str) -> list[str]:
    """The address as a shell takes it: its domain in ASCII and, if that is another, as people write it."""
    local, _, domain = key.rpartition("@")
    try:
        written = domain.encode("ascii").decode("idna")
    except UnicodeError:
        written = domain
    return [shlex.quote(f"{local}@{spelling}") for spelling in dict.fromkeys((domain, written))]
