"""Help is complete: each command says what it does and shows an example; groups list just what exists."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from reconciler.cli.lazy_group import LazyGroup
from reconciler.cli.main import program


def _commands(
    group: LazyGroup, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, LazyGroup):
            yield from _commands(command, (*path, name))


COMMANDS = dict(_commands(program))
each_command = pytest.mark.parametrize("path", COMMANDS, ids=" ".join)


def test_the_commands_are_those_of_the_contract() -> None:
    assert {" ".join(path) for path in COMMANDS} == {
        "validate",
        "fmt",
        "plan",
        "apply",
        "drift",
        "doctor",
        "environments",
        "why",
        "suppress",
        "find",
        "state",
        "state list",
        "state show",
        "state rm",
        "state mv",
        "state recover",
        "state publish",
        "merge-lockfile",
        "ci",
        "ci comment",
        "ci report",
        "ci issue",
        "ci matrix",
        "ci doctor",
        "sandbox",
        "sandbox serve",
        "sandbox reset",
        "sandbox show",
        "sandbox change",
        "completion",
        "init",
        "show",
        "status",
        "import",
        "schema",
    }


@each_command
def test_each_command_has_help_with_an_example_of_itself(path: tuple[str, ...]) -> None:
    text = COMMANDS[path].help or ""
    assert "Example" in text
    assert f"reconciler {' '.join(path)}" in text


@each_command
def test_each_option_says_what_it_does(path: tuple[str, ...]) -> None:
    options = [option for option in COMMANDS[path].params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []


@each_command
def test_each_command_goes_by_the_name_that_its_group_gives_it(path: tuple[str, ...]) -> None:
    assert COMMANDS[path].name == path[-1]


@pytest.mark.parametrize("group", [(), ("state",), ("ci",), ("sandbox",)], ids=" ".join)
def test_a_group_lists_just_what_exists(group: tuple[str, ...]) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "reconciler", *group, "--help"], capture_output=True, text=True, check=True
    ).stdout
    listed = [line.split()[0] for line in shown.partition("Commands:\n")[2].splitlines()]
    assert listed == [path[-1] for path in COMMANDS if path[:-1] == group]


def test_the_help_of_a_group_imports_none_of_its_commands() -> None:
    code = (
        "import sys; from reconciler.cli.main import main; main(['--help'])\n"
        "from reconciler.cli.main import program\n"
        "modules = {entry.module for entry in program.entries.values()}\n"
        "print(sorted(modules & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


@pytest.mark.parametrize(
    "path", [(), ("fmt",), ("state",), ("state", "list"), ("sandbox", "serve")], ids=" ".join
)
def test_help_is_complete_also_where_python_drops_docstrings(path: tuple[str, ...]) -> None:
    with_docstrings, without = (
        subprocess.run(
            [sys.executable, *flags, "-m", "reconciler", *path, "--help"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for flags in ((), ("-OO",))
    )
    assert without == with_docstrings
