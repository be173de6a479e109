"""`reconciler init`: the files of a repository that validates and plans. `reconciler schema` for editors."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from reconciler import scaffold, schemas
from reconciler.ci.gitlab_pipeline import PIPELINE
from reconciler.cli.invocation import Invocation
from reconciler.environment.discovery import DEFAULT_PANELS, environment_names
from reconciler.environment.overview import environments_in_order
from reconciler.environment.reader import wrong_branch
from reconciler.errors import EXIT_DONE, InvalidInput, UsageError
from reconciler.files import replace_file
from reconciler.output.plan_json import plan_schema
from reconciler.output.report_json import report_schema
from reconciler.problems import Problem
from reconciler.scaffold import NewEnvironment, NewFile

_READABLE = 0o644  # nobody is named in these files
_SCHEMAS = {
    "environment": schemas.environment_schema,
    "members": schemas.members_schema,
    "import": schemas.import_schema,
    "plan": plan_schema,
    "report": report_schema,
}


class _Done(NamedTuple):
    """What was written, completed, or left as it was."""

    path: str
    what: str


@click.command
@click.option(
    "--environment",
    "environments",
    metavar="NAME[=DATACENTER]",
    multiple=True,
    help="An environment to begin with; without a datacenter its panel is built in. Repeatable. "
    "Default: sandbox.",
)
@click.option(
    "--ci",
    type=click.Choice(("github", "gitlab", "none")),
    default="github",
    show_default=True,
    help="Which CI runs the plan on pull requests and the apply on merges.",
)
@click.option("--lockfile-branch", metavar="NAME", help="Publish the lockfiles on their own branch.")
@click.pass_obj
def init(
    invocation: Invocation, environments: tuple[str, ...], *, ci: str, lockfile_branch: str | None
) -> int:
    """Write the files that a repository of panels needs, at the root of its git repository.

    Existing files are never overwritten; .gitignore and .gitattributes get the lines that they lack. It
    writes no example people: a member file begins empty.

    Example: reconciler init --environment production=eu --environment sandbox
    """
    root = Path.cwd()
    if not (root / ".git").exists():
        hint = "Change to that folder, or make one here: `git init`."
        raise InvalidInput(Problem(("This is not the root of a git repository.",), (hint,)))
    try:
        wanted = [NewEnvironment.parse(text) for text in environments or ("sandbox",)]
    except ValueError as error:
        raise UsageError(Problem((f"--environment: {error}",))) from None
    if lockfile_branch is not None and (why := wrong_branch(lockfile_branch)):
        raise UsageError(Problem((f"--lockfile-branch {why}",), ("For example: reconciler-state.",)))
    _check_names(root / DEFAULT_PANELS, wanted)
    applied = _applied(root / DEFAULT_PANELS, wanted)
    files = [*scaffold.files_for(wanted, ci, lockfile_branch, applied), *_schema_files()]
    done = [*_write_missing(root, files), *_add_lines(root, lockfile_branch)]
    invocation.print_out("".join(f"{what}  {path}\n" for path, what in done))
    invocation.print_out(_next(invocation, wanted, ci))
    return EXIT_DONE


@click.command
@click.argument("name", type=click.Choice(list(_SCHEMAS)))
@click.pass_obj
def schema(invocation: Invocation, name: str) -> int:
    """Print the JSON Schema (2020-12) of a file that you write, or of JSON that Reconciler prints.

    Editors use it through the first line of a file:
    `# yaml-language-server: $schema=../.schema/environment.json`.

    Example: reconciler schema environment
    """
    invocation.print_out(_schema_text(name))
    return EXIT_DONE


def _check_names(panels: Path, wanted: Sequence[NewEnvironment]) -> None:
    """Refuse names that are one name to a CI platform, which ignores case."""
    there = environment_names(panels) if panels.is_dir() else ()
    seen = {name.lower(): name for name in there}
    for each in wanted:
        other = seen.get(each.name.lower())
        if other is not None and (other != each.name or other not in there):
            hint = ("Give each environment a name of its own; case makes no difference.",)
            raise UsageError(Problem((f"--environment: {each.name} and {other} are one name.",), hint))
        seen.setdefault(each.name.lower(), each.name)


def _applied(panels: Path, wanted: Sequence[NewEnvironment]) -> list[str]:
    """The environments with a real panel: those that are there, and those that are wanted."""
    there = environments_in_order(panels) if panels.is_dir() and environment_names(panels) else ()
    real = {placed.name for placed in there if not placed.is_embedded}
    names = {placed.name for placed in there}
    return sorted(real | {each.name for each in wanted if each.datacenter and each.name not in names})


def _schema_text(name: str) -> str:
    return json.dumps(_SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"


def _schema_files() -> Iterator[NewFile]:
    for name in ("environment", "members", "import"):
        yield NewFile(f"{scaffold.SCHEMA_FOLDER}/{name}.json", _schema_text(name))


def _write_missing(root: Path, files: Sequence[NewFile]) -> Iterator[_Done]:
    for file in files:
        path = root / file.path
        if os.path.lexists(path):
            yield _Done(file.path, "exists ")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, file.text.encode(), mode=_READABLE)
        yield _Done(file.path, "written")


def _add_lines(root: Path, branch: str | None) -> Iterator[_Done]:
    wanted = {".gitignore": scaffold.gitignore_lines(branch), ".gitattributes": scaffold.GITATTRIBUTES}
    for name, lines in wanted.items():
        path = root / name
        text = scaffold.with_lines(path.read_text(encoding="utf-8") if path.exists() else "", lines)
        if text is not None:
            replace_file(path, text.encode(), mode=None if path.exists() else _READABLE)
        yield _Done(name, "exists " if text is None else "written")


def _next(invocation: Invocation, environments: Sequence[NewEnvironment], ci: str) -> str:
    name = environments[0].name
    imported = invocation.command_line("import", name, "FILE")
    steps = [
        f"Declare people: edit panels/{name}/members/members.yaml, or `{imported}`.",
        f"Check: `{invocation.command_line('validate')}` and `{invocation.command_line('plan', name)}`.",
    ]
    if any(environment.datacenter for environment in environments):
        where = "as a secret of your CI" if ci != "none" else "in the variable QUESTIONPRO_API_KEY"
        page = "docs/set-up-gitlab.md" if ci == "gitlab" else "docs/set-up.md"
        steps.append(f"Store the API key {where}: {page} says where.")
    included = Path(".gitlab-ci.yml")
    if ci == "gitlab" and PIPELINE not in included.read_text(encoding="utf-8", errors="replace"):
        steps.append(f"Include the pipeline in {included}: `include: [{{local: {PIPELINE}}}]`.")
    request = "merge request" if ci == "gitlab" else "pull request"
    steps.append(f"Commit all of it, and open a {request}.")
    return "\nNext:\n" + "".join(f"  {number}. {step}\n" for number, step in enumerate(steps, 1))
