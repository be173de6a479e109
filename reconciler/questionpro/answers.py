"""What an HTTP answer to one of the calls means: the one place that decides it. Pure.

Sources: the vendor's pages *save panel members*, *communities/member-unsubscribe*,
*communities/delete-member*, *limits* and *error-codes*, and the contract's table of answers. The status
decides first, then the message; `id` never decides, since 1013 means both a missing permission and a
used-up allowance.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from reconciler.member import Removal
from reconciler.questionpro.panel import (
    AllowanceUsedUp,
    Answer,
    Counted,
    CountedAway,
    Denied,
    Lost,
    ReadPage,
    Refused,
    Request,
    Save,
    Throttled,
    TooLarge,
    Unusable,
)

_ALLOWANCE = re.compile(r"call\s+limit\s+exceeded|account\s+representative", re.IGNORECASE)
_MOST_CHARACTERS = 300  # of a message that is shown
_MOST_HEADER_CHARACTERS = 100  # of a date, which is never longer
_ENDLESS = 1e9  # seconds; what a server may ask for when it means never


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer as it came: status, headers (names in lower case) and body, decompressed.

    `complete` is False where the body was too long, or packed in a way that was not asked for; then `body`
    is empty.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    complete: bool = True

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")

    @property
    def ends_by_closing(self) -> bool:
        """Whether only the closed connection marked the end, so that a cut answer looks the same."""
        return "content-length" not in self.headers and "transfer-encoding" not in self.headers


class Access(NamedTuple):
    """How the API is reached: the base address, the key's origin, and what takes the key out of a text."""

    target: str
    key: str
    hide: Callable[[str], str] = str


def read_answer(  # noqa: PLR0911 - one return for each row of the table
    came: HttpAnswer, request: Request | ReadPage, access: Access, now: datetime | None = None
) -> Answer:
    """What an answer to this request means; no word of it holds the key.

    `now` (UTC) matters only for a `Retry-After` that names a date.
    """
    text = access.hide(came.text)
    message = _message(text, access)
    wait = seconds_to_wait(
        came.headers.get("retry-after"), came.headers.get("date"), now or datetime.now(UTC)
    )
    match came.status:
        case 400:
            return Refused(message or "HTTP 400 without a reason")
        case 401 | 403 | 404:
            return _denied(came.status, message, access, request)
        case 408:
            return Lost(f"HTTP 408: {message or 'the server waited too long for the request'}", wait)
        case 413:
            return TooLarge(message or "HTTP 413: the batch is too large")
        case 429 if _ALLOWANCE.search(message or text):
            return AllowanceUsedUp(f"HTTP 429: {message or 'API call limit exceeded'}")
        case 429:
            return Throttled(f"HTTP 429: {message or 'too many calls in a short time'}", wait)
        case status if status // 100 == 2:  # noqa: PLR2004 - the class of successful statuses (RFC 9110)
            return _counted(came, request) if not isinstance(request, ReadPage) else Unusable("a page")
        case status if status // 100 == 3:  # noqa: PLR2004 - redirects
            return _redirected(status, came.headers.get("location", ""), access)
        case status if status // 100 == 5:  # noqa: PLR2004 - the server's own errors
            return Lost(f"HTTP {status}: {message or 'the server failed'}", wait)
        case status:
            return Unusable(f"HTTP {status}, which this API does not document")


# Counts


class NotDocumented(ValueError):
    """Another body than the documented one; the message says what came, and repeats nothing of it."""


class BrokenOff(NotDocumented):
    """JSON as far as it goes, but it has no end."""


_COUNTS: dict[Removal | None, tuple[str, ...]] = {
    None: ("membersAddedSuccessfully", "membersFailedToBeAdded"),
    Removal.UNSUBSCRIBE: (
        "membersUnsubscribedSuccessfully",
        "membersUnavailable",
        "membersAlreadyUnsubscribed",
        "membersBlocked",
    ),
    Removal.DELETE: (
        "membersDeletedSuccessfully",
        "membersUnavailable",
        "membersAlreadyDeleted",
        "membersBlocked",
    ),
}


def read_counts(body: bytes, request: Request) -> Counted | CountedAway:
    """The counts that answer this request.

    Undocumented keys are accepted, since answers often have a `requestID` although the schemas forbid it.
    Any repeated key proves nothing, and neither does a count that is missing, negative or not a whole number.

    Raises:
        BrokenOff: the body stops in the middle.
        NotDocumented: it is not the documented JSON.
    """
    document = _object(decoded(body.decode("utf-8", "replace")), "the whole")
    if "response" not in document:
        raise NotDocumented("JSON in which response is missing")
    response = _object(document["response"], "response")
    by = None if isinstance(request, Save) else request.by
    counts = (_count(response, name) for name in _COUNTS[by])
    return CountedAway(*counts) if by else Counted(*counts)


def _counted(came: HttpAnswer, request: Request) -> Counted | CountedAway | Lost | Unusable:
    if not came.complete:
        return Unusable(
            f"HTTP {came.status} with an answer that is too long, or compressed in an unknown way"
        )
    try:
        return read_counts(came.body, request)
    except NotDocumented as what:
        if isinstance(what, BrokenOff) and came.ends_by_closing:
            return Lost(f"The answer was cut: HTTP {came.status} with {what}")
        return Unusable(f"HTTP {came.status} with {what}")


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotDocumented(f"JSON in which {name} is not an object")
    return value


def _count(response: Mapping[str, Any], name: str) -> int:
    if name not in response:
        raise NotDocumented(f"JSON in which {name} is missing")
    count = response[name]
    if type(count) is not int or count < 0:
        what = "below zero" if type(count) is int else "not a whole number"
        raise NotDocumented(f"JSON in which {name} is {what}")
    return count


def decoded(body: str) -> Any:
    """The JSON of a body, in which no key is repeated.

    Raises:
        BrokenOff: the body stops in the middle.
        NotDocumented: it is not JSON, or a key is repeated.
    """
    text = body.strip()
    if not text:
        raise NotDocumented("an answer without content")
    if text.startswith("<"):
        raise NotDocumented("a web page, such as a login page, instead of JSON")
    try:
        return json.loads(text, object_pairs_hook=_without_repeated_keys, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        if _is_broken_off(error):
            raise BrokenOff("JSON that breaks off in the middle") from None
        raise NotDocumented("text that is not JSON") from None
    except NotDocumented:
        raise
    except (ValueError, RecursionError):  # a number of very many digits; brackets without end
        raise NotDocumented("text that is not JSON") from None


def _without_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotDocumented("JSON in which a key is repeated")
    return found


def _no_constant(name: str) -> Any:
    raise NotDocumented(f"JSON with {name}, which is not a number")


def _is_broken_off(error: json.JSONDecodeError) -> bool:
    rest = error.doc[error.pos :]
    is_half_a_word = any(word.startswith(rest) for word in ("true", "false", "null"))
    return is_half_a_word or error.msg.startswith(
        ("Unterminated string", "Invalid \\escape", "Invalid \\uXXXX")
    )


# Messages


def _message(text: str, access: Access) -> str | None:
    """The message of an error body, even of a broken one."""
    return find(text[max(text.find('"error"'), 0) :], "message", access.hide)


def find(text: str, key: str, hide: Callable[[str], str] = str) -> str | None:
    """The first text or number behind this key, without the API's key, on one line, cut to a bearable length.

    The vendor's error bodies, as printed on the page *save panel members*, are not JSON: `docs` has a value
    without quotes and no comma after it. So they are searched, and real JSON by the same rule.
    """
    found = re.search(rf'"{key}"\s*:\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|(-?\d+))', text, re.DOTALL)
    if found is None:
        return None
    quoted, number = found.groups()
    words = " ".join(hide(number or _unescaped(quoted)).split())
    return words[:_MOST_CHARACTERS] or None


def _unescaped(quoted: str) -> str:
    try:
        text = str(json.loads(f'"{quoted}"', strict=False))
        # Half of a surrogate pair can't be written to any file.
        return text.encode("utf-8", "replace").decode("utf-8")
    except ValueError:
        return quoted


# Denials: what no further call of this run can mend. Source: the page *error-codes*
# (1010 → 401; 1011 and 1013 → 403; 1040 → 404).


def _denied(status: int, message: str | None, access: Access, request: Request | ReadPage) -> Denied:
    doing = "add" if isinstance(request, Save) else "list" if isinstance(request, ReadPage) else request.by
    if status == 401:  # noqa: PLR2004 - Unauthorized
        meaning = "the API key is not accepted"
        remedy = f"Check the key in {access.key}: it may be mistyped, expired, or of another account."
    elif status == 403:  # noqa: PLR2004 - Forbidden
        meaning = "the key has no permission for this"
        remedy = f"Check what the key in {access.key} may do: it needs the right to {doing} panel members."
        if isinstance(request, ReadPage):
            remedy += " Adding needs another permission, so it may still work."
    else:
        meaning = "there is nothing at this address"
        policy = "" if isinstance(request, Save | ReadPage) else "policy.on_remove, and "
        remedy = (
            f"Check {policy}datacenter or base_url in environment.yaml: {access.target} does not know the "
            f"call to {doing} members."
        )
        if isinstance(request, ReadPage):
            remedy += " It is a call of QuestionPro CX, which not every account has."
    return Denied(f"HTTP {status}: {message or meaning}", remedy)


def _redirected(status: int, location: str, access: Access) -> Denied:
    """A redirect is never followed: the key goes to no other host.

    Only the host that it leads to is shown, since the rest of an address may hold a session's secret.
    """
    host = _host(access.hide(location))
    where = f" to {access.hide(host)}" if host else ""
    return Denied(
        f"HTTP {status}: the API redirects{where}, and redirects are never followed",
        f"Check datacenter or base_url in environment.yaml: {access.target} is not where this API answers.",
    )


def _host(location: str) -> str | None:
    try:
        return urlsplit(location.strip()).hostname
    except ValueError:
        return None


# Retry-After (RFC 9110, section 10.2.3)


def seconds_to_wait(retry_after: str | None, date: str | None, now: datetime) -> float | None:
    """Seconds from now, at most a thousand million; 0 for a time that has passed; None if unreadable.

    A date is compared with the server's own clock (`date`, its header of that name) where it sent one,
    so that a clock that is wrong on either side doesn't cut the wait short; else with `now`.
    """
    text = (retry_after or "").strip()
    if re.fullmatch(r"[0-9]+(?:\.[0-9]*)?", text):
        return _ENDLESS if len(text) > _MOST_HEADER_CHARACTERS else min(float(text), _ENDLESS)
    until = _instant(text)
    if until is None:
        return None
    try:
        return max(0.0, (until - (_instant(date or "") or now)).total_seconds())
    except OverflowError:  # at the ends of the calendar
        return None


def _instant(text: str) -> datetime | None:
    if len(text) > _MOST_HEADER_CHARACTERS:
        return None
    try:
        found = parsedate_to_datetime(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):  # a time zone of very many digits is an overflow
        return None
