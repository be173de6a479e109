import subprocess
import sys

import pytest
from commands import start

from reconciler import __version__

pytestmark = pytest.mark.usefixtures("panels")


def test_a_bare_version_loads_no_library() -> None:
    program = (
        "import sys; from reconciler.__main__ import run; sys.argv = ['reconciler', '--version']\n"
        "try: run()\n"
        "except SystemExit as done: print(done.code, 'click' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == f"reconciler {__version__}\n0 False\n"


def test_the_version_among_other_options_is_the_same() -> None:
    assert start("--panels", "elsewhere", "--version").out == f"reconciler {__version__}\n"


def test_a_plan_loads_nothing_heavy() -> None:
    program = (
        "import sys; from reconciler.cli.main import main\n"
        "main(['plan', 'production']); main(['validate'])\n"
        "heavy = {'pydantic', 'httpx', 'asyncio', 'deepdiff', 'email_validator', 'idna', 'uvicorn', "
        "'tenacity', 'sqlite3'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
