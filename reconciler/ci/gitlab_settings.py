"""What a project's settings on GitLab say about applying: branches, environments, schedules.

Sources, all GitLab's pages: *Projects API* (`default_branch`, `only_allow_merge_if_pipeline_succeeds`);
*Protected branches API* (names may be patterns); *Protected environments API* (Premium and Ultimate);
*Pipeline schedules API* (`scope`, `next_run_at`); *Personal access tokens API* (`self`: the scopes of the
token that asks). *Project-level CI/CD variables API*: a variable's name is only shown together with its
value, so it is not read.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import partial
from urllib.parse import quote

from msgspec import Struct

from reconciler.checks import Check, failed, ok, unknown
from reconciler.ci.platform import PlatformError, Wanted
from reconciler.ci.settings import COMMENT, TOKEN, Question, Reader, not_read
from reconciler.problems import Problem

_NOT_FOUND = 404
_ROLE = "Use a token of the role Maintainer, for this check alone."


class _Project(Struct):
    path_with_namespace: str
    default_branch: str | None = None
    visibility: str = "private"
    only_allow_merge_if_pipeline_succeeds: bool | None = None


class _Token(Struct):
    scopes: list[str] = []


class _Level(Struct):
    access_level_description: str = ""


class _ProtectedBranch(Struct):
    name: str
    push_access_levels: list[_Level] = []


class _ProtectedEnvironment(Struct):
    name: str


class _PipelineSchedule(Struct):
    ref: str
    next_run_at: str | None = None


def settings_checks(read: Reader, wanted: Wanted) -> Iterator[Check]:
    """All checks of a project, in order."""
    try:
        project = read("", _Project)
    except PlatformError as error:
        yield from not_read(error, _questions(read, wanted, _Project("", "the default branch")))
        return
    default = project.default_branch or "main"
    yield ok(
        TOKEN, f"it reads {project.path_with_namespace} ({project.visibility}, default branch {default})"
    )
    for question in _questions(read, wanted, project):
        yield question.asked()


def _questions(read: Reader, wanted: Wanted, project: _Project) -> Iterator[Question]:
    default = project.default_branch or "main"
    for branch in wanted.branches(default):
        yield Question(f"rules for {branch}", partial(_rules, read, branch), _ROLE)
    yield Question(COMMENT, partial(_comment, read), "Give the token the scope api.")
    for environment in wanted.environments:
        yield Question(
            f"environment {environment.name}", partial(_environment, read, environment.name), _ROLE
        )
        yield Question(f"key of {environment.name}", _key, _ROLE)
    yield Question("required check", partial(_required, project), _ROLE)
    yield Question("schedule", partial(_schedule, read, default), _ROLE)


def _rules(read: Reader, branch: str, name: str) -> Check:
    found = read("protected_branches?per_page=100", list[_ProtectedBranch])
    covering = [each for each in found if fnmatchcase(branch, each.name)]
    if not covering:
        return ok(name, "no branch protection covers it")
    who = ", ".join(
        sorted({each.access_level_description for one in covering for each in one.push_access_levels})
    )
    hint = "A job pushes with the rights of the person who merged: let them push there, or unprotect it."
    return unknown(name, f"it is protected; allowed to push: {who or 'nobody'}", hint)


def _comment(read: Reader, name: str) -> Check:
    scopes = read("/personal_access_tokens/self", _Token).scopes
    if "api" in scopes:
        return ok(name, "the token has the scope api")
    reason = f"the token has only these scopes: {', '.join(sorted(scopes)) or 'none'}"
    return failed(name, Problem((reason,), ("Comments need a token with the scope api.",)))


def _environment(read: Reader, environment: str, name: str) -> Check:
    try:
        read(f"protected_environments/{quote(environment, safe='')}", _ProtectedEnvironment)
    except PlatformError as error:
        if error.status != _NOT_FOUND:
            raise
        reason = "it is not protected, or this tier of GitLab has no protected environments"
        return unknown(
            name, reason, "With Premium: Operate, Environments. Else protect the variable of its key."
        )
    return ok(name, "it is protected")


def _key(name: str) -> Check:
    reason = "GitLab shows a variable's name only together with its value, so it is not read"
    hint = "Settings, CI/CD, Variables: the key is protected, and its environment scope is the environment."
    return unknown(name, reason, hint)


def _required(project: _Project, name: str) -> Check:
    match project.only_allow_merge_if_pipeline_succeeds:
        case True:
            return ok(name, "pipelines must succeed before a merge")
        case False:
            hint = "Settings, Merge requests: Pipelines must succeed."
            return failed(name, Problem(("a merge request can be merged without a plan",), (hint,)))
    return unknown(name, "GitLab does not show this setting to this token", _ROLE)


def _schedule(read: Reader, default: str, name: str) -> Check:
    schedules = read("pipeline_schedules?scope=active&per_page=100", list[_PipelineSchedule])
    for each in schedules:
        if each.ref.removeprefix("refs/heads/") == default:
            return ok(
                name, f"one is active on {default}; it runs next at {each.next_run_at or 'no known time'}"
            )
    hint = "Build, Pipeline schedules: one each morning, on the default branch."
    return failed(name, Problem((f"no schedule is active on {default}",), (hint,)))
