"""Domains that look like another: `gmial.com`, `gmail.con`."""

from collections.abc import Mapping
from functools import cache, lru_cache

from reconciler.lint.providers import KNOWN_DOMAINS, PROVIDERS
from reconciler.lint.slip import gaps, is_one_slip

_SHORTEST_NAME = 5
"""Letters; to a shorter one too many others are near: `all` to `aol`, `gm` to `gmx`."""

_TOP_LEVEL = {
    **dict.fromkeys(("con", "cmo", "ocm", "vom", "xom", "cpm", "clm", "comm", "coom", "ccom", "c0m"), "com"),
    **dict.fromkeys(("ney", "nte", "nett", "nnet", "ner", "ent"), "net"),
    **dict.fromkeys(("ogr", "rog", "orgg", "oorg", "ort", "0rg"), "org"),
    **dict.fromkeys(("ed", "dee", "dde"), "de"),
    **dict.fromkeys(("ukk", "kku"), "uk"),
}
"""Ends of domains that don't exist and are a slip away from one that does.

Source for what doesn't exist: IANA's *List of top-level domains*.
"""

_SUFFIXES = frozenset(domain.partition(".")[2] for domain in KNOWN_DOMAINS)
_ALMOST_COM = frozenset({"co", "cm", "om"})
"""Countries, where none of the great providers is."""


@lru_cache(maxsize=65_536)
def likely_domain(domain: str) -> str | None:
    """The domain that a mistyped one most likely means, or None where it looks like itself.

    Takes it in lower case and in ASCII form. Only the great mail providers are looked for, and ends that
    don't exist: a company's domain may look like anything.
    """
    if domain in KNOWN_DOMAINS:
        return None
    whole = _with_right_end(domain)
    if whole in KNOWN_DOMAINS:
        return whole
    name, _, suffix = whole.partition(".")
    return _near_provider(name, suffix) or (whole if whole != domain else None)


def _with_right_end(domain: str) -> str:
    """The domain with the end that it should have, where that one doesn't exist."""
    rest, _, end = domain.rpartition(".")
    if end in _ALMOST_COM and f"{rest}.com" in KNOWN_DOMAINS:
        return f"{rest}.com"
    return f"{rest}.{_TOP_LEVEL.get(end, end)}"


def _near_provider(name: str, suffix: str) -> str | None:
    if suffix not in _SUFFIXES:
        return None
    for gap in gaps(name):
        for provider in _providers_by_gap().get(gap, ()):
            if f"{provider}.{suffix}" in KNOWN_DOMAINS and is_one_slip(name, provider):
                return f"{provider}.{suffix}"
    return None


@cache
def _providers_by_gap() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for provider in sorted(PROVIDERS):
        if len(provider) >= _SHORTEST_NAME:
            for gap in gaps(provider):
                found[gap] = (*found.get(gap, ()), provider)
    return found
