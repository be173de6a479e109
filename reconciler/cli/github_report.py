"""`reconciler github report`: what was applied, on the pull requests that brought it in."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.cli.github_applied import Applied, read_applied
from reconciler.cli.github_comment import NOT_ALLOWED, PLAN, done
from reconciler.cli.github_comparison import comparison
from reconciler.cli.github_log import annotate, reason, tell
from reconciler.cli.github_report_text import report_text
from reconciler.cli.github_text import read_text
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environment_argument
from reconciler.errors import EXIT_DONE, InvalidInput
from reconciler.github.access import read_access
from reconciler.github.client import GitHub
from reconciler.github.comments import our_comments, put_comment
from reconciler.github.errors import Forbidden, Unavailable
from reconciler.github.pulls import merged_pulls
from reconciler.plan.pull_request import PlanFigures, figures_in
from reconciler.problems import Problem
from reconciler.render.github_text import Level

_PERMISSION = "The job needs the permission pull-requests: write. The apply itself is not touched by this."
_NOT_POSTED = "The report stands in this job's summary. The apply itself is not touched by this."


@click.command("report")
@environment_argument
@click.option(
    "--report",
    "report_file",
    type=click.Path(path_type=Path),
    required=True,
    metavar="REPORT.json",
    help="What `apply --report` wrote. It may be missing, where the run died before.",
)
@click.option(
    "--body",
    "body_file",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The text to post, in markdown.",
)
@click.option(
    "--commit",
    "commits",
    metavar="SHA",
    multiple=True,
    help="The commit that was applied; by default the one that the workflow runs for. More of them, the "
    "newest first, are those before it: their pull requests are told if no run has told them yet.",
)
@click.pass_obj
def report(
    invocation: Invocation, name: str, *, report_file: Path, body_file: Path, commits: tuple[str, ...]
) -> int:
    """Say on the merged pull requests of a commit what was applied to ENV.

    The comment says first how it compares with the plan that the pull request showed; one that showed no
    plan for ENV is not told where there was nothing to do. Where the comment can't be posted, the command
    says so and succeeds, since the apply was none the worse for it.

    Example: reconciler github report production --report report.json --body report.md
    """
    commits = commits or (_commit(invocation),)
    applied = read_applied(report_file, name)
    body = read_text(body_file) if body_file.exists() else ""
    try:
        with GitHub(read_access(invocation.environ)) as github:
            telling = _Telling(invocation, github, name, applied, body)
            telling.tell_newest(commits[0])
            telling.tell_earlier(commits[1:])
    except Forbidden as error:
        annotate(invocation, Level.WARNING, NOT_ALLOWED, f"{reason(error)} {_PERMISSION}")
    except Unavailable as error:
        annotate(
            invocation, Level.WARNING, "No comment on what was applied", f"{reason(error)} {_NOT_POSTED}"
        )
    return EXIT_DONE


@dataclass(frozen=True, slots=True)
class _Telling:
    """One run's report, on its way to the pull requests that it concerns."""

    invocation: Invocation
    github: GitHub
    environment: str
    applied: Applied
    body: str

    def tell_newest(self, commit: str) -> None:
        """Tell the pull requests that brought in the commit that was applied."""
        pulls = merged_pulls(self.github, commit)
        if not pulls:
            tell(
                self.invocation, f"No merged pull request brought {commit} in, so there is nowhere to report."
            )
        for pull in pulls:
            showed = self._showed(pull.number)
            if showed is None and self.applied.had_nothing_to_do:
                tell(self.invocation, f"Pull request {pull.number} is not about {self.environment}.")
            else:
                self._post(pull.number, showed)

    def tell_earlier(self, commits: Iterable[str]) -> None:
        """Tell those before it whose own run never came to its turn: a newer one took its place."""
        for commit in commits:
            for pull in merged_pulls(self.github, commit):
                if our_comments(self.github, pull.number, self._marker):
                    return  # all before it were told by that run, or had nothing to be told
                showed = self._showed(pull.number)
                if showed is not None:
                    self._post(pull.number, showed)

    @property
    def _marker(self) -> str:
        return f"apply {self.environment}"

    def _post(self, number: int, showed: PlanFigures | None) -> None:
        words = comparison(self.environment, showed, self.applied)
        text = report_text(words, self.body, self._marker, self.invocation.environ)
        tell(self.invocation, done(put_comment(self.github, number, self._marker, text)))

    def _showed(self, pull: int) -> PlanFigures | None:
        comments = our_comments(self.github, pull, PLAN)
        found = (figures_in(each.body).get(self.environment) for each in comments)
        return next((showed for showed in found if showed), None)


def _commit(invocation: Invocation) -> str:
    commit = invocation.environ.get("GITHUB_SHA")
    if not commit:
        message = "Nothing says which commit was applied: GITHUB_SHA is not set."
        raise InvalidInput(Problem((message,), ("Name it with --commit SHA.",)))
    return commit
