"""`reconciler ci report`: what was applied, on the pull requests that brought it in."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import click

from reconciler.ci import platform_for
from reconciler.ci.platform import Forbidden, Platform, Unavailable
from reconciler.ci.posts import fits, keep_comment, our_comments
from reconciler.cli.applying import provenance_of
from reconciler.cli.ci import (
    NOT_ALLOWED,
    PLAN,
    annotate,
    done,
    on_option,
    read_text,
    reason,
)
from reconciler.cli.invocation import Invocation
from reconciler.cli.options import environment_argument
from reconciler.errors import EXIT_DONE, InvalidInput
from reconciler.output.github import Level
from reconciler.output.markdown import prose
from reconciler.plan.model import Summary
from reconciler.plan.pull_request import PlanFigures, figures_in, read_figures
from reconciler.problems import Problem

_NOT_TOUCHED = "The apply itself is not affected."
_RUN = re.compile(r"https?://[\w./:-]+", re.ASCII)
_SAID_NOTHING = "The run left nothing to show. Its log says how far it came."
_TOO_LONG = "The report is too long for a comment. It is in the summary of the run."
_MOST_PULLS = 30
_KINDS = {
    "add": "to add",
    "change": "to change",
    "remove": "to remove",
    "unchanged": "unchanged",
    "rejected": "rejected",
}


@click.command("report")
@environment_argument
@click.option(
    "--report",
    "report_file",
    type=click.Path(path_type=Path),
    required=True,
    metavar="REPORT.json",
    help="What `apply --report` wrote. It may be missing if the run died before.",
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
    help="The commit that was applied; by default the one that the job runs for. Further commits, the newest "
    "first, are earlier ones: their pull requests get the report if no run has reported to them yet.",
)
@on_option
@click.pass_obj
def report(
    invocation: Invocation,
    name: str,
    *,
    report_file: Path,
    body_file: Path,
    commits: tuple[str, ...],
    on: str | None,
) -> int:
    """Say on the merged pull requests of a commit what was applied to ENV.

    The comment says first how it compares with the plan that the pull request showed. A pull request that
    showed no plan for ENV gets no comment if there was nothing to do. If the comment can't be posted, the
    command says so and succeeds, since the apply itself is not affected.

    Example: reconciler ci report production --report report.json --body report.md
    """
    with platform_for(invocation.environ, on) as platform:
        commits = commits or (_commit(platform),)
        applied = read_applied(report_file, name)
        body = read_text(body_file) if body_file.exists() else ""
        reporting = _Reporting(invocation, platform, name, applied, body)
        try:
            reporting.to_earlier(commits[1:], skip=reporting.to_newest(commits[0]))
        except Forbidden as error:
            line = f"{reason(error)} {platform.guidance.to_comment} {_NOT_TOUCHED}"
            annotate(invocation, Level.WARNING, NOT_ALLOWED, line)
        except Unavailable as error:
            title = "No comment on what was applied"
            annotate(invocation, Level.WARNING, title, f"{reason(error)} {_NOT_TOUCHED}")
    return EXIT_DONE


class Applied(NamedTuple):
    """What a run planned. `has_report` is False for a run that died too early to write one."""

    has_report: bool
    planned: PlanFigures | None

    @property
    def had_nothing_to_do(self) -> bool:
        """Whether there was a plan, and nothing in it to carry out."""
        return self.planned is not None and not (self.planned.summary.add or self.planned.summary.remove)


def read_applied(path: Path, environment: str) -> Applied:
    """What a report says (`apply --report FILE`); none if it can't be read, or is of another environment."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return Applied(has_report=False, planned=None)
    if not isinstance(document, dict) or document.get("environment") != environment:
        return Applied(has_report=False, planned=None)
    return Applied(has_report=True, planned=read_figures(document | {"summary": document.get("planned")}))


@dataclass(frozen=True, slots=True)
class _Reporting:
    """One run's report, on its way to the pull requests that it concerns."""

    invocation: Invocation
    platform: Platform
    environment: str
    applied: Applied
    body: str

    def to_newest(self, commit: str) -> list[int]:
        """Report to the pull requests that brought in the commit that was applied; returns them."""
        pulls = self.platform.merged_pulls(commit)
        if not pulls:
            line = f"No merged {self._noun} brought {commit} in, so there is nowhere to report."
            self.invocation.say(line)
        for pull in pulls:
            showed = self._showed(pull)
            if showed is None and self.applied.had_nothing_to_do:
                self.invocation.say(f"{self._noun.capitalize()} {pull} is not about {self.environment}.")
            else:
                self._post(pull, showed)
        return pulls

    def to_earlier(self, commits: Iterable[str], *, skip: Iterable[int]) -> None:
        """Report to those before it whose own run had nothing left to do, or never came to its turn.

        Several commits may be of one pull request. The search ends at one that an earlier run reported to,
        since that run reported to all before it; or after `_MOST_PULLS`.
        """
        seen = set(skip)
        for commit in commits:
            for pull in self.platform.merged_pulls(commit):
                if pull in seen:
                    continue
                if len(seen) >= _MOST_PULLS or our_comments(self.platform, pull, self._marker):
                    return
                seen.add(pull)
                showed = self._showed(pull)
                if showed is not None:
                    self._post(pull, showed)

    @property
    def _noun(self) -> str:
        return self.platform.guidance.pull_request

    @property
    def _marker(self) -> str:
        return f"apply {self.environment}"

    def _post(self, pull: int, showed: PlanFigures | None) -> None:
        words = comparison(self.environment, showed, self.applied, self._noun)
        heading = f"{prose(words)}{_link(self.invocation.environ)}"
        text = f"{heading}\n\n{self.body.strip() or _SAID_NOTHING}\n"
        if not fits(self.platform, self._marker, text):
            text = f"{heading}\n\n{_TOO_LONG}\n"
        self.invocation.say(done(keep_comment(self.platform, pull, self._marker, text)))

    def _showed(self, pull: int) -> PlanFigures | None:
        comments = our_comments(self.platform, pull, PLAN)
        found = (figures_in(each.body).get(self.environment) for each in comments)
        return next((showed for showed in found if showed), None)


def _commit(platform: Platform) -> str:
    commit = platform.provenance.commit
    if not commit:
        message = "Nothing says which commit was applied."
        raise InvalidInput(Problem((message,), ("Name it with --commit SHA.",)))
    return commit


def _link(environ: Mapping[str, str]) -> str:
    """A link to the run, where its address is known and is nothing but an address."""
    provenance = provenance_of(environ)
    address = provenance.run if provenance else None
    return f" [The run]({address})." if address and _RUN.fullmatch(address) else ""


# How what a run applied compares with what the pull request showed. Pure.


def comparison(environment: str, showed: PlanFigures | None, applied: Applied, noun: str) -> str:
    """A few sentences; `showed` is None if the pull request, or what `noun` calls it, showed no plan."""
    if not applied.has_report:
        return f"The run left no report, so it can't be compared with what this {noun} showed."
    if applied.planned is None:
        return "The run ended before it had a plan that it could carry out."
    planned = applied.planned
    if showed is None:
        now = counts(planned.summary)
        return f"This {noun} showed no plan for `{environment}` to compare with. Now it was {now}."
    if showed.digest == planned.digest:
        return f"This is the plan that the {noun} showed."
    figures = f"The {noun} showed {counts(showed.summary)}; now it was {counts(planned.summary)}."
    return f"{figures} {_why(showed, planned)}"


def counts(summary: Summary) -> str:
    """`3 to add, 95 unchanged`; `nobody` if there is nothing to count."""
    found = ((getattr(summary, kind), words) for kind, words in _KINDS.items())
    clauses = [f"{count} {words}" for count, words in found if count]
    return ", ".join(clauses) or "nobody"


def _why(showed: PlanFigures, planned: PlanFigures) -> str:
    if showed.roster_digest != planned.roster_digest:
        return "Other changes were merged in between, and are part of this plan."
    before, now = _work(showed.summary), _work(planned.summary)
    if now < before:
        return "The same members are declared: an apply in between did part of it."
    if now > before:
        return "The same members are declared: an apply in between left more to do."
    return "The same members are declared: the lockfile or a setting changed in between."


def _work(summary: Summary) -> int:
    return summary.add + summary.change + summary.remove
