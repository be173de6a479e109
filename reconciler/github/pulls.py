"""Which pull requests brought a commit in.

Source: GitHub's page *REST API endpoints for commits*, *List pull requests associated with a commit*: for a
commit on the default branch the merged ones, else open ones too.
"""

from urllib.parse import quote

from reconciler.github.client import GitHub
from reconciler.github.posted import PULLS, Pull


def merged_pulls(github: GitHub, commit: str) -> list[Pull]:
    """The merged pull requests that the commit belongs to, by number.

    Raises:
        GitHubError: they can't be read, or there is no such commit.
    """
    pulls = github.read_all(f"commits/{quote(commit, safe='')}/pulls", PULLS)
    return sorted((pull for pull in pulls if pull.merged_at), key=lambda pull: pull.number)
