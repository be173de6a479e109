"""What is posted: text from a file, since an argument would be too long for the system, and stand in logs."""

from pathlib import Path

from reconciler.errors import InvalidInput
from reconciler.files import disk_failure, display_path
from reconciler.github.marker import MOST_CHARACTERS, marked
from reconciler.problems import Location, Problem


def read_text(path: Path) -> str:
    """The whole file; empty where it is.

    Raises:
        DiskFailure: it can't be read.
        InvalidInput: it is no text.
    """
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise disk_failure("read", path, error) from error
    except UnicodeDecodeError as error:
        problem = Problem(
            ("This is no text in UTF-8, so it can't be posted.",), location=Location(display_path(path))
        )
        raise InvalidInput(problem) from error


def read_postable(path: Path, marker: str) -> str:
    """The file's text, which GitHub will take.

    Raises:
        DiskFailure: it can't be read.
        InvalidInput: it is no text, empty, or too long.
    """
    text = read_text(path)
    place = Location(display_path(path))
    if not text.strip():
        raise InvalidInput(Problem(("The file is empty, so there is nothing to post.",), location=place))
    if not fits(text, marker):
        message = f"The text has {len(text):,} characters; GitHub takes {MOST_CHARACTERS:,} with our marker."
        hint = "Write it shorter, with --max-bytes where the command that writes it has that."
        raise InvalidInput(Problem((message,), (hint,), place))
    return text


def fits(text: str, marker: str) -> bool:
    """Whether GitHub takes the text behind its marker."""
    return len(marked(marker, text)) <= MOST_CHARACTERS
