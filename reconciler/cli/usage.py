"""A wrong command line, in click's words, with the name that was most likely meant."""

import click

from reconciler.problems import Problem, nearest


def usage_problem(error: click.ClickException) -> Problem:
    """What is wrong, and where help stands."""
    hints = [_suggestion(error), _help(error)]
    return Problem((error.format_message(),), (" ".join(filter(None, hints)),))


def _suggestion(error: click.ClickException) -> str:
    if not (isinstance(error, click.BadParameter) and error.param is not None and error.ctx is not None):
        return ""
    if not isinstance(error.param.type, click.Choice):
        return ""
    choices = [str(choice) for choice in error.param.type.choices]
    given = error.message.partition("'")[2].partition("'")[0]
    meant = nearest(given, choices)
    return f"Did you mean {meant}?" if meant else ""


def _help(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "reconciler"
    return f"`{path} --help` shows how it is used."
