"""A group whose commands are imported only when they run: help needs none of them."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from reconciler.cli.terminal import write
from reconciler.problems import nearest


class CommandEntry(NamedTuple):
    """Where a command's code is, and a short description."""

    module: str
    name: str
    summary: str


_SETTINGS = {
    "invoke_without_command": True,
    "no_args_is_help": False,
    "subcommand_metavar": "COMMAND [ARGS]...",
}


class LazyGroup(click.Group):
    """A group made from a table of its commands, shown in the table's order."""

    def __init__(
        self,
        *,
        entries: Mapping[str, CommandEntry],
        callback: Callable[..., Any] | None = None,
        **settings: Any,
    ) -> None:
        """`entries` by the command's name; `callback` and `settings` are those of `click.Group`."""
        super().__init__(callback=_behind_a_check(callback), **settings | _SETTINGS)
        self.help = self.help or _help_in_source(callback)
        self.entries = entries

    def list_commands(self, _context: click.Context) -> list[str]:
        """The names, in the table's order."""
        return list(self.entries)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The command of that name, imported now."""
        entry = self.entries.get(name)
        if entry is None:
            return None
        command: click.Command = getattr(import_module(entry.module), entry.name)
        command.help = command.help or _help_in_source(command.callback)
        if all(parameter.name != "panels" for parameter in command.params):
            command.params.append(_panels_option())
        return command

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, but an unknown command also names the nearest one."""
        name = arguments[0]
        if name not in self.entries and not name.startswith("-"):
            meant = nearest(name, list(self.entries))
            suggestion = f" Did you mean {meant!r}?" if meant else ""
            raise click.UsageError(f"No such command {name!r}.{suggestion}", context)
        return super().resolve_command(context, arguments)

    def shell_complete(self, context: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands that begin like this, from the table alone, so that a TAB loads none of them."""
        options = (
            click.Command.shell_complete(self, context, incomplete) if incomplete.startswith("-") else []
        )
        return options + [
            CompletionItem(name, help=entry.summary)
            for name, entry in self.entries.items()
            if name.startswith(incomplete)
        ]

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self.entries.items()])


def _panels_option() -> click.Option:
    """--panels behind a command, where people look for it first; help shows it at the first level."""
    return click.Option(
        ["--panels"],
        type=click.Path(file_okay=False, path_type=Path),
        help="The same as before the command.",
        hidden=True,
        expose_value=False,
        callback=_set_panels,
    )


def _set_panels(context: click.Context, _parameter: click.Parameter, panels: Path | None) -> None:
    if panels is not None:
        context.find_root().params["panels"] = panels
        if context.obj is not None:
            context.obj.asked_panels = panels


def _behind_a_check(callback: Callable[..., Any] | None) -> Callable[..., Any]:
    def checked(*arguments: Any, **options: Any) -> Any:
        _require_command(click.get_current_context())
        return callback(*arguments, **options) if callback else None

    return checked


def _require_command(context: click.Context) -> None:
    """Where no command is named, show which there are, and fail."""
    if context.invoked_subcommand is None:
        write(sys.stderr, context.get_help() + "\n\n")
        raise click.UsageError("Missing command.", context)


def _help_in_source(callback: Callable[..., Any] | None) -> str | None:
    """The docstring that `python -OO` has dropped, from the source; None if it has not."""
    if callback is None or sys.flags.optimize < 2:  # noqa: PLR2004 - what -OO sets
        return None
    import ast  # noqa: PLC0415 - hardly ever needed
    import inspect  # noqa: PLC0415 - as above
    import textwrap  # noqa: PLC0415 - as above

    try:
        [function] = ast.parse(textwrap.dedent(inspect.getsource(callback))).body
    except OSError:  # there is no source
        return None
    return ast.get_docstring(function) if isinstance(function, ast.FunctionDef) else None
