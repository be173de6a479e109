"""What is said of the places where somebody stands, and of those that no search here reaches."""

import shlex
from collections.abc import Iterator

from reconciler.find import SKIPPED, Kind, Occurrence, Occurrences
from reconciler.render.counted import counted
from reconciler.render.masking import masked_words
from reconciler.render.showing import RenderOptions

_WORDS = {
    Kind.PLAN: "a saved plan",
    Kind.REPORT: "a report",
    Kind.JOURNAL: "the journal of an interrupted run",
    Kind.SANDBOX: "the embedded sandbox's data",
}
_MOST_NAMED = 3


def summary(traces: Occurrences, showing: RenderOptions) -> str:
    """In how many places they stand."""
    who = showing.address(traces.key)
    if not traces.places:
        return f"{who} was not found."
    files = len({place.file for place in traces.places})
    places = len({(place.file, place.line) for place in traces.places})
    return f"{who} stands in {counted(places, 'place')}, in {counted(files, 'file')}."


def rows(traces: Occurrences, showing: RenderOptions) -> Iterator[tuple[str, str]]:
    """Each place once, `file:line`, and what it is."""
    found: dict[str, list[str]] = {}
    for place in traces.places:
        where = place.file if place.line is None else f"{place.file}:{place.line}"
        found.setdefault(where, []).append(_is(place))
    for where, words in found.items():
        yield path(where, showing), _together(words)


def path(file: str, showing: RenderOptions) -> str:
    """A path as it is; where people are hidden, without an address in it."""
    return "".join(map(str, masked_words((file,)))) if showing.masked else file


def not_searched(traces: Occurrences, showing: RenderOptions) -> Iterator[str]:
    """Where they may stand all the same."""
    spellings = _spellings(traces, showing)
    texts = " ".join(spellings if len(spellings) == 1 else (f"-e {text}" for text in spellings))
    yield f"other text, such as comments and notes: `git grep --untracked -n -i -F {texts}`"
    searches = " and ".join(f"`git log --all --oneline -i -S {text}`" for text in spellings)
    yield f"git's history, here and in every clone and fork: {searches}"
    yield f"what others made: the folders {', '.join(sorted(SKIPPED))}"
    yield "what CI keeps: artefacts, logs, caches; and comments on pull requests"
    yield "the panel itself"
    if traces.not_followed:
        yield f"links to folders that lie elsewhere: {_named(traces.not_followed, showing)}"


def _is(place: Occurrence) -> str:
    of = f" of {place.environment}" if place.environment else ""
    match place.kind:
        case Kind.DECLARED:
            return f"declared in {place.environment}"
        case Kind.LOCKFILE:
            section = f" ({place.detail})" if place.detail else " (in another entry)"
            return f"lockfile{of}{section}"
        case Kind.SUPPRESSED:
            return f"suppression list{of} ({place.detail})"
        case Kind.SANDBOX:
            return f"{_WORDS[place.kind]}{of} ({place.detail})"
        case _:
            return f"{_WORDS[place.kind]}{of}"


def _together(words: list[str]) -> str:
    """What is the same for several environments, in one."""
    declared = [word.removeprefix("declared in ") for word in words if word.startswith("declared in ")]
    others = [word for word in words if not word.startswith("declared in ")]
    return "; ".join(([f"declared in {', '.join(declared)}"] if declared else []) + others)


def _spellings(traces: Occurrences, showing: RenderOptions) -> list[str]:
    """The address as a shell takes it, its domain in ASCII and, where that is another, as people write it."""
    if showing.masked:
        return ["EMAIL"]
    local, _, domain = traces.key.rpartition("@")
    try:
        written = domain.encode("ascii").decode("idna")
    except UnicodeError:
        written = domain
    return [shlex.quote(f"{local}@{spelling}") for spelling in dict.fromkeys((domain, written))]


def _named(files: tuple[str, ...], showing: RenderOptions) -> str:
    named = ", ".join(path(file, showing) for file in files[:_MOST_NAMED])
    more = len(files) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named
