"""The event that a workflow runs for: which pull request, and whether it comes from a fork.

Source: GitHub's page *Webhook events and payloads*, event `pull_request`: `head.repo` is null once the fork
is deleted.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciler.errors import InvalidInput
from reconciler.files import display_path
from reconciler.problems import Location, Problem

_HINT = "GitHub Actions writes this file, and names it in GITHUB_EVENT_PATH."


class PullRequest(NamedTuple):
    """The pull request that a workflow runs for."""

    number: int
    is_from_fork: bool


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class _Repository(_Strict):
    full_name: str


class _Branch(_Strict):
    repo: _Repository | None


class _PullRequest(_Strict):
    number: int = Field(gt=0)
    head: _Branch
    base: _Branch


class _Event(_Strict):
    pull_request: _PullRequest | None = None


def read_pull_request(environ: Mapping[str, str]) -> PullRequest | None:
    """The event's pull request; None where there is no event, or it is about something else.

    Raises:
        InvalidInput: the event's file can't be read, or is none.
    """
    name = environ.get("GITHUB_EVENT_PATH")
    if not name:
        return None
    path = Path(name)
    try:
        found = _Event.model_validate_json(path.read_bytes()).pull_request
    except OSError as error:
        message = f"The event can't be read: {error.strerror or 'the system does not say why'}."
        raise InvalidInput(Problem((message,), (_HINT,), Location(display_path(path)))) from error
    except ValidationError:
        problem = Problem(
            ("This is no event as GitHub describes them.",), (_HINT,), Location(display_path(path))
        )
        raise InvalidInput(problem) from None
    return PullRequest(found.number, _is_fork(found)) if found else None


def _is_fork(found: _PullRequest) -> bool:
    head, base = found.head.repo, found.base.repo
    return head is None or base is None or head.full_name != base.full_name
