"""Where pull requests are read: comments, issues and merged pull requests of a CI platform.

`platform.py` is what a platform can do, `posts.py` what Reconciler keeps there, `rest.py` how a REST API is
called. Each platform is one file: a new one is a file beside `github.py`, and a line in the table here.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import NamedTuple

from reconciler.apply.report import Provenance
from reconciler.ci.platform import MERGE_REQUEST, Platform
from reconciler.errors import InvalidInput
from reconciler.plan.pull_request import PULL_REQUEST
from reconciler.problems import Problem


class _Entry(NamedTuple):
    """A platform's module and class, and its word for pull requests.

    `variable` names the project, also where no job runs; `job` is set in jobs alone.
    """

    module: str
    name: str
    variable: str
    job: str
    request: str

    def opened(self, environ: Mapping[str, str]) -> Platform:
        platform: Platform = getattr(import_module(self.module), self.name)(environ)
        return platform


_PLATFORMS = {
    "github": _Entry("reconciler.ci.github", "GitHub", "GITHUB_REPOSITORY", "GITHUB_ACTIONS", PULL_REQUEST),
    "gitlab": _Entry("reconciler.ci.gitlab", "GitLab", "GITLAB_CI", "GITLAB_CI", MERGE_REQUEST),
}
PLATFORMS = tuple(_PLATFORMS)
"""The names that `--on` takes."""


def platform_for(environ: Mapping[str, str], on: str | None = None) -> Platform:
    """The platform that `on` names, or else the one whose variables are set.

    Raises:
        InvalidInput: neither says which.
    """
    found = on or _platform_of(environ)
    if found is None:
        variables = " or ".join(entry.variable for entry in _PLATFORMS.values())
        raise InvalidInput(
            Problem(
                (f"This is no CI job: {variables} is not set.",),
                (f"Name the platform with --on {'|'.join(PLATFORMS)}, and set the variables that it needs.",),
            )
        )
    return _PLATFORMS[found].opened(environ)


def provenance_on(environ: Mapping[str, str]) -> Provenance | None:
    """What a job's variables say about its run; None outside CI."""
    jobs = (entry for entry in _PLATFORMS.values() if environ.get(entry.job))
    return next((entry.opened(environ).provenance for entry in jobs), None)


def request_on(environ: Mapping[str, str]) -> str:
    """What a pull request is called on the platform whose variables are set; elsewhere as on GitHub."""
    found = _platform_of(environ)
    return _PLATFORMS[found].request if found else PULL_REQUEST


def _platform_of(environ: Mapping[str, str]) -> str | None:
    return next((name for name, entry in _PLATFORMS.items() if environ.get(entry.variable)), None)
