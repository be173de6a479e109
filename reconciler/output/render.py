"""From something to show to text in the format that was asked for."""

from collections.abc import Callable
from typing import Any, NamedTuple

from reconciler.output.document import Document
from reconciler.output.options import Format, RenderOptions


class Screen(NamedTuple):
    """Something to show: a document for people, an object for programs; each is made when it is needed."""

    document: Callable[[], Document]
    data: Callable[[], dict[str, Any]]


def render(screen: Screen, chosen: Format, options: RenderOptions) -> str:
    """Whole lines. JSON takes no notice of `options`: it is whole and never masked."""
    # Each format is loaded where it is chosen: a plan as text has no use for the others.
    match chosen:
        case Format.TEXT:
            from reconciler.output.text import text  # noqa: PLC0415 - see above

            return text(screen.document(), options)
        case Format.MARKDOWN:
            from reconciler.output.markdown import markdown  # noqa: PLC0415 - see above

            return markdown(screen.document(), options)
        case Format.GITHUB:
            from reconciler.output.github import github  # noqa: PLC0415 - see above

            return github(screen.document(), options)
        case Format.HTML:
            from reconciler.output.html import html  # noqa: PLC0415 - see above

            return html(screen.document(), options)
        case Format.CODEQUALITY:
            from reconciler.output.codequality import codequality  # noqa: PLC0415 - see above

            return codequality(screen.document(), options)
        case Format.JSON | Format.GITLAB_TERRAFORM:
            return _for_programs(screen.data(), chosen)


def _for_programs(data: dict[str, Any], chosen: Format) -> str:
    if chosen is Format.GITLAB_TERRAFORM:
        from reconciler.output.gitlab_terraform import gitlab_terraform  # noqa: PLC0415 - as above

        return gitlab_terraform(data)
    from reconciler.output.json_shapes import json_text  # noqa: PLC0415 - as above

    return json_text(data)
