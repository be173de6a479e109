"""The day, which expiry depends on: in UTC, so that it is the same wherever a plan is made."""

from datetime import UTC, datetime


def today() -> str:
    """Today, written 2027-01-31."""
    return datetime.now(UTC).date().isoformat()
