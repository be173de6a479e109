"""`reconciler show`: a saved plan or report, in any format."""

from pathlib import Path

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import listing_options, mask_option, sizes, terraform_format_option
from reconciler.errors import EXIT_DONE
from reconciler.files import display_path, read_named
from reconciler.output.saved import read_saved


@click.command
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@terraform_format_option
@listing_options
@mask_option
@click.pass_obj
def show(
    invocation: Invocation,
    file: Path,
    *,
    full: bool,
    only: tuple[str, ...],
    max_bytes: int | None,
    link: str | None,
) -> int:
    """Show the plan or the report in FILE, of one environment or of several.

    FILE is what `reconciler plan --out` or `reconciler apply --report` saved. Nothing is planned again, so
    this works without the panels folder and without git.

    Example: reconciler show plan.json

    Example: reconciler show plan.json --format markdown --max-bytes 60000
    """
    wishes = sizes(invocation, full=full, max_bytes=max_bytes, link=link)
    saved = read_saved(
        read_named(file),
        file=display_path(file),
        line=invocation.command_line,
        only=only,
        request=invocation.request,
    )
    invocation.tell_problems(saved.problems)
    invocation.show(saved.screen, **wishes)
    return EXIT_DONE
