"""What a repository's settings on GitHub say about applying: rules, environments, secrets, schedules.

Sources, all GitHub's pages *REST API endpoints for …*: *repositories* (`default_branch`, `private`);
*rules* (*Get rules for a branch*: the branch need not exist; *Get a repository ruleset*:
`current_user_can_bypass`); *branches* (`protected`, and a summary in `protection`); *deployment environments*
and *deployment branch policies* (with `actions: read`); *GitHub Actions secrets* (names alone; a job's own
token has no permission for them: *Controlling permissions for GITHUB_TOKEN*); *workflows* (`state`) and
*workflow runs* (`event`, `created_at`); *issue comments* (those of a whole repository). *Events that trigger
workflows* says when a schedule ends: after 60 days without activity in a public repository, and when the last
person who committed its cron line leaves the organization.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import TypeVar
from urllib.parse import quote

from msgspec import Struct

from reconciler.checks import Check, failed, ok, unknown
from reconciler.ci.platform import PlatformError, Wanted
from reconciler.ci.posts import MARKER
from reconciler.ci.settings import COMMENT, TOKEN, Question, Reader, not_read
from reconciler.environment.model import FALLBACK, Environment
from reconciler.problems import Problem

PLAN_CHECK = "reconciler-plan"
"""The check that `plan.yml` makes."""

_DAYS_BETWEEN_RUNS = {"apply.yml": 1, "drift.yml": 1, "panel-drift.yml": 7}
_LATE = 2  # days that GitHub may be late, before that counts as a schedule that has ended

_DECLINES = frozenset(
    {
        "creation",
        "update",
        "pull_request",
        "required_status_checks",
        "merge_queue",
        "required_deployments",
        "workflows",
        "code_scanning",
    }
)
"""The types of rules that decline a plain push of a lockfile."""

_HARMLESS = frozenset({"deletion", "non_fast_forward"})
"""Those that keep a branch safe, and let a push through."""

_NOT_FOUND = 404
_READ = "Use a token that may read this repository."
_ACTIONS_READ = "Give the job `permissions: actions: read`."
_SECRETS_READ = (
    "A job's own token may not. Look at Settings, Environments; or run this on your machine, with a "
    "token that has *Environments: read*."
)
_BRANCH_HINT = (
    "Write lockfile: {branch: reconciler-state} in environment.yaml, and let the rules leave that branch "
    "out; or let the pushing account bypass them."
)
_ENVIRONMENT_HINT = (
    "Make it at Settings, Environments, limited to the default branch, with the key as a secret."
)
_LIMIT_HINT = "*Deployment branches*, *Selected branches*, the default branch alone."

_T = TypeVar("_T")


class _Repository(Struct):
    full_name: str
    default_branch: str
    private: bool = True


class _RequiredCheck(Struct):
    context: str


class _Parameters(Struct):
    required_status_checks: list[_RequiredCheck] = []


class _Rule(Struct):
    type: str
    ruleset_id: int = 0
    parameters: _Parameters | None = None


class _Ruleset(Struct):
    current_user_can_bypass: str = "never"


class _RequiredContexts(Struct):
    contexts: list[str] = []


class _Protection(Struct):
    required_status_checks: _RequiredContexts | None = None


class _Branch(Struct):
    protected: bool = False
    protection: _Protection | None = None


class _ProtectionRule(Struct):
    type: str


class _BranchPolicy(Struct):
    protected_branches: bool = False


class _Environment(Struct):
    protection_rules: list[_ProtectionRule] = []
    deployment_branch_policy: _BranchPolicy | None = None


class _Policy(Struct):
    name: str
    type: str = "branch"


class _Policies(Struct):
    branch_policies: list[_Policy]


class _Workflow(Struct):
    state: str


class _Run(Struct):
    created_at: datetime


class _Runs(Struct):
    workflow_runs: list[_Run]


class _User(Struct):
    type: str = ""


class _Comment(Struct):
    html_url: str
    body: str | None = None
    user: _User | None = None


def settings_checks(read: Reader, wanted: Wanted) -> Iterator[Check]:
    """All checks of a repository, in order; once it can't be read, nothing else is asked."""
    try:
        repository = read("", _Repository)
    except PlatformError as error:
        yield from not_read(error, _questions(read, wanted, "the default branch"))
        return
    kind = "private" if repository.private else "public"
    yield ok(TOKEN, f"it reads {repository.full_name} ({kind}, default branch {repository.default_branch})")
    for question in _questions(read, wanted, repository.default_branch):
        yield question.asked()


def _questions(read: Reader, wanted: Wanted, default: str) -> Iterator[Question]:
    for branch in wanted.branches(default):
        yield Question(f"rules for {branch}", partial(_rules, read, branch), _READ)
    yield Question(COMMENT, partial(_comment, read), "Give the job `permissions: pull-requests: write`.")
    for environment in wanted.environments:
        name = environment.name
        yield Question(f"environment {name}", partial(_environment, read, name, default), _ACTIONS_READ)
        yield Question(f"key of {name}", partial(_key, read, environment), _SECRETS_READ)
    yield Question("required check", partial(_required, read, default), _READ)
    for file in _DAYS_BETWEEN_RUNS:
        yield Question(f"schedule of {file}", partial(_schedule, read, file, wanted.now), _ACTIONS_READ)


# Would a rule decline the push of a lockfile?


def _rules(read: Reader, branch: str, name: str) -> Check:
    is_fallback = branch.startswith(FALLBACK)
    hint = f"Let the rules leave out {FALLBACK}*." if is_fallback else _BRANCH_HINT
    rules = read(f"rules/branches/{quote(branch, safe='')}?per_page=100", list[_Rule])
    # A declined lockfile's branch is deleted once the lockfile is where it belongs.
    declining = _DECLINES | {"deletion"} if is_fallback else _DECLINES
    bypass = {each.ruleset_id: _may_bypass(read, each.ruleset_id) for each in rules if each.type in declining}
    strict = [each for each in rules if each.type in declining and not bypass[each.ruleset_id]]
    if strict:
        problem = Problem((f"these rules decline a push: {_types(strict)}",), (hint,))
        is_sure = any(bypass[each.ruleset_id] is False for each in strict)
        return failed(name, problem) if is_sure else unknown(name, problem)
    if others := [each for each in rules if each.type not in declining | _HARMLESS]:
        return unknown(name, f"these rules may decline a push: {_types(others)}", hint)
    found = None if rules else _or_none(read, f"branches/{quote(branch, safe='')}", _Branch)
    if found is not None and found.protected:
        return unknown(name, "branch protection covers it; only administrators can read how", hint)
    missing = ", ".join(sorted(_HARMLESS - {each.type for each in rules}))
    advice = f"; worth adding: {missing}" if missing and not is_fallback else ""
    return ok(name, f"no rule declines a push{advice}")


def _may_bypass(read: Reader, ruleset: int) -> bool | None:
    """Whether this token may bypass a ruleset; None if unknown."""
    try:
        found = read(f"rulesets/{ruleset}", _Ruleset).current_user_can_bypass
    except PlatformError:
        return None
    return found in {"always", "exempt"}


def _types(rules: Iterable[_Rule]) -> str:
    return ", ".join(sorted({each.type for each in rules}))


# Can a job comment?


def _comment(read: Reader, name: str) -> Check:
    """No call tells what a job's token may do, but a comment of ours does."""
    comments = read("issues/comments?sort=updated&direction=desc&per_page=100", list[_Comment])
    for each in comments:
        if (each.body or "").startswith(MARKER) and each.user is not None and each.user.type == "Bot":
            return ok(name, f"a job commented before: {each.html_url}")
    return unknown(
        name, "no job has commented yet", "Open a pull request: its check says whether it may comment."
    )


# Is each environment protected, limited to the default branch, and is its key there?


def _environment(read: Reader, environment: str, default: str, name: str) -> Check:
    path = f"environments/{quote(environment, safe='')}"
    found = _or_none(read, path, _Environment)
    if found is None:
        reason = "GitHub has no such environment, so the first run makes one without key or protection"
        return failed(name, Problem((reason,), (_ENVIRONMENT_HINT,)))
    policy = found.deployment_branch_policy
    if policy is None:
        reason = "it is not limited to a branch, so any branch's workflow gets its key"
        return failed(name, Problem((reason,), (f"Settings, Environments, {environment}: {_LIMIT_HINT}",)))
    reviewed = any(rule.type == "required_reviewers" for rule in found.protection_rules)
    approval = "applies need an approval" if reviewed else "nobody has to approve an apply"
    if policy.protected_branches:
        return ok(name, f"limited to protected branches; {approval}")
    policies = read(f"{path}/deployment-branch-policies?per_page=100", _Policies).branch_policies
    if others := [each.name for each in policies if (each.type, each.name) != ("branch", default)]:
        reason = f"it also takes {', '.join(sorted(others))}"
        return failed(name, Problem((reason,), (f"Settings, Environments, {environment}: {_LIMIT_HINT}",)))
    return ok(name, f"limited to {default}; {approval}")


def _key(read: Reader, environment: Environment, name: str) -> Check:
    variable = environment.api_key.env if environment.api_key else None
    if variable is None:
        return unknown(name, "environment.yaml takes the key from a file")
    path = f"environments/{quote(environment.name, safe='')}/secrets/{variable}"
    if _or_none(read, path, dict) is not None:
        return ok(name, f"the environment has the secret {variable}")
    reason = f"the environment {environment.name} has no secret {variable}"
    hint = f"Settings, Environments, {environment.name}: add it. A repository secret works too, less safely."
    return failed(name, Problem((reason,), (hint,)))


# Is the plan required, and are the schedules alive?


def _required(read: Reader, default: str, name: str) -> Check:
    rules = read(f"rules/branches/{quote(default, safe='')}?per_page=100", list[_Rule])
    required = {
        check.context
        for rule in rules
        if rule.type == "required_status_checks" and rule.parameters is not None
        for check in rule.parameters.required_status_checks
    }
    branch = _or_none(read, f"branches/{quote(default, safe='')}", _Branch)
    if branch is not None and branch.protection is not None and branch.protection.required_status_checks:
        required |= {*branch.protection.required_status_checks.contexts}
    if PLAN_CHECK in required:
        return ok(name, f"{default} requires {PLAN_CHECK}")
    reason = f"{default} does not require {PLAN_CHECK}, so a pull request can be merged without a plan"
    return failed(
        name, Problem((reason,), ("Settings, Rules: require that status check on the default branch.",))
    )


def _schedule(read: Reader, file: str, now: datetime, name: str) -> Check:
    found = _or_none(read, f"actions/workflows/{file}", _Workflow)
    if found is None:
        return unknown(name, "there is no such workflow", "`reconciler init` writes it.")
    if found.state != "active":
        hint = (
            f"Actions, {file}: Enable workflow. A public repository's stops after 60 days without activity."
        )
        return failed(name, Problem((f"the workflow is {found.state}",), (hint,)))
    runs = read(f"actions/workflows/{file}/runs?event=schedule&per_page=1", _Runs).workflow_runs
    if not runs:
        return unknown(name, "it is active, and has not run by schedule yet")
    last = runs[0].created_at
    if (now - last).days > _DAYS_BETWEEN_RUNS[file] + _LATE:
        hint = (
            "If the last person who committed its cron line left the organization: let someone with write "
            "access commit a change of that line."
        )
        return failed(name, Problem((f"it is active, and ran last on {last.date()}",), (hint,)))
    return ok(name, f"it ran last on {last.date()}")


def _or_none(read: Reader, path: str, shape: type[_T]) -> _T | None:
    """What is at a path; None if nothing is there."""
    try:
        return read(path, shape)
    except PlatformError as error:
        if error.status != _NOT_FOUND:
            raise
        return None
