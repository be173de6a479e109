"""The faults that `sandbox serve --fault` knows: whether the sandbox acts, and what goes wrong then.

Where a real fault would leave it open whether the server acted, ours acts first: that is the case in
which a careless client adds people twice, or claims what it can't know.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.problems import nearest
from reconciler.sandbox import alterations, vendor_errors, wire


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault. `acts` tells whether the panel does what it was asked before it strikes."""

    kind: str
    acts: bool
    says: str
    alter: alterations.Alteration = alterations.unaltered
    deliver: wire.Delivery = wire.whole


_ALL = (
    Fault("ok", acts=True, says="no fault: lets a call through between two faults"),
    Fault("reset-before", acts=False, says="the connection is reset", deliver=wire.reset),
    Fault("reset-after", acts=True, says="the connection is reset", deliver=wire.reset),
    Fault("cut", acts=True, says="half of the answer, then the end", deliver=wire.cut),
    Fault("trickle", acts=True, says="the answer, five bytes a second", deliver=wire.trickle),
    Fault("silence", acts=True, says="no answer, ever", deliver=wire.silence),
    Fault("500", True, "the vendor's own error", alterations.error(vendor_errors.SERVER_ERROR)),
    Fault("500-before", False, "the vendor's own error", alterations.error(vendor_errors.SERVER_ERROR)),
    Fault("502", True, "a gateway's web page", alterations.gateway(502)),
    Fault("503", True, "a gateway's web page", alterations.gateway(503)),
    Fault("429", False, "too many calls", alterations.error(vendor_errors.TOO_MANY_CALLS)),
    Fault("429-retry-after", False, "too many calls, retry in 2 seconds", alterations.retry_after_seconds),
    Fault("429-retry-date", False, "too many calls, retry at a given time", alterations.retry_after_date),
    Fault("allowance", False, "the calls are used up", alterations.error(vendor_errors.ALLOWANCE_USED_UP)),
    Fault("400", False, "the batch is refused", alterations.error(vendor_errors.INVALID_URL)),
    Fault("401", False, "the key is not accepted", alterations.error(vendor_errors.UNAUTHORIZED)),
    Fault("403", False, "the key may not do this", alterations.error(vendor_errors.FORBIDDEN)),
    Fault("404", False, "there is no such address", alterations.error(vendor_errors.NOT_FOUND)),
    Fault("413", False, "the batch is too large", alterations.error(vendor_errors.TOO_LARGE)),
    Fault("redirect", False, "a redirect to another host", alterations.redirect("https://elsewhere.invalid")),
    Fault("login-page", True, "200 with a web page", alterations.login_page),
    Fault("wrong-counts", True, "counts that add up to one too many", alterations.wrong_counts),
    Fault("negative-counts", True, "a count below zero", alterations.negative_counts),
    Fault("missing-counts", True, "one count instead of all", alterations.missing_counts),
    Fault("text-counts", True, "counts as text", alterations.text_counts),
    Fault("extra-keys", True, "a right answer with unknown keys", alterations.extra_keys),
    Fault("gzip", True, "a right answer, compressed", alterations.gzipped),
    Fault("huge", True, "a right answer behind 8 MB of spaces", alterations.huge),
)
FAULTS = {fault.kind: fault for fault in _ALL}
NO_FAULT = FAULTS["ok"]


def read_faults(texts: Iterable[str]) -> list[Fault]:
    """`KIND[:COUNT]`, each as often as it says, in order.

    Raises:
        ValueError: an unknown kind, or a count that is none; the message is fit for a user.
    """
    return [fault for text in texts for fault in _read(text)]


def _read(text: str) -> list[Fault]:
    kind, colon, count = text.partition(":")
    if kind not in FAULTS:
        meant = nearest(kind, list(FAULTS))
        hint = f"Did you mean {meant}?" if meant else "The help lists them all."
        raise ValueError(f"{kind!r} is no fault. {hint}")
    if colon and not (count.isascii() and count.isdigit()):
        raise ValueError(f"{count!r} is no number of calls, in {text!r}.")
    return [FAULTS[kind]] * (int(count) if colon else 1)
