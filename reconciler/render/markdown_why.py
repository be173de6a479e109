"""One person explained, for a comment or a job's summary."""

from reconciler.explain import Explanation
from reconciler.render.markdown_text import code, prose, words
from reconciler.render.showing import RenderOptions
from reconciler.render.why_next import Commands
from reconciler.render.why_rows import rows


def markdown_why(explanation: Explanation, commands: Commands, showing: RenderOptions) -> str:
    """Where they are declared, what is known, what apply would do and why, what to do next."""
    who = code(showing.address(explanation.key))
    lines = [f"**{who} in {prose(explanation.environment)}, on {explanation.today}**", ""]
    for row in rows(explanation, commands, showing):
        first, *rest = map(words, row.lines)
        lines += [f"- **{row.label}**: {first}", *(f"  - {more}" for more in rest)]
    return "".join(f"{line}\n" for line in lines)
