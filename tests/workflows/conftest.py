"""What the tests of the workflows share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from github_stand_in import GitHubStandIn
from team import Team
from world import Sandbox


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """A team that has adopted Reconciler, its vendor and its platform running."""
    with GitHubStandIn() as github:
        team = Team(tmp_path, Sandbox(tmp_path), github)
        yield team
        team.close()
