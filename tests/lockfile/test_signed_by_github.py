"""Publishing where GitHub makes the commits, and so signs them: the same ways as with pushes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from clones import FALLBACK, LOCKFILE, SIGNED_ONLY, STATE, Origin, lockfile_of
from github_commits import GITHUB
from github_stand_in import GitHubStandIn
from plain_git import git

from reconciler.ci.github import MOST_BYTES, GitHub
from reconciler.errors import InvalidInput
from reconciler.git.remote import Change, Committer, File, PushEnd
from reconciler.lockfile.file import LockfileFile
from reconciler.lockfile.publish import Publication, PublicationEnd, publish_and_test


class GitHubTeam:
    """A repository whose rules want signatures, the API beside it, and one clone."""

    def __init__(self, folder: Path, api: GitHubStandIn, *, own_branch: bool) -> None:
        lockfile = None if own_branch else lockfile_of("ada")
        self.origin = Origin(folder, own_branch=own_branch, lockfile=lockfile)
        self.origin.protect(SIGNED_ONLY)
        self.api = api
        api.origin = self.origin.folder
        self.ours = self.origin.clone("ours")
        self.client = GitHub(api.environ(), sleep=lambda _seconds: None)

    def publish(self, committer: Committer | None = None) -> Publication:
        """Publish from our clone, by way of GitHub."""
        return self.ours.publish(committer=committer or self.client.commit_on_branch)

    def committer_of(self, branch: str) -> str:
        return git(self.origin.folder, "log", "-1", "--format=%ce", branch)


@pytest.fixture
def api() -> Iterator[GitHubStandIn]:
    with GitHubStandIn() as api:
        yield api


@pytest.fixture
def team(tmp_path: Path, api: GitHubStandIn) -> Iterator[GitHubTeam]:
    """Where the lockfile is committed to main, and knows ada."""
    team = GitHubTeam(tmp_path, api, own_branch=False)
    with team.client:
        yield team


@pytest.fixture
def apart(tmp_path: Path, api: GitHubStandIn) -> Iterator[GitHubTeam]:
    """Where the lockfile has a branch of its own, which does not exist yet."""
    team = GitHubTeam(tmp_path, api, own_branch=True)
    with team.client:
        yield team


def test_a_push_is_declined_where_rules_want_signatures_and_github_s_own_commit_is_not(
    team: GitHubTeam,
) -> None:
    team.ours.apply("bob")
    with pytest.raises(InvalidInput, match="verified signatures"):
        team.ours.publish()
    published = team.publish()
    assert (published.end, published.commit) == (
        PublicationEnd.PUBLISHED,
        git(team.origin.folder, "rev-parse", "main"),
    )
    assert team.committer_of("main") == GITHUB
    assert team.origin.names("main") == ["ada", "bob"]
    assert git(team.origin.folder, "show", "--format=", "--name-only", "main") == LOCKFILE


def test_what_was_published_is_known_here_so_that_the_next_time_has_nothing_to_do(team: GitHubTeam) -> None:
    team.ours.apply("bob")
    first = team.publish()
    assert team.ours.git("rev-parse", "origin/main") == first.commit
    assert first.commit in team.ours.notes()
    assert team.publish() == first._replace(end=PublicationEnd.UP_TO_DATE)
    assert len(team.api.repository.writes()) == 1


def test_where_others_were_first_both_sides_are_merged_by_member(team: GitHubTeam) -> None:
    theirs = team.origin.clone("theirs")
    theirs.apply("eve")
    team.ours.apply("bob")

    def late(change: Change) -> object:
        if not team.api.repository.writes():
            theirs.publish(committer=team.client.commit_on_branch)
        return team.client.commit_on_branch(change)

    assert team.publish(late).end is PublicationEnd.PUBLISHED  # type: ignore[arg-type]  # the same answer
    assert team.origin.names("main") == ["ada", "bob", "eve"]
    assert team.origin.commits("main") == 3
    assert team.api.repository.calls == ["POST /graphql → 200"] * 3


def test_a_branch_of_its_own_begins_at_the_default_branch_since_github_makes_no_first_commit(
    apart: GitHubTeam,
) -> None:
    LockfileFile(apart.ours.environment).write(lockfile_of("ada"))
    apart.publish()
    assert apart.origin.names(STATE) == ["ada"]
    assert git(apart.origin.folder, "rev-parse", f"{STATE}^") == git(apart.origin.folder, "rev-parse", "main")
    apart.ours.apply("bob")
    assert apart.publish().end is PublicationEnd.PUBLISHED
    assert apart.origin.names(STATE) == ["ada", "bob"]


def test_a_branch_that_was_deleted_comes_back_whole(apart: GitHubTeam) -> None:
    LockfileFile(apart.ours.environment).write(lockfile_of("ada"))
    first = apart.publish()
    git(apart.origin.folder, "branch", "-D", STATE)
    assert apart.publish().commit == first.commit
    assert apart.origin.names(STATE) == ["ada"]


def test_a_branch_that_is_protected_sends_the_lockfile_to_the_fallback_branch_until_it_is_not(
    team: GitHubTeam,
) -> None:
    team.api.protected = frozenset({"main"})
    team.ours.apply("bob")
    published = team.publish()
    assert (published.end, published.fallback) == (PublicationEnd.FALLBACK, FALLBACK)
    assert "rule violations" in published.reason
    assert team.origin.names(FALLBACK) == ["ada", "bob"]
    assert team.committer_of(FALLBACK) == GITHUB
    team.api.protected = frozenset()
    assert team.publish().end is PublicationEnd.PUBLISHED
    assert team.origin.names("main") == ["ada", "bob"]
    assert team.origin.branches() == ["main"]


def test_what_was_saved_on_the_fallback_branch_twice_becomes_doubt_since_github_makes_no_merge(
    team: GitHubTeam,
) -> None:
    team.api.protected = frozenset({"main"})
    for name in ("bob", "eve"):
        team.ours.apply(name)
        team.publish()
    assert team.origin.names(FALLBACK) == ["ada", "bob", "eve"]
    team.api.protected = frozenset()
    assert team.publish().doubted == {"bob@example.org", "eve@example.org"}
    assert team.origin.names("main") == ["ada"]
    assert team.ours.unconfirmed() == ["bob", "eve"]


def test_the_push_is_tested_with_an_empty_commit(team: GitHubTeam) -> None:
    commit = team.client.commit_on_branch
    tested = publish_and_test(team.ours.environment, "origin", None, commit)
    assert tested.commit == git(team.origin.folder, "rev-parse", "main")
    assert git(team.origin.folder, "show", "--format=%ce", "--name-only", "main") == GITHUB
    team.api.protected = frozenset({"main"})
    with pytest.raises(InvalidInput, match="test push to main failed"):
        publish_and_test(team.ours.environment, "origin", None, commit)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        pytest.param(403, "may not do this", id="the token may only read"),
        pytest.param(404, "no such thing", id="a repository that the token can't see"),
        pytest.param(0, "No answer", id="a connection that is cut"),
        pytest.param(502, "failed", id="a server that fails"),
    ],
)
def test_what_github_refuses_leaves_the_lockfile_in_the_file(
    team: GitHubTeam, status: int, said: str
) -> None:
    team.ours.apply("bob")
    team.api.repository.add_fault(status)
    with pytest.raises(InvalidInput) as error:
        team.publish()
    assert said in str(error.value)
    assert team.ours.known() == ["ada", "bob"]
    assert team.publish().end is PublicationEnd.PUBLISHED


def test_a_commit_of_which_the_answer_was_lost_is_found_by_the_next_publishing(team: GitHubTeam) -> None:
    team.ours.apply("bob")
    team.api.repository.add_fault(0, acts=True)
    with pytest.raises(InvalidInput):
        team.publish()
    assert team.publish().end is PublicationEnd.UP_TO_DATE
    assert team.origin.commits("main") == 2


def test_the_largest_commit_passes_and_a_larger_one_is_not_even_sent(team: GitHubTeam) -> None:
    head = git(team.origin.folder, "rev-parse", "main")
    whole = Change("main", head, "Large", (File("large", bytes(MOST_BYTES)),))
    assert team.client.commit_on_branch(whole).end is PushEnd.DONE
    with pytest.raises(InvalidInput, match="at most 29"):
        team.client.commit_on_branch(whole._replace(files=(*whole.files, File("more", b"x"))))
    assert len(team.api.repository.writes()) == 1


def test_an_answer_that_is_none_of_graphql_s_is_a_failure_that_shows_no_token(team: GitHubTeam) -> None:
    change = Change("nowhere", "0" * 40, "Change", ())
    ended = team.client.commit_on_branch(change)
    assert ended.end is PushEnd.FAILED
    assert "nowhere" in ended.reason


def test_a_server_of_ones_own_has_graphql_beside_rest(api: GitHubStandIn) -> None:
    environ = api.environ() | {"GITHUB_API_URL": f"{api.address}/api/v3"}
    with GitHub(environ) as client:
        client.commit_on_branch(Change("main", "0" * 40, "Change", ()))
    assert api.repository.calls == ["POST /api/graphql → 404"]
