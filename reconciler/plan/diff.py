"""What differs: the fields of one member in two declarations, and the actions of two plans."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from reconciler.member import Attributes, canonical, flat
from reconciler.plan.model import FieldChange
from reconciler.plan.saved import ActionDocument


def field_changes(before: Attributes, after: Attributes) -> tuple[FieldChange, ...]:
    """The fields that differ, by name; each profile field by itself. None means *not declared*."""
    old, new = flat(before), flat(after)
    fields = (FieldChange(field, old.get(field), new.get(field)) for field in sorted(old.keys() | new.keys()))
    return tuple(change for change in fields if change.before != change.after)


class ActionDifference(NamedTuple):
    """One member with different actions in two plans. None is a plan without an action about them."""

    key: str
    before: ActionDocument | None
    after: ActionDocument | None

    def parts(self) -> tuple[str, ...]:
        """What differs between two actions: names of fields, or of parts of the action such as `by`.

        Takes a millisecond, so it is for the differences that are shown.
        """
        from deepdiff import DeepDiff  # noqa: PLC0415 - takes a quarter of a second to load

        # The order of lists is no difference: profile fields and their options have none. The threshold
        # keeps two actions with few fields in common from counting as one single difference.
        found = DeepDiff(
            _without_place(self.before or {}),
            _without_place(self.after or {}),
            view="tree",
            ignore_order=True,
            threshold_to_diff_deeper=0,
        )
        paths = (level.path(output_format="list") for levels in found.values() for level in levels)
        return tuple(sorted({str(path[min(1, len(path) - 1)]) for path in paths if path}))


class PlanDifference(NamedTuple):
    """What one plan does and another doesn't, by identity."""

    added: tuple[ActionDifference, ...]
    gone: tuple[ActionDifference, ...]
    different: tuple[ActionDifference, ...]


def plan_difference(
    before: Mapping[str, ActionDocument], after: Mapping[str, ActionDocument]
) -> PlanDifference:
    """Compare the actions of two plans, given by identity; where a member is declared is no difference."""

    def differences(keys: set[str]) -> tuple[ActionDifference, ...]:
        return tuple(ActionDifference(key, before.get(key), after.get(key)) for key in sorted(keys))

    both = before.keys() & after.keys()
    return PlanDifference(
        added=differences({*after} - {*before}),
        gone=differences({*before} - {*after}),
        different=differences({key for key in both if _comparable(before[key]) != _comparable(after[key])}),
    )


def _without_place(document: ActionDocument) -> dict[str, Any]:
    """The action without its source; changes by field, since the order of a list says nothing."""
    parts = {name: value for name, value in document.items() if name not in {"key", "source"}}
    if "changes" in parts:
        parts["changes"] = {change["field"]: change for change in parts["changes"]}
    return parts


def _comparable(document: ActionDocument) -> dict[str, Any]:
    """The same in one form, which two equal actions share."""
    return _without_place(document) | {"attributes": canonical(document.get("attributes", {}))}
