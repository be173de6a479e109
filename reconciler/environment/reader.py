"""`environment.yaml` → an Environment, or all that is wrong with it."""

from pathlib import Path
from typing import Any, NamedTuple

from reconciler.document.composer import Composer
from reconciler.document.content import text_of as content_of
from reconciler.document.findings import Findings
from reconciler.document.nodes import Mapping, kind, position
from reconciler.environment.discovery import SETTINGS_FILE, environment_folder
from reconciler.environment.forms import Form, nullable, number, section, settings, whole, word
from reconciler.environment.key_source import check_key_is_needed, key_source
from reconciler.environment.limits import read_limit
from reconciler.environment.member_list import default_members, member_list
from reconciler.environment.model import (
    Api,
    Environment,
    Guards,
    OnChange,
    OnRemove,
    Policy,
    RateLimit,
    Retry,
)
from reconciler.environment.target import read_base_url, read_datacenter, read_embedded, read_target
from reconciler.errors import InvalidInput
from reconciler.problem import Problem
from reconciler.shown_path import shown

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
        "on_change": word(OnChange, unbuilt=("resubmit",)),
        "on_remove": word(OnRemove, unbuilt=("unsubscribe", "delete")),
    },
)
_GUARDS = section(Guards, dict.fromkeys(("add", "change", "remove"), nullable(read_limit)))
_EXAMPLE = "Begin with datacenter: eu and api_key: {env: QUESTIONPRO_API_KEY}."


class EnvironmentReading(NamedTuple):
    """What could be read: the environment, if nothing is wrong with it; its member files, as far as known."""

    environment: Environment | None
    member_files: tuple[Path, ...]
    problems: tuple[Problem, ...]


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
    findings = Findings(shown(folder / SETTINGS_FILE))
    root = _root(folder / SETTINGS_FILE, findings)
    given = _given(root, panels, folder, findings) if root else {}
    files: tuple[Path, ...] = given.get("members", ())
    target = read_target(root, given, findings) if root else None
    problems = findings.in_order()
    if target is None or problems:
        return EnvironmentReading(None, files, problems)
    kept = {key: given[key] for key in ("api", "policy", "guards") if key in given}
    environment = Environment(name, folder, target, given.get("api_key"), files, **kept)
    return EnvironmentReading(environment, files, ())


def _root(path: Path, findings: Findings) -> Mapping | None:
    try:
        root = Composer(content_of(path, findings.file), findings).root()
    except InvalidInput as error:
        findings.add_problems(error.problems)
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
    }
    given = settings("", root, forms, findings)
    if "members" not in root.entries:
        given["members"] = default_members(panels, folder, findings)
    check_key_is_needed(root, findings)
    return given
