"""What the commands that post say of themselves: one line, which a workflow's page shows as an annotation."""

from reconciler.cli.invocation import Invocation
from reconciler.errors import ReconcilerError
from reconciler.problems import plain
from reconciler.render.github_text import Annotation, Level, command
from reconciler.render.visible import visible


def tell(invocation: Invocation, line: str) -> None:
    """Say what was done."""
    invocation.show(f"{visible(line)}\n")


def annotate(invocation: Invocation, level: Level, title: str, line: str) -> None:
    """Say what was not done, and that this is no failure: where GitHub Actions runs us, as an annotation."""
    if invocation.environ.get("GITHUB_ACTIONS"):
        invocation.show(command(Annotation(level, (line,), title=title)))
    else:
        tell(invocation, f"{title}: {line}")


def reason(error: ReconcilerError) -> str:
    """Why, in one sentence."""
    return " ".join(plain(problem.message) for problem in error.problems)
