"""Counts as English writes them."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 member`, `2 members`; `1 entry`, `2 entries`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
