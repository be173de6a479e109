"""`reconciler show`: a saved plan or report, in any format."""

from pathlib import Path

import click

from reconciler.cli.invocation import Invocation
from reconciler.cli.options import format_option_with, listing_options, mask_option, sizes
from reconciler.errors import EXIT_DONE
from reconciler.files import disk_failure, display_path
from reconciler.output.render import Format
from reconciler.output.saved import read_saved


@click.command
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@format_option_with(Format.GITLAB_TERRAFORM, "counts for GitLab's widget for Terraform reports")
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
    try:
        data = file.read_bytes()
    except OSError as error:
        raise disk_failure("read", file, error) from error
    saved = read_saved(
        data,
        file=display_path(file),
        line=invocation.command_line,
        only=only,
        request=invocation.request,
    )
    if saved.problems:
        invocation.tell_problems(saved.problems)
    invocation.show(saved.screen, **wishes)
    return EXIT_DONE
