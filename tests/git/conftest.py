"""What the tests of git share: git without anybody's settings."""

import os

import pytest
from clones import SHIELD


@pytest.fixture(autouse=True)
def shielded_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """Git as on a machine where nobody has set anything."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in SHIELD.items():
        monkeypatch.setenv(name, value)
