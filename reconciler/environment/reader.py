"""`environment.yaml` → an Environment, or all that is wrong with it."""

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.environment.after import after_list
from reconciler.environment.discovery import SETTINGS_FILE, environment_folder, name_problems
from reconciler.environment.forms import Form, names, nullable, number, section, settings, whole, word
from reconciler.environment.key_source import check_key_is_needed, key_source
from reconciler.environment.limits import read_limit
from reconciler.environment.lockfile_branch import check_branch_is_for_a_real_account, lockfile_branch
from reconciler.environment.member_list import default_members, member_list
from reconciler.environment.model import (
    Api,
    DriftSettings,
    Environment,
    Guards,
    OnChange,
    Policy,
    RateLimit,
    Retry,
)
from reconciler.environment.suppression_lists import SuppressionLists, own_list, suppression_lists
from reconciler.environment.suppression_secret import read_suppression_secret
from reconciler.environment.target import read_base_url, read_datacenter, read_embedded, read_target
from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.member import FIELDS, Removal
from reconciler.problems import Problem
from reconciler.text_source import Findings
from reconciler.text_source import text_of as content_of
from reconciler.yaml_source.composer import Composer
from reconciler.yaml_source.nodes import Mapping, kind, position

_API = section(
    Api,
    {
        "batch_size": whole(least=1),
        "concurrency": whole(least=1),
        "rate_limit": section(RateLimit, {"calls": whole(least=1), "seconds": number(0, above=True)}),
        "timeout": number(0, above=True),
        "retry": section(
            Retry, {"attempts": whole(least=1), "initial_wait": number(0), "max_wait": number(0)}
        ),
        "call_allowance": nullable(whole(least=0)),
    },
)
_POLICY = section(
    Policy,
    {
        "on_change": word(OnChange),
        "on_remove": word(Removal),
    },
)
_GUARDS = section(Guards, dict.fromkeys(("add", "change", "remove"), nullable(read_limit)))
_PROFILE_FIELD = r"profileFields\[[0-9]{1,18}\]"
_DRIFT = section(DriftSettings, {"ignore": names(FIELDS, _PROFILE_FIELD, "field of the API")})
_EXAMPLE = "Begin with datacenter: eu and api_key: {env: QUESTIONPRO_API_KEY}."


class EnvironmentReading(NamedTuple):
    """What could be read: the environment, if nothing is wrong with it; the rest, as far as it is known."""

    environment: Environment | None
    member_files: tuple[Path, ...]
    problems: tuple[Problem, ...]
    after: tuple[str, ...] = ()
    is_embedded: bool = False
    suppression_lists: tuple[Path, ...] = ()
    suppression_secret: str | None = None


def read_environment(panels: Path, name: str) -> Environment:
    """The environment of this name.

    Raises:
        InvalidInput: there is none, or its `environment.yaml` is wrong; all its problems are told.
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
    files: tuple[Path, ...] = given.get("members", ())
    lists: SuppressionLists = given.get("suppressed", SuppressionLists((), None))
    secret: str | None = given.get("suppression_secret")
    target = read_target(root, given, findings) if root else None
    problems = findings.in_order()
    if target is None or problems:
        after = given.get("after", ())
        return EnvironmentReading(None, files, problems, after, "embedded" in given, lists.found, secret)
    kept = {key: given[key] for key in ("api", "policy", "guards", "drift", "after") if key in given}
    environment = Environment(
        name,
        folder,
        target,
        given.get("api_key"),
        files,
        **kept,
        lockfile_branch=given.get("lockfile"),
        suppression_lists=lists.found,
        named_suppression_list=lists.first_named,
        suppression_secret=secret,
    )
    return EnvironmentReading(
        environment, files, (), environment.after, environment.is_embedded, lists.found, secret
    )


def _root(path: Path, findings: Findings) -> Mapping | None:
    try:
        root = Composer(content_of(path, findings.file), findings).root()
    except InvalidInput as error:
        # Without the line: it is where a key may stand by mistake, and keys are shown nowhere.
        findings.add_problems(replace(problem, excerpt=None) for problem in error.problems)
        return None
    if isinstance(root, Mapping):
        return root
    told = "The file is empty." if root is None else f"The file holds {kind(root)}, not settings."
    findings.add(position(root) if root else (1, 1), (told,), (_EXAMPLE,))
    return None


def _given(root: Mapping, panels: Path, folder: Path, findings: Findings) -> dict[str, Any]:
    """The settings given, by key; the member files also where they are not."""
    forms: dict[str, Form] = {
        "datacenter": read_datacenter,
        "base_url": read_base_url,
        "embedded": read_embedded,
        "api_key": key_source(folder),
        "members": member_list(panels, folder),
        "api": _API,
        "policy": _POLICY,
        "guards": _GUARDS,
        "drift": _DRIFT,
        "after": after_list(panels, folder.name),
        "lockfile": lockfile_branch(),
        "suppressed": suppression_lists(panels, folder),
        "suppression_secret": read_suppression_secret,
    }
    given = settings("", root, forms, findings)
    if "members" not in root.entries:
        given["members"] = default_members(panels, folder, findings)
    given.setdefault("suppressed", own_list(panels, folder, findings))
    check_key_is_needed(root, findings)
    check_branch_is_for_a_real_account(root, findings)
    return given
