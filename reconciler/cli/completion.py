"""`reconciler completion`: what makes a shell complete commands, options, environments and files."""

from collections.abc import Mapping

import click
from click.shell_completion import get_completion_class

from reconciler.cli.invocation import COMPLETION_VARIABLE, Invocation
from reconciler.errors import EXIT_DONE

_SHELLS = ("bash", "zsh", "fish")


@click.command
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print what makes your SHELL complete commands, options, environments and files.

    Bash: add `eval "$(reconciler completion bash)"` to ~/.bashrc.

    Zsh: add `eval "$(reconciler completion zsh)"` to ~/.zshrc.

    Fish: `reconciler completion fish > ~/.config/fish/completions/reconciler.fish`.

    Example: reconciler completion bash
    """
    made = get_completion_class(shell)
    if made is None:
        raise click.BadParameter(f"{shell} is not supported.", context)
    source = made(context.find_root().command, {}, "reconciler", COMPLETION_VARIABLE).source()
    invocation: Invocation = context.obj
    invocation.print_out(f"{source.strip()}\n")
    return EXIT_DONE


def answer_completion(program: click.Command, environ: Mapping[str, str]) -> bool:
    """Answer a TAB, if the shell asks for one; whether it did."""
    asked = environ.get(COMPLETION_VARIABLE, "")
    shell, _, instruction = asked.partition("_")
    made = get_completion_class(shell) if instruction == "complete" else None
    if made is None:
        return False
    print(made(program, {}, "reconciler", COMPLETION_VARIABLE).complete())  # noqa: T201 - the shell reads it
    return True
