"""What several plans have to say together, whatever the format."""

from collections.abc import Iterator, Sequence

from reconciler.render.listing import PlanListing

NOTHING_TO_PLAN = "There is nothing to plan here."


def remarks(listing: PlanListing, most: int | None = None) -> Iterator[str]:
    """Of environments that have no plan here, and why; `most` is how many are named, None for all."""
    if listing.unaffected:
        since = f" since `{listing.base.ref}`" if listing.base else ""
        yield f"Not affected, as nothing of theirs changed{since}: {_named(listing.unaffected, most)}."
    if listing.taken_away:
        are = "The environment {} is" if len(listing.taken_away) == 1 else "The environments {} are"
        yield (
            f"{are.format(_named(listing.taken_away, most))} taken away. Nothing is done about the members "
            "there: they stay in the panel, and who was pushed is known to git's history alone."
        )


def _named(names: Sequence[str], most: int | None) -> str:
    named = names if most is None else names[:most]
    if more := len(names) - len(named):
        return ", ".join(named) + f" and {more} more" if named else str(more)
    return ", ".join(named)
