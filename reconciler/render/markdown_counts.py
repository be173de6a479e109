"""The counts of several plans, where a comment or a summary has no room for the plans themselves."""

from reconciler.plan.pull_request import hidden_line
from reconciler.render.counted import counted
from reconciler.render.listing import PlanListing
from reconciler.render.markdown_fit import fitted
from reconciler.render.markdown_plan import setting_warnings
from reconciler.render.markdown_text import code, link, prose
from reconciler.render.plans_words import remarks
from reconciler.render.sentence import action_clauses, plan_sentence


def markdown_counts(listing: PlanListing, address: str | None, most_bytes: int) -> str:
    """All of them together, then a line for each plan; the last ones are left out where they don't fit.

    Args:
        listing: the plans.
        address: where the whole of it can be read.
        most_bytes: what the text may take in UTF-8.
    """
    where = [link(address)] if address else []
    remarked = [prose(remark) for remark in remarks(listing, 0)]
    shown = ["\n".join(hidden_line(plan) for plan, _ in listing.plans)]
    for ending in ([*where, *remarked, *shown], [*where, *shown], where):
        text = _text(listing, len(listing.plans), ending)
        if len(text.encode()) <= most_bytes:
            return text
    return _cut(listing, where, most_bytes) or _cut(listing, [], most_bytes) or _text(listing, 0, [])


def _cut(listing: PlanListing, ending: list[str], most_bytes: int) -> str | None:
    return fitted(lambda rows: _text(listing, rows, ending), rows=len(listing.plans), most_bytes=most_bytes)


def _text(listing: PlanListing, rows: int, ending: list[str]) -> str:
    lines = [
        f"- {prose(plan_sentence(plan))} Target: {code(plan.target)}" for plan, _ in listing.plans[:rows]
    ]
    if more := len(listing.plans) - len(lines):
        lines.append(f"- … and {counted(more, 'more environment')}.")
    if listing.problems:
        lines.append(f"- {counted(len(listing.problems), 'problem')}, by which others have no plan.")
    warned = setting_warnings(listing.plans)
    return "\n\n".join((*warned, f"**{_total(listing)}**", "\n".join(lines), *ending)) + "\n"


def _total(listing: PlanListing) -> str:
    actions = (action for plan, _ in listing.plans for action in plan.actions)
    clauses = ", ".join(action_clauses(actions)) or "nothing to do"
    return prose(f"{counted(len(listing.plans), 'environment')}: {clauses}.")
