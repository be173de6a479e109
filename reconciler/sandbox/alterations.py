"""Faults that change what is answered: pure functions from the right answer to a wrong one.

Each takes the answer that the sandbox would give and the path that was called. Those that falsify
the counts, whatever their names, leave every other answer as it is.
"""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from reconciler.sandbox.messages import SandboxAnswer
from reconciler.sandbox.vendor_errors import TOO_MANY_CALLS, VendorError

Alteration = Callable[[SandboxAnswer, str], SandboxAnswer]

_RETRY_SECONDS = 2
_HUGE = 8 * 1024 * 1024


def unaltered(answer: SandboxAnswer, _path: str) -> SandboxAnswer:
    """The answer as it is."""
    return answer


def error(kind: VendorError) -> Alteration:
    """One of the vendor's errors, with the body of its page."""
    return lambda _, path: kind.answer(path)


def gateway(status: int) -> Alteration:
    """A gateway's own answer, which is a web page."""
    return lambda *_: _page(status, f"<html><body><h1>{status}</h1></body></html>")


def retry_after_seconds(_answer: SandboxAnswer, path: str) -> SandboxAnswer:
    """Too many calls; come back in two seconds."""
    return _with_header(TOO_MANY_CALLS.answer(path), "retry-after", str(_RETRY_SECONDS))


def retry_after_date(_answer: SandboxAnswer, path: str) -> SandboxAnswer:
    """Too many calls; come back at a time that is two seconds ahead."""
    until = datetime.now(UTC) + timedelta(seconds=_RETRY_SECONDS)
    return _with_header(TOO_MANY_CALLS.answer(path), "retry-after", format_datetime(until, usegmt=True))


def redirect(host: str) -> Alteration:
    """A redirect to another host, which would get the key and the members if it were followed."""
    return lambda _, path: SandboxAnswer(307, b"", (("location", f"{host}{path}"),))


def login_page(_answer: SandboxAnswer, _path: str) -> SandboxAnswer:
    """200 with a web page, as a captive portal or an expired session gives."""
    return _page(200, "<!DOCTYPE html><html><body><form>Please log in</form></body></html>")


def wrong_counts(answer: SandboxAnswer, _path: str) -> SandboxAnswer:
    """Counts that add up to one member too many."""
    return _with_counts(answer, _one_too_many)


def negative_counts(answer: SandboxAnswer, _path: str) -> SandboxAnswer:
    """Counts with the right sum, one of them below zero."""
    return _with_counts(answer, _below_zero)


def missing_counts(answer: SandboxAnswer, _path: str) -> SandboxAnswer:
    """Only the first of the counts."""
    return _with_counts(answer, lambda counts: dict([*counts.items()][:1]))


def text_counts(answer: SandboxAnswer, _path: str) -> SandboxAnswer:
    """The right figures, as text."""
    return _with_counts(answer, lambda counts: {key: str(count) for key, count in counts.items()})


def extra_keys(answer: SandboxAnswer, _path: str) -> SandboxAnswer:
    """The right counts among keys that no page knows."""
    return _with_counts(answer, lambda counts: {"panelId": 7, **counts, "warnings": []})


def gzipped(answer: SandboxAnswer, _path: str) -> SandboxAnswer:
    """The right answer, compressed."""
    packed = replace(answer, body=gzip.compress(answer.body))
    return _with_header(packed, "content-encoding", "gzip")


def huge(answer: SandboxAnswer, _path: str) -> SandboxAnswer:
    """The right answer, and eight megabytes of spaces."""
    return replace(answer, body=b" " * _HUGE + answer.body)


def _page(status: int, html: str) -> SandboxAnswer:
    return SandboxAnswer(status, html.encode(), (("content-type", "text/html"),))


def _with_header(answer: SandboxAnswer, name: str, value: str) -> SandboxAnswer:
    return replace(answer, headers=(*answer.headers, (name, value)))


def _one_too_many(counts: dict[str, int]) -> dict[str, int]:
    first, *_ = counts
    return counts | {first: counts[first] + 1}


def _below_zero(counts: dict[str, int]) -> dict[str, int]:
    first, *_, last = counts
    return counts | {first: counts[first] + counts[last] + 1, last: -1}


def _with_counts(
    answer: SandboxAnswer, falsified: Callable[[dict[str, int]], dict[str, Any]]
) -> SandboxAnswer:
    if not answer.counts:
        return answer
    counts = falsified({str(name): number for name, number in answer.counts.items()})
    return replace(answer, body=json.dumps({"response": counts}).encode())
