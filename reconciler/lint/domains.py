"""What looks wrong about a domain: it is like another, has an ending that doesn't exist, or is for tests."""

from collections.abc import Mapping
from functools import cache, lru_cache

from reconciler.lint.similar import deletions, is_one_typo
from reconciler.lint.top_level_domains import TOP_LEVEL_DOMAINS

PROVIDERS: Mapping[str, str] = {
    "aol": "com de fr it es co.uk",
    "arcor": "de",
    "bellsouth": "net",
    "bigpond": "com net.au",
    "bluewin": "ch",
    "btinternet": "com",
    "comcast": "net",
    "fastmail": "com fm",
    "freenet": "de",
    "gmail": "com",
    "gmx": "de net at ch com",
    "googlemail": "com",
    "hotmail": "com de fr it es be nl ch at dk se no fi gr ca co.uk co.jp com.ar com.br com.mx com.tr",
    "icloud": "com",
    "laposte": "net",
    "libero": "it",
    "live": "com de fr it nl be ca se no dk at co.uk com.au com.mx com.pt",
    "mac": "com",
    "mail": "com ru",
    "me": "com",
    "msn": "com",
    "outlook": "com de fr it es at be dk pt cz sk hu ie jp kr co.uk co.nz co.id com.ar com.au com.br com.gr",
    "proton": "me",
    "protonmail": "com ch",
    "rediffmail": "com",
    "rocketmail": "com",
    "sbcglobal": "net",
    "t-online": "de",
    "telenet": "be",
    "tiscali": "it co.uk",
    "tutanota": "com de",
    "verizon": "net",
    "virgilio": "it",
    "wanadoo": "fr",
    "web": "de",
    "yahoo": "com de fr it es ca ie in gr ro pl se no dk nl be at cz hu fi pt ch"
    " co.uk co.in co.jp co.id co.nz co.za co.kr co.th com.ar com.au com.br com.cn com.co com.hk com.mx"
    " com.my com.ph com.sg com.tr com.tw com.vn",
    "yandex": "com ru ua by kz com.tr",
    "ziggo": "nl",
}
"""The great mail providers: the name before the first dot, and what may follow it, as they offer it."""

_OTHERS = frozenset(
    {
        "amail.com",
        "cloud.com",
        "eastmail.com",
        "email.com",
        "fmail.com",
        "gail.com",
        "hmail.com",
        "jmail.com",
        "mmail.com",
        "qmail.com",
        "tmail.com",
        "vmail.com",
        "ymail.com",
        "zmail.com",
    }
)

KNOWN_DOMAINS = (
    frozenset(f"{name}.{suffix}" for name, suffixes in PROVIDERS.items() for suffix in suffixes.split())
    | _OTHERS
)
"""Never taken for misspelled ones: the providers' own, and those of others that look like theirs."""

_SHORTEST_NAME = 5
"""Letters. Too many others are near to a shorter one: `all` to `aol`, `gm` to `gmx`."""

_TOP_LEVEL = {
    **dict.fromkeys(("con", "cmo", "ocm", "vom", "xom", "cpm", "clm", "comm", "coom", "ccom", "c0m"), "com"),
    **dict.fromkeys(("ney", "nte", "nett", "nnet", "ner", "ent"), "net"),
    **dict.fromkeys(("ogr", "rog", "orgg", "oorg", "ort", "0rg"), "org"),
    **dict.fromkeys(("ed", "dee", "dde"), "de"),
    **dict.fromkeys(("ukk", "kku"), "uk"),
}
"""Endings that don't exist, by the one that is likely meant."""

_SUFFIXES = frozenset(domain.partition(".")[2] for domain in KNOWN_DOMAINS)
_ALMOST_COM = frozenset({"co", "cm", "om"})
"""Countries in which none of the great providers is."""

_RESERVED = ("test", "example", "invalid", "localhost", "example.com", "example.net", "example.org")
"""Domains and endings that nobody can own. Sources: RFC 2606 and RFC 6761."""


def is_for_tests(domain: str) -> bool:
    """Whether a domain is reserved for examples and tests."""
    labels = domain.split(".")
    return labels[-1] in _RESERVED or ".".join(labels[-2:]) in _RESERVED


def has_unknown_ending(domain: str) -> bool:
    """Whether a domain in lower case and in ASCII form has an ending that the internet doesn't have."""
    return domain.rpartition(".")[2] not in TOP_LEVEL_DOMAINS


@lru_cache(maxsize=65_536)
def likely_domain(domain: str) -> str | None:
    """The domain that a misspelled one most likely means, or None.

    Takes it in lower case and in ASCII form. Only the great mail providers are looked for, and endings that
    don't exist: a company's domain may look like anything.
    """
    if domain in KNOWN_DOMAINS:
        return None
    whole = _with_likely_ending(domain)
    if whole in KNOWN_DOMAINS:
        return whole
    name, _, suffix = whole.partition(".")
    return _near_provider(name, suffix) or (whole if whole != domain else None)


def _with_likely_ending(domain: str) -> str:
    """The domain with the ending that is likely meant, if its own doesn't exist."""
    rest, _, end = domain.rpartition(".")
    if end in _ALMOST_COM and f"{rest}.com" in KNOWN_DOMAINS:
        return f"{rest}.com"
    return f"{rest}.{_TOP_LEVEL.get(end, end)}"


def _near_provider(name: str, suffix: str) -> str | None:
    if suffix not in _SUFFIXES:
        return None
    for shorter in deletions(name):
        for provider in _providers_by_deletion().get(shorter, ()):
            if f"{provider}.{suffix}" in KNOWN_DOMAINS and is_one_typo(name, provider):
                return f"{provider}.{suffix}"
    return None


@cache
def _providers_by_deletion() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for provider in sorted(PROVIDERS):
        if len(provider) >= _SHORTEST_NAME:
            for shorter in deletions(provider):
                found[shorter] = (*found.get(shorter, ()), provider)
    return found
