"""What differs between two declarations of one person, field by field."""

from reconciler.member import Attributes, flat
from reconciler.plan.model import FieldChange


def field_changes(before: Attributes, after: Attributes) -> tuple[FieldChange, ...]:
    """The fields that differ, by name; each profile field stands for itself. None means *not declared*.

    Only for members that do differ: the comparison itself costs far more than finding out that two are
    equal.
    """
    from deepdiff import DeepDiff  # noqa: PLC0415 - a quarter of a second that only changes are worth

    old, new = flat(before), flat(after)
    # The threshold keeps it from calling two people with few fields in common one single difference.
    differences = DeepDiff(old, new, view="tree", threshold_to_diff_deeper=0)
    fields = {level.path(output_format="list")[0] for levels in differences.values() for level in levels}
    return tuple(FieldChange(field, old.get(field), new.get(field)) for field in sorted(fields))
