"""`reconciler environments`: which there are, and in which order they are applied."""

from collections.abc import Sequence

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import format_option
from reconciler.environment.discovery import environment_folder
from reconciler.environment.overview import Placed, environments_in_order
from reconciler.errors import EXIT_DONE
from reconciler.render.json_text import FORMAT, json_text
from reconciler.render.view import Format
from reconciler.render.visible import visible


@click.command
@click.argument("names", metavar="[ENV]...", nargs=-1)
@click.option("--no-embedded", is_flag=True, help="Leave out those whose panel is the built-in sandbox.")
@format_option
@click.pass_obj
def environments(invocation: Invocation, names: tuple[str, ...], *, no_embedded: bool) -> int:
    """List the environments (or those of each ENV), in the order in which they are applied.

    One whose environment.yaml is wrong is listed all the same; `reconciler validate` says what is wrong.

    Example: reconciler environments

    Example: reconciler environments --no-embedded --format json
    """
    for name in names:
        environment_folder(invocation.panels, name)
    listed = [
        placed
        for placed in environments_in_order(invocation.panels)
        if placed.name in (names or (placed.name,)) and not (no_embedded and placed.is_embedded)
    ]
    left_out = [name for name in names if name not in {placed.name for placed in listed}]
    if left_out:
        invocation.tell(
            visible(f"Left out, as their panel is the built-in sandbox: {', '.join(left_out)}.") + "\n"
        )
    invocation.show(_in_format(invocation.format, listed))
    return EXIT_DONE


def _in_format(chosen: Format, listed: Sequence[Placed]) -> str:
    match chosen:
        case Format.JSON:
            documents = [placed._asdict() | {"after": list(placed.after)} for placed in listed]
            return json_text({"format": FORMAT, "environments": documents})
        case Format.MARKDOWN:
            from reconciler.render.markdown_text import prose  # noqa: PLC0415 - this format's alone

            return "".join(f"- {prose(_line(placed))}\n" for placed in listed)
        case Format.GITHUB:
            from reconciler.render.github_text import without_commands  # noqa: PLC0415 - this format's alone

            return without_commands(_as_text(listed))
        case Format.TEXT:
            return _as_text(listed)


def _as_text(listed: Sequence[Placed]) -> str:
    return "".join(f"{visible(_line(placed))}\n" for placed in listed)


def _line(placed: Placed) -> str:
    target = placed.target or "its environment.yaml is wrong"
    after = f", after {', '.join(placed.after)}" if placed.after else ""
    return f"{placed.name}: {target}{after}"
