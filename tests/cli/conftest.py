"""What the tests of commands share: panels below a working directory, and a way to run in this process."""

from pathlib import Path

import pytest
from commands import Ended, Panels, Run

from reconciler.cli.main import main


@pytest.fixture
def panels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Panels:
    """Panels below an otherwise empty working directory."""
    monkeypatch.chdir(tmp_path)
    return Panels(tmp_path / "panels")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process."""

    def run_here(*arguments: str) -> Ended:
        code = main(arguments)
        printed = capsys.readouterr()
        return Ended(code, printed.out, printed.err)

    return run_here
