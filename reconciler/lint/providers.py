"""The great mail providers, and domains that look like theirs and are somebody's own."""

from collections.abc import Mapping

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
"""The name before the first dot, and what may follow it: as the providers themselves offer addresses."""

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
"""Never taken for a mistyped one."""
