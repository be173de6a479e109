"""How a file's path is shown, in messages, in plans and as a member's source."""

import os
from pathlib import Path


def shown(path: Path) -> str:
    """Relative to the working directory where it lies below it, else absolute; with forward slashes.

    Bytes of a file's name that are no UTF-8 become question marks, so that the text can be printed.
    """
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - takes ".." out of the text; resolve() follows links
    here = Path.cwd()
    text = (whole.relative_to(here) if whole.is_relative_to(here) else whole).as_posix()
    return text.encode(errors="replace").decode()
