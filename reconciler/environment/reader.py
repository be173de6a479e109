"""`environment.yaml` → an Environment, or all that is wrong with it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.environment.access import (
    check_key_is_needed,
    key_source,
    read_base_url,
    read_datacenter,
    read_embedded,
    read_suppression_secret,
    read_target,
)
from reconciler.environment.discovery import (
    SETTINGS_FILE,
    environment_folder,
    name_problems,
    names_as_they_are,
)
from reconciler.environment.forms import (
    Form,
    is_null,
    names,
    number,
    read_limit,
    section,
    settings,
    text_of,
    whole,
    word,
    wrong,
)
from reconciler.environment.member_files import (
    Named,
    find_member_files,
    member_list,
    own_lists,
    suppression_lists,
)
from reconciler.environment.model import (
    FALLBACK,
    Api,
    DriftSettings,
    Environment,
    Guards,
    OnChange,
    Policy,
    RateLimit,
    Retry,
    WarningSettings,
)
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.member import FIELDS, Removal
from reconciler.problems import Problem, nearest
from reconciler.text_source import Findings
from reconciler.text_source import text_of as content_of
from reconciler.warning_codes import WARNINGS
from reconciler.yaml_source.composer import Composer
from reconciler.yaml_source.nodes import Mapping, Node, Scalar, Sequence, kind, position

_API = section(
    Api,
    {
        "batch_size": whole(least=1),
        "concurrency": whole(least=1),
        "rate_limit": section(RateLimit, {"calls": whole(least=1), "seconds": number(may_be_zero=False)}),
        "timeout": number(may_be_zero=False),
        "retry": section(
            Retry,
            {
                "attempts": whole(least=1),
                "initial_wait": number(may_be_zero=True),
                "max_wait": number(may_be_zero=True),
            },
        ),
        "call_allowance": whole(least=0),
    },
)
_POLICY = section(
    Policy,
    {"on_change": word(OnChange), "on_remove": word(Removal), "on_suppress": word(Removal)},
)
_GUARDS = section(Guards, dict.fromkeys(("add", "change", "remove"), read_limit), null=None)
_PROFILE_FIELD = r"profileFields\[[0-9]{1,18}\]"
_DRIFT = section(DriftSettings, {"ignore": names(FIELDS, "fields of the API", pattern=_PROFILE_FIELD)})
_WARNINGS = section(WarningSettings, {"ignore": names(tuple(WARNINGS), "codes of warnings")})
_EXAMPLE = "Begin with datacenter: eu and api_key: {env: QUESTIONPRO_API_KEY}."


class EnvironmentReading(NamedTuple):
    """What could be read: the environment, if nothing is wrong with it; the rest, as far as it is known.

    `member_places` are the files and folders in which `members` looks for member files; None if unknown.
    """

    environment: Environment | None
    member_files: tuple[Path, ...]
    problems: tuple[Problem, ...]
    after: tuple[str, ...] = ()
    is_embedded: bool = False
    suppression_lists: tuple[Path, ...] = ()
    suppression_secret: str | None = None
    member_places: tuple[Path, ...] | None = None


def read_environment(panels: Path, name: str) -> Environment:
    """The environment of this name.

    Raises:
        InvalidInput: there is none, or its `environment.yaml` is wrong; with all its problems.
    """
    reading = try_environment(panels, name)
    if reading.environment is None:
        raise InvalidInput(*reading.problems)
    return reading.environment


def try_environment(panels: Path, name: str) -> EnvironmentReading:
    """As much of the environment of this name as can be read.

    Raises:
        InvalidInput: there is none of this name.
    """
    folder = environment_folder(panels, name)
    if wrong_names := name_problems(panels, name):  # what is behind them is not even looked at
        return EnvironmentReading(None, (), wrong_names)
    findings = Findings(display_path(folder / SETTINGS_FILE))
    root = _root(folder / SETTINGS_FILE, findings)
    given = _given(root, panels, folder, findings) if root else {}
    named_lists: tuple[Path, ...] = given.pop("suppressed", ())
    lists = tuple(dict.fromkeys((*own_lists(panels, folder, findings), *named_lists))) if root else ()
    members = given.pop("members", (Named(folder / "members", None),)) if root else ()
    member_files, passed_over = find_member_files(panels, members, lists, findings)
    target = read_target(root, given, findings) if root else None
    problems = findings.in_order()
    reading = EnvironmentReading(
        None,
        member_files,
        problems,
        given.get("after", ()),
        "embedded" in given,
        lists,
        given.get("suppression_secret"),
        tuple(named.path for named in members) if root else None,
    )
    if target is None or problems:
        return reading
    fields = ("api", "policy", "guards", "drift", "warnings", "after", "suppression_secret")
    kept = {key: given[key] for key in fields if key in given}
    environment = Environment(
        name,
        folder,
        target,
        given.get("api_key"),
        member_files,
        **kept,
        lockfile_branch=given.get("lockfile"),
        suppression_lists=lists,
        named_suppression_list=named_lists[0] if named_lists else None,
        passed_over=passed_over,
    )
    return reading._replace(environment=environment)


def _root(path: Path, findings: Findings) -> Mapping | None:
    try:
        root = Composer(content_of(path, findings.file), findings).root()
    except InvalidInput as error:
        # Without the line: it may hold a key by mistake, and keys are shown nowhere.
        findings.add_problems(replace(problem, excerpt=None) for problem in error.problems)
        return None
    if isinstance(root, Mapping):
        return root
    message = "The file is empty." if root is None else f"The file holds {kind(root)}, not settings."
    findings.add(position(root) if root else (1, 1), (message,), (_EXAMPLE,))
    return None


def _given(root: Mapping, panels: Path, folder: Path, findings: Findings) -> dict[str, Any]:
    """The settings that are written and correct, by key."""
    forms: dict[str, Form] = {
        "datacenter": read_datacenter,
        "base_url": read_base_url,
        "embedded": read_embedded,
        "api_key": key_source(folder),
        "members": member_list(folder),
        "api": _API,
        "policy": _POLICY,
        "guards": _GUARDS,
        "drift": _DRIFT,
        "warnings": _WARNINGS,
        "after": _after_list(panels, folder.name),
        "lockfile": _LOCKFILE,
        "suppressed": suppression_lists(panels, folder),
        "suppression_secret": read_suppression_secret,
    }
    given = settings("", root, forms, findings)
    check_key_is_needed(root, findings)
    _check_branch_is_for_a_real_account(root, findings)
    return given


# `after`: the environments that are applied before this one.

_AFTER_SHAPE = "Write after: staging, or after: [staging, training]."


def _after_list(panels: Path, own_name: str) -> Form:
    """The form of `after`: one name or a list of them; gives a tuple of names, each of an environment."""

    def read(name: str, node: Node, findings: Findings) -> Any:
        items = node.items if isinstance(node, Sequence) else [node]
        if not items:
            return ()
        others = [other for other in names_as_they_are(panels) if other != own_name]
        named = [_name_of(item, name, own_name, others, findings) for item in items]
        return tuple(dict.fromkeys(found for found in named if found is not None))

    return read


def _name_of(item: Node, setting: str, own_name: str, others: list[str], findings: Findings) -> str | None:
    text = item.value if isinstance(item, Scalar) else None  # 2024 and true are names like any other
    if text in others:
        return text
    if not text:
        findings.add(position(item), (f'"{setting}" takes names of environments.',), (_AFTER_SHAPE,))
    elif text == own_name:
        findings.add(position(item), ("An environment can't come after itself.",), ())
    else:
        close = nearest(text, others)
        known = f"The others are {', '.join(others)}." if others else "There is no other."
        hint = f'Did you mean "{close}"?' if close else known
        findings.add(position(item), (f'There is no environment "{text}".',), (hint,))
    return None


# `lockfile: {branch: NAME}`: a branch of its own that the lockfile is published on.

_BRANCH_EXAMPLE = "Write it like lockfile: {branch: reconciler-state}."
_MOST_CHARACTERS = 200

# Narrower than git-check-ref-format(1), whose names may hold what a shell or a comment would obey.
_PART = r"(?!\.)[A-Za-z0-9._-]+(?<!\.lock)"
_NAME = re.compile(rf"(?!-|refs/)(?!.*\.\.)(?!HEAD\Z){_PART}(?:/{_PART})*(?<!\.)")


def _check_branch_is_for_a_real_account(root: Mapping, findings: Findings) -> None:
    """Note where an embedded environment asks for a branch: its data stays on one machine."""
    lockfile, embedded = root.entries.get("lockfile"), root.entries.get("embedded")
    if lockfile is None or embedded is None or is_null(lockfile[1]) or is_null(embedded[1]):
        return
    message = 'An embedded sandbox takes no "lockfile": its panel is on this machine alone.'
    findings.add(position(lockfile[0]), (message,), ("Leave it out.",))


def _read_branch(name: str, node: Node, findings: Findings) -> Any:
    text = text_of(node)
    why = wrong_branch(text or "")
    return wrong(f'"{name}" {why}', _BRANCH_EXAMPLE, node, findings) if why else text


def wrong_branch(name: str) -> str:
    """Why a branch of this name can't take lockfiles, behind what is named so; empty if it can."""
    if name.startswith(FALLBACK):
        return f"must not begin with {FALLBACK}: these are fallback branches for refused pushes."
    if len(name) <= _MOST_CHARACTERS and _NAME.fullmatch(name):
        return ""
    return "must be the name of a branch, of letters, digits and . _ - /."


_LOCKFILE = section(lambda branch=None: branch, {"branch": _read_branch})
"""The branch's name; None if the lockfile is beside `environment.yaml`."""
