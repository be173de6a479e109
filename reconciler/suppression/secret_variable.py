"""The secret of suppression lists, from the environment variable that `environment.yaml` names."""

import os

from reconciler.errors import InvalidInput
from reconciler.problems import Problem
from reconciler.suppression.secret import LEAST_CHARACTERS, Secret

_MAKE = "Make one with `openssl rand -hex 32`, and keep it where your other secrets are."


def read_secret(variable: str) -> Secret | None:
    """The secret, trimmed; None where the variable is empty or not set.

    Raises:
        InvalidInput: it is so short that whoever has the list could guess it.
    """
    value = os.environ.get(variable, "").strip()
    if not value:
        return None
    if len(value) < LEAST_CHARACTERS:
        message = f"The secret in the variable {variable} has less than {LEAST_CHARACTERS} characters."
        raise InvalidInput(Problem((message,), (_MAKE,)))
    return Secret(value)


def required_secret(variable: str) -> Secret:
    """The secret, which can't be done without.

    Raises:
        InvalidInput: the variable is empty or not set, or the secret is too short.
    """
    secret = read_secret(variable)
    if secret is None:
        message = f"The secret is missing: the variable {variable} is not set, or empty."
        raise InvalidInput(Problem((message,), (f"Set it to the secret of the suppression lists. {_MAKE}",)))
    return secret
