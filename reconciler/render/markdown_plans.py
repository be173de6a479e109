"""Several plans for a comment on a pull request, or a job's summary: counts always, rows as many as fit."""

from collections.abc import Iterator

from reconciler.plan.pull_request import hidden_line
from reconciler.render.listing import PlanListing
from reconciler.render.markdown_counts import markdown_counts
from reconciler.render.markdown_fit import COMMENT_BYTES, fitted
from reconciler.render.markdown_plan import plan_blocks, setting_warnings
from reconciler.render.markdown_problems import markdown_problems
from reconciler.render.markdown_text import link, prose
from reconciler.render.plans_words import NOTHING_TO_PLAN, remarks
from reconciler.render.showing import RenderOptions

_RULE = "\n\n---\n\n"


def markdown_plans(listing: PlanListing, showing: RenderOptions) -> str:
    """All plans, each below a rule; then the problems of environments that have none.

    Where there is no room for that, even without a single row, the counts of each plan.
    """
    rows = _most_rows(listing)
    if showing.full:
        return _text(listing, showing, rows)
    text = fitted(lambda most: _text(listing, showing, most), rows=rows, most_bytes=showing.most_bytes)
    if text is not None:
        return text
    return markdown_counts(listing, showing.link, showing.most_bytes or COMMENT_BYTES)


def _most_rows(listing: PlanListing) -> int:
    """How long the longest table or list is."""
    lists = (listing.problems, listing.unaffected, listing.taken_away)
    return max(*map(len, lists), *(len(plan.actions) for plan, _ in listing.plans))


def _text(listing: PlanListing, showing: RenderOptions, rows: int) -> str:
    blocks = ["\n\n".join(plan_blocks(plan, showing, known, rows)) for plan, known in listing.plans]
    if listing.problems:
        blocks.append(markdown_problems(listing.problems, showing, most=rows).rstrip("\n"))
    ending = "\n\n".join(_ending(listing, showing, rows))
    warned = "".join(f"{block}\n\n" for block in setting_warnings(listing.plans))
    return warned + _RULE.join(filter(None, (*blocks, ending))) + "\n"


def _ending(listing: PlanListing, showing: RenderOptions, rows: int) -> Iterator[str]:
    if not listing.plans and not listing.problems:
        yield f"**{prose(NOTHING_TO_PLAN)}**"
    yield from (prose(remark) for remark in remarks(listing, rows))
    if showing.link:
        yield link(showing.link)
    if listing.plans:
        yield "\n".join(hidden_line(plan) for plan, _ in listing.plans)
