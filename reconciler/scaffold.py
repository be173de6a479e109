"""What `reconciler init` writes: the files of a new repository, as text."""

import json
import re
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import NamedTuple

from reconciler import __version__
from reconciler.ci.gitlab_pipeline import NO_ENVIRONMENT, PIPELINE
from reconciler.environment.access import is_datacenter

SCHEMA_FOLDER = "panels/.schema"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

_ENVIRONMENT = """\
# yaml-language-server: $schema=../.schema/environment.json
# {title}
# `reconciler schema environment` describes every setting, and an editor with YAML support shows it.

{target}
# Member files and folders, relative to this file.
members: [members/]
"""

_REAL = """\
datacenter: {datacenter}
# The name of the variable that holds the API key. Never write the key itself here.
api_key: {{env: QUESTIONPRO_API_KEY}}
"""

_EMBEDDED = """\
# The panel is built in: no network, no key, and nobody is contacted.
embedded: true
"""

_BRANCH = """\
# The lockfile is published on its own branch, so `main` may be protected.
lockfile: {{branch: {branch}}}
"""

_MEMBERS = """\
# yaml-language-server: $schema=../../.schema/members.json
# Everyone who should be a member of this panel. One entry is one person:
#
#   - emailAddress: name@your-domain
#     firstName: First name
#     zipCode: 02134              sent as written: the zero stays
#
# A spreadsheet becomes a member file with `reconciler import {name} FILE`.
members: []
"""

_REQUIREMENTS = """\
# The version of Reconciler that the jobs install.
panel-reconciler=={version}
"""

_GITLAB_CI = f"""\
include:
  - local: {PIPELINE}
"""
_EXAMPLE_LIST = "[production]"

_GITIGNORE = (".reconciler/",)
_IGNORED_COPIES = ("panels/*/state.lock.json",)  # where the lockfile is on a branch of its own
GITATTRIBUTES = ("state.lock.json linguist-generated merge=reconciler",)


class NewEnvironment(NamedTuple):
    """An environment to begin with; without a datacenter, its panel is the built-in sandbox."""

    name: str
    datacenter: str | None = None

    @classmethod
    def parse(cls, text: str) -> "NewEnvironment":
        """The environment of `NAME` or `NAME=DATACENTER`.

        Raises:
            ValueError: the name can't be a folder, or the datacenter is none; the message says which.
        """
        name, sign, datacenter = text.partition("=")
        if not _NAME.fullmatch(name):
            raise ValueError(f'"{name}" can\'t be the name of an environment. Use letters, digits and "-".')
        if sign and not is_datacenter(datacenter):
            raise ValueError(f'"{datacenter}" is not a datacenter. Write eu, com, ca or another.')
        return cls(name, datacenter or None)


class NewFile(NamedTuple):
    """A file, by its path from the git root."""

    path: str
    text: str


def files_for(
    environments: Sequence[NewEnvironment], ci: str, branch: str | None, applied: Sequence[str]
) -> Iterator[NewFile]:
    """All files of a repository with these environments, for `ci` (github, gitlab or none).

    `applied` names all environments of the repository whose panel is a real one.
    """
    for environment in environments:
        folder = f"panels/{environment.name}"
        yield NewFile(f"{folder}/environment.yaml", _environment(environment, branch))
        yield NewFile(f"{folder}/members/members.yaml", _MEMBERS.format(name=environment.name))
    if ci == "github":
        yield from _installed(".github")
        for name in ("plan.yml", "apply.yml", "drift.yml", "panel-drift.yml", "doctor.yml"):
            yield NewFile(f".github/workflows/{name}", template(f"github/{name}"))
    if ci == "gitlab":
        pipeline = template("gitlab/reconciler.gitlab-ci.yml")
        names = json.dumps(list(applied) or [NO_ENVIRONMENT])  # quoted: YAML takes `no` for a truth value
        yield from _installed(".gitlab")
        yield NewFile(PIPELINE, pipeline.replace(_EXAMPLE_LIST, names))
        yield NewFile(".gitlab-ci.yml", _GITLAB_CI)


def _installed(folder: str) -> Iterator[NewFile]:
    """What the jobs install: this version of Reconciler, and the packages that it needs, by their hashes."""
    yield NewFile(f"{folder}/reconciler.txt", _REQUIREMENTS.format(version=__version__))
    yield NewFile(f"{folder}/reconciler-packages.txt", template("packages.txt"))


def gitignore_lines(branch: str | None) -> tuple[str, ...]:
    """What git must ignore: the tool's own folders, and copies of lockfiles that are on a branch."""
    return _GITIGNORE + (_IGNORED_COPIES if branch else ())


def template(name: str) -> str:
    """The text of a file in the package's `templates` folder."""
    return resources.files("reconciler").joinpath("templates", name).read_text(encoding="utf-8")


def with_lines(text: str, lines: Sequence[str]) -> str | None:
    """The text with those lines at its end that it lacks; None where it has all of them."""
    present = {line.strip() for line in text.splitlines()}
    missing = [line for line in lines if line not in present]
    if not missing:
        return None
    separator = "" if not text or text.endswith("\n") else "\n"
    return text + separator + "\n".join(missing) + "\n"


def _environment(environment: NewEnvironment, branch: str | None) -> str:
    if environment.datacenter is None:
        title, target = f"{environment.name}: a panel to try things out.", _EMBEDDED
    else:
        title = f"{environment.name}: a panel with real people."
        target = _REAL.format(datacenter=environment.datacenter)
        target += "" if branch is None else _BRANCH.format(branch=branch)
    return _ENVIRONMENT.format(title=title, target=target)
