"""Whether this machine lets strace look at a process."""

import shutil
import subprocess

import pytest


def _can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return tried.returncode == 0


needs_tracing = pytest.mark.skipif(
    not _can_trace(), reason="strace is missing, or this machine forbids tracing"
)
