"""The token: where it comes from, and how it is kept from being seen."""

from collections.abc import Mapping

from reconciler.errors import InvalidInput
from reconciler.problems import Problem

VARIABLE = "GITHUB_TOKEN"

_HINT = f"In a workflow, give the step the variable: env: {{{VARIABLE}: ${{{{ github.token }}}}}}."


class Token:
    """A token that no output shows: only `reveal` gives the value away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Keep the value."""
        self._value = value

    def reveal(self) -> str:
        """The token itself, for the one header that carries it."""
        return self._value

    def hide_in(self, text: str) -> str:
        """The text without the token, should somebody have repeated it."""
        return text.replace(self._value, "(the token)")

    def __repr__(self) -> str:
        """Nothing of the value, not even its length."""
        return f"Token(from {VARIABLE})"


def read_token(environ: Mapping[str, str]) -> Token:
    """The token in `GITHUB_TOKEN`, trimmed.

    Raises:
        InvalidInput: it is missing, or could not travel in a header. The message holds none of it.
    """
    value = environ.get(VARIABLE, "").strip()
    if not value:
        raise InvalidInput(Problem((f"The token is missing: the variable {VARIABLE} is not set.",), (_HINT,)))
    if not all("!" <= character <= "~" for character in value):
        message = f"The token can't be sent: {VARIABLE} holds a character that can't stand in a header."
        raise InvalidInput(Problem((message,), (_HINT,)))
    return Token(value)
