"""What differs between two declarations of one member, field by field."""

from reconciler.member import Attributes, flat
from reconciler.plan.model import FieldChange


def field_changes(before: Attributes, after: Attributes) -> tuple[FieldChange, ...]:
    """The fields that differ, by name; each profile field by itself. None means *not declared*."""
    old, new = flat(before), flat(after)
    fields = (FieldChange(field, old.get(field), new.get(field)) for field in sorted(old.keys() | new.keys()))
    return tuple(change for change in fields if change.before != change.after)
