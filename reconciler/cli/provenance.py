"""Under which commit, by which run and by whom, where CI's variables tell."""

from collections.abc import Mapping

from reconciler.apply.report import Provenance

# GitHub's page *Variables reference*, GitLab's page *Predefined CI/CD variables reference*.
_GITHUB_RUN = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
_GITLAB = ("CI_COMMIT_SHA", "CI_JOB_URL", "GITLAB_USER_LOGIN")


def provenance_of(environ: Mapping[str, str]) -> Provenance | None:
    """What the variables of GitHub Actions or GitLab CI tell; None where there are none."""
    if environ.get("GITHUB_ACTIONS"):
        server, repository, number = (environ.get(name) for name in _GITHUB_RUN)
        run = f"{server}/{repository}/actions/runs/{number}" if server and repository and number else number
        return Provenance(environ.get("GITHUB_SHA"), run, environ.get("GITHUB_ACTOR"))
    if environ.get("GITLAB_CI"):
        return Provenance(*(environ.get(name) for name in _GITLAB))
    return None
