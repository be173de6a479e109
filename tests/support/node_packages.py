"""Files of npm packages, where they are installed; tests that need them are skipped elsewhere."""

import os
import shutil
from pathlib import Path

import pytest

_REPOSITORY = Path(__file__).resolve().parent.parent.parent


def package_file(path: str) -> Path:
    """A file of a package, such as `axe-core/axe.min.js`; skips the test where there is none.

    Packages are looked for where Node.js does: below `node_modules` here, and in the folders of NODE_PATH.
    """
    folders = [_REPOSITORY / "node_modules", *map(Path, os.environ.get("NODE_PATH", "").split(os.pathsep))]
    for folder in folders:
        if (folder / path).is_file():
            return folder / path
    package = path.partition("/")[0]
    pytest.skip(f"needs the npm package {package}: npm install --no-save {package}, or set NODE_PATH")


def program(name: str) -> str:
    """The path of a program; skips the test where it isn't installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"needs the program {name}")
    return found
