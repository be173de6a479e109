"""Several plans for a terminal or a log, one below the other."""

from reconciler.render.listing import PlanListing
from reconciler.render.plans_words import NOTHING_TO_PLAN, remarks
from reconciler.render.showing import RenderOptions
from reconciler.render.text_plan import plan_text, setting_warnings
from reconciler.render.visible import visible


def text_plans(listing: PlanListing, showing: RenderOptions) -> str:
    """All plans; the problems of environments that have none are said on standard error."""
    blocks = [plan_text(plan, showing, known) for plan, known in listing.plans]
    if not listing.plans and not listing.problems:
        blocks.append(f"{NOTHING_TO_PLAN}\n")
    blocks += [f"{visible(remark)}\n" for remark in remarks(listing)]
    return setting_warnings(listing.plans, showing) + "\n".join(blocks)
