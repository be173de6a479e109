"""Whether a lockfile can be published, tried before an apply rather than found out after it."""

from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.git.remote import Committer, Pushed, PushEnd, Remote, commit_nothing
from reconciler.lockfile.history import History
from reconciler.lockfile.publish import Publication, PublicationEnd, publish, until_first
from reconciler.problems import Location, Problem


def publish_and_test(
    environment: Environment, remote: str, branch: str | None, committer: Committer | None = None
) -> Publication:
    """Publish as `publish` does; where there is nothing to publish, push an empty commit.

    Only a push can tell: rules and hooks are the server's, and `git push --dry-run` does not ask them.

    Raises:
        InvalidInput: also where the server doesn't accept the empty commit. Else as for `publish`.
    """

    def attempt() -> Publication | None:
        published = publish(environment, remote, branch, committer)
        if published.end is not PublicationEnd.UP_TO_DATE:
            return published
        repository = History.of(environment).repository
        name = " ".join(environment.name.split())
        commit = commit_nothing(repository, published.commit, f"Test the push before apply of {name}\n")
        place = Remote.of(repository, remote, committer)
        pushed = place.push(commit, published.branch, before=published.commit)
        match pushed.end:
            case PushEnd.NON_FAST_FORWARD:
                return None
            case PushEnd.DONE:
                return published._replace(commit=pushed.commit or commit)
            case _:
                raise InvalidInput(_not_accepted(environment, published.branch, pushed))

    return until_first(attempt)


def _not_accepted(environment: Environment, branch: str, pushed: Pushed) -> Problem:
    return Problem(
        (f"An apply could not publish its lockfile: a test push to {branch} failed. {pushed.reason}",),
        (
            "If a rule protects that branch, best give the lockfile its own branch, without protection: ",
            "write lockfile: {branch: reconciler-state} in environment.yaml. Otherwise check the ",
            "network, and what the credentials that git has here may do (in a workflow: ",
            "`permissions: contents: write`).",
        ),
        Location(display_path(environment.lockfile_path)),
    )
