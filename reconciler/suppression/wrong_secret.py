"""The secret at hand and what a list says of its own → that it is another one. Pure."""

from collections.abc import Iterable, Iterator

from reconciler.problems import Location, Problem
from reconciler.suppression.parser import Check
from reconciler.suppression.secret import Secret

_HINT = (
    "Look whether the variable is set to the right value. A list can't be converted to another secret: "
    "go on with the old one, or write the list anew."
)


def wrong_secret(checks: Iterable[Check], secret: Secret, variable: str, file: str) -> Iterator[Problem]:
    """A problem at each check of a list that the secret in this variable doesn't come to."""
    message = f"The secret in the variable {variable} is not the one that this list was made with."
    for check in checks:
        if check.digits != secret.check:
            yield Problem((message,), (_HINT,), Location(file, check.line, check.column))
