"""Where one person is declared, also where that is a mistake; and who wrote it, where git knows."""

from collections.abc import Container, Iterator

from reconciler.declaration import DeclarationReading
from reconciler.explanation.model import DeclaredAt
from reconciler.files import display_path
from reconciler.git.blame import blame
from reconciler.identity import InvalidAddress, identity
from reconciler.problems import Address, Location, Problem

MOST_PLACES = 3


def places_of(reading: DeclarationReading, key: str) -> tuple[DeclaredAt, ...]:
    """The places at which the bearer of this identity is declared; of very many the first."""
    files = {display_path(path): path for path in reading.member_files}
    found = list(_places(reading, key, files.keys()))[:MOST_PLACES]
    return tuple(DeclaredAt(place, blame(files[place.file], place.line or 1)) for place in found)


def _places(reading: DeclarationReading, key: str, files: Container[str]) -> Iterator[Location]:
    declaration = reading.roster.members.get(key)
    if declaration is not None:
        yield Location(declaration.file, declaration.line)
    # Whoever is suppressed, or declared before, is in no roster a second time: a problem has the place.
    for problem in reading.problems:
        if problem.location is not None and problem.location.file in files and _is_about(problem, key):
            yield Location(problem.location.file, problem.location.line)


def _is_about(problem: Problem, key: str) -> bool:
    return any(isinstance(part, Address) and _is_of(part.text, key) for part in problem.message)


def _is_of(address: str, key: str) -> bool:
    try:
        return identity(address) == key
    except InvalidAddress:
        return False
