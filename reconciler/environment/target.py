"""The address that an environment talks to: `datacenter`, `base_url` or `embedded`, exactly one.

Source: the vendor's pages say `https://api.questionpro.{{env}}/a/api/v2/...`, where `{{env}}` names the
account's datacenter; its page *Environment* lists those of today, and we keep no list.
"""

import re
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from reconciler.environment.forms import NOT_GIVEN
from reconciler.environment.model import EMBEDDED_TARGET
from reconciler.environment.scalars import is_null, is_true, text_of
from reconciler.hosts import is_loopback, without_default_port
from reconciler.text_source import Findings
from reconciler.yaml_source.nodes import Mapping, Node, position

TARGET_KEYS = ("datacenter", "base_url", "embedded")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SUFFIX = re.compile(rf"com?\.[a-z]{{2}}|(?!\d+\Z){_LABEL}", re.IGNORECASE | re.ASCII)
_HOST = re.compile(
    rf"((?:{_LABEL}\.)*{_LABEL}|\[[0-9a-f:.]+\])(?::([0-9]{{1,5}}))?", re.IGNORECASE | re.ASCII
)
_PATH = re.compile(r"[!-~]*")
_MOST_CHARACTERS = 500
_MOST_PORT = 65535
_EXAMPLE = "Write it like https://api.questionpro.eu/a/api/v2."

_Reason: TypeAlias = tuple[str, str]


def is_datacenter(text: str) -> bool:
    """Whether a text can be the ending of the address `api.questionpro.…`, such as `eu` or `com.au`."""
    return _SUFFIX.fullmatch(text) is not None


def read_datacenter(name: str, node: Node, findings: Findings) -> Any:
    """The target of a datacenter, from the suffix of its address, such as `eu`."""
    text = text_of(node)
    if text is not None and is_datacenter(text):
        return f"https://api.questionpro.{text.lower()}/a/api/v2"
    if is_null(node):
        return NOT_GIVEN
    hint = (
        "It is what follows api.questionpro. in your account's address, such as eu, com, ca or com.au. "
        "For any other address, give base_url."
    )
    return _wrong(f'"{name}" must be one word, or com. or co. with a country.', hint, node, findings)


def read_embedded(name: str, node: Node, findings: Findings) -> Any:
    """The target of the built-in sandbox."""
    if is_true(node):
        return EMBEDDED_TARGET
    if is_null(node):
        return NOT_GIVEN
    return _wrong(f'"{name}" can only be true.', "Leave it out for a real account.", node, findings)


def read_base_url(name: str, node: Node, findings: Findings) -> Any:
    """The target: scheme and host in lower case, no slashes at its end, no port that is the default.

    A problem never shows the text: it may hold a password or a key.
    """
    if is_null(node):
        return NOT_GIVEN
    text = text_of(node) or ""
    scheme, separator, rest = text.partition("://")
    authority, slash, path = rest.partition("/")
    scheme, authority = scheme.lower(), authority.lower()
    wrong = _reason(scheme if separator else "", authority, path)
    if len(text) > _MOST_CHARACTERS:
        wrong = f"is longer than {_MOST_CHARACTERS} characters", _EXAMPLE
    if wrong:
        return _wrong(f'"{name}" {wrong[0]}.', wrong[1], node, findings)
    return without_default_port(f"{scheme}://{authority}{slash}{path}".rstrip("/"))


def read_target(mapping: Mapping, given: dict[str, Any], findings: Findings) -> str | None:
    """The one target among the settings given; None, and a finding, where it isn't one."""
    written = [key for key in TARGET_KEYS if key in mapping.entries and not is_null(mapping.entries[key][1])]
    if len(written) == 1:
        target: str | None = given.get(written[0])
        return target
    if not written:
        message = "Nothing says where the panel is."
    else:
        message = f"{' and '.join(written)} can't stand together."
    at = position(mapping.entries[written[1]][0]) if written else position(mapping)
    hint = "Give exactly one of datacenter: eu, base_url: https://… and embedded: true."
    findings.add(at, (message,), (hint,))
    return None


def _reason(scheme: str, authority: str, path: str) -> _Reason | None:
    """What is wrong with the parts of a base URL, and a hint."""
    if scheme not in {"http", "https"}:
        return "must begin with https://", _EXAMPLE
    if "?" in authority + path or "#" in authority + path:
        return (
            'must hold no "?" or "#"',
            "The key belongs under api_key; the vendor takes none in an address.",
        )
    if not _PATH.fullmatch(path):
        return "holds a character that no address may hold", _EXAMPLE
    return _host_reason(scheme, authority)


def _host_reason(scheme: str, authority: str) -> _Reason | None:
    if "@" in authority:
        return "must hold no user or password", "The key belongs under api_key."
    found = _HOST.fullmatch(authority)
    if not found or (found[2] and not 0 < int(found[2]) <= _MOST_PORT) or not _is_well_formed(authority):
        return "names no valid host", _EXAMPLE
    if scheme == "http" and not is_loopback(f"http://{authority}"):
        return (
            "must begin with https://",
            "Only a server on this machine may be spoken to without encryption.",
        )
    return None


def _is_well_formed(authority: str) -> bool:
    """Whether the standard library can read it too: it checks what stands between brackets."""
    try:
        return urlsplit(f"//{authority}").hostname is not None
    except ValueError:
        return False


def _wrong(message: str, hint: str, node: Node, findings: Findings) -> Any:
    findings.add(position(node), (message,), (hint,))
    return NOT_GIVEN
