"""Commits of the tool are signed where git is set up to sign."""

import subprocess
from pathlib import Path

import pytest
from clones import Clone, Origin

KEY = "key"


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A clone that signs with an SSH key, and knows whose it is."""
    clone = Origin(tmp_path, own_branch=True).clone("ours")
    key = tmp_path / KEY
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    signers = tmp_path / "signers"
    signers.write_text(f"ada@example.org {key.with_suffix('.pub').read_text(encoding='utf-8')}")
    settings = {
        "gpg.format": "ssh",
        "user.signingKey": str(key),
        "gpg.ssh.allowedSignersFile": str(signers),
        "user.name": "Ada",
        "user.email": "ada@example.org",
    }
    for name, value in settings.items():
        clone.git("config", name, value)
    return clone


def _signature(clone: Clone) -> str:
    return clone.git("log", "-1", "--format=%G?", clone.publish().commit)


def test_the_lockfile_s_commit_is_signed_where_commits_are(clone: Clone) -> None:
    clone.git("config", "commit.gpgsign", "true")
    assert _signature(clone) == "G"


def test_it_is_not_signed_where_commits_are_not(clone: Clone) -> None:
    assert _signature(clone) == "N"
