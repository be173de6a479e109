"""Where an environment's data goes, and with which secrets.

These are `datacenter`, `base_url` or `embedded`, exactly one; `api_key`; `suppression_secret`. A wrong
value is never shown: it may be a key. Source: the vendor's pages say
`https://api.questionpro.{{env}}/a/api/v2/...`, where `{{env}}` names the account's datacenter; its page
*Environment* lists those of today, and we keep no list.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reconciler.environment.forms import NOT_GIVEN, Form, is_null, is_true, path_of, text_of, wrong
from reconciler.environment.model import EMBEDDED_TARGET, KeySource
from reconciler.hosts import is_loopback, without_default_port
from reconciler.text_source import Findings
from reconciler.yaml_source.nodes import Mapping, Node, position

TARGET_KEYS = ("datacenter", "base_url", "embedded")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SUFFIX = re.compile(rf"com?\.[a-z]{{2}}|(?!\d+\Z){_LABEL}", re.IGNORECASE | re.ASCII)
_HOST = re.compile(
    rf"(?:(?:{_LABEL}\.)*{_LABEL}|\[[0-9a-f:.]+\])(?::[0-9]{{1,5}})?", re.IGNORECASE | re.ASCII
)
_PATH = re.compile(r"[!-~]*")
_MOST_CHARACTERS = 500
_EXAMPLE = "Write it like https://api.questionpro.eu/a/api/v2."


def is_datacenter(text: str) -> bool:
    """Whether a text can be the ending of the address `api.questionpro.…`, such as `eu` or `com.au`."""
    return _SUFFIX.fullmatch(text) is not None


def read_datacenter(name: str, node: Node, findings: Findings) -> Any:
    """The target of a datacenter, from the suffix of its address, such as `eu`."""
    text = text_of(node)
    if text is not None and is_datacenter(text):
        return f"https://api.questionpro.{text.lower()}/a/api/v2"
    hint = (
        "It is what follows api.questionpro. in your account's address, such as eu, com, ca or com.au. "
        "For any other address, give base_url."
    )
    return wrong(f'"{name}" must be one word, or com. or co. with a country.', hint, node, findings)


def read_embedded(name: str, node: Node, findings: Findings) -> Any:
    """The target of the built-in sandbox."""
    if is_true(node):
        return EMBEDDED_TARGET
    return wrong(f'"{name}" can only be true.', "Leave it out for a real account.", node, findings)


def read_base_url(name: str, node: Node, findings: Findings) -> Any:
    """The target: scheme and host in lower case, no slashes at its end, no port that is the default.

    A problem never shows the text: it may hold a password or a key.
    """
    text = text_of(node) or ""
    scheme, separator, rest = text.partition("://")
    authority, slash, path = rest.partition("/")
    scheme, authority = scheme.lower(), authority.lower()
    reason = next(_reasons(scheme if separator else "", authority, path), None)
    if len(text) > _MOST_CHARACTERS:
        reason = f"is longer than {_MOST_CHARACTERS} characters", _EXAMPLE
    if reason:
        return wrong(f'"{name}" {reason[0]}.', reason[1], node, findings)
    return without_default_port(f"{scheme}://{authority}{slash}{path}".rstrip("/"))


def read_target(mapping: Mapping, given: dict[str, Any], findings: Findings) -> str | None:
    """The one target among the settings given; None, and a finding, where it isn't one."""
    written = [key for key in TARGET_KEYS if key in mapping.entries and not is_null(mapping.entries[key][1])]
    if len(written) == 1:
        target: str | None = given.get(written[0])
        return target
    message, at = "Nothing says where the panel is.", position(mapping)
    if written:
        message = f"{' and '.join(written)} exclude each other."
        at = position(mapping.entries[written[1]][0])
    hint = "Give exactly one of datacenter: eu, base_url: https://… and embedded: true."
    findings.add(at, (message,), (hint,))
    return None


def _reasons(scheme: str, authority: str, path: str) -> Iterator[tuple[str, str]]:
    """What is wrong with the parts of a base URL, and a hint; only the first of them counts."""
    if scheme not in {"http", "https"}:
        yield "must begin with https://", _EXAMPLE
    if "?" in authority + path or "#" in authority + path:
        hint = "The key belongs under api_key; the vendor takes none in an address."
        yield 'must hold no "?" or "#"', hint
    if not _PATH.fullmatch(path):
        yield "holds a character that no address may hold", _EXAMPLE
    if "@" in authority:
        yield "must hold no user or password", "The key belongs under api_key."
    if not (_HOST.fullmatch(authority) and _is_well_formed(authority)):
        yield "names no valid host", _EXAMPLE
    if scheme == "http" and not is_loopback(f"http://{authority}"):
        hint = "Only a server on this machine may be spoken to without encryption."
        yield "must begin with https://", hint


def _is_well_formed(authority: str) -> bool:
    """Whether the standard library can read it too: it checks the port, and an address between brackets."""
    with suppress(ValueError):
        parts = urlsplit(f"//{authority}")
        return parts.hostname is not None and parts.port != 0
    return False


# `api_key`: where the key comes from.

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
# A variable's name is words; a key is a run of digits and letters that no word holds.
_KEY_LIKE = re.compile(r"(?=[^_]*\d[^_]*\d)[A-Za-z0-9]{20,}", re.ASCII)
_KEY_SHAPE = "Write api_key: {env: QUESTIONPRO_API_KEY}, or {file: path}."
_KEY_LEAKED = "If this was a real key, replace it: git keeps every version."


def key_source(folder: Path) -> Form:
    """The form of `api_key`; a file's path is relative to `folder`."""

    def read(name: str, node: Node, findings: Findings) -> Any:
        if not isinstance(node, Mapping):
            message = f'"{name}" must say where the key is, and never hold the key itself.'
            return wrong(message, f"{_KEY_SHAPE} {_KEY_LEAKED}", node, findings)
        if len(node.entries) != 1 or not node.entries.keys() <= {"env", "file"}:
            return wrong(f'"{name}" takes exactly one of env and file.', _KEY_SHAPE, node, findings)
        ((kind, (_, value)),) = node.entries.items()
        if kind == "env":
            variable = _variable(value, f"{_KEY_SHAPE} {_KEY_LEAKED}", findings)
            return NOT_GIVEN if variable is NOT_GIVEN else KeySource(env=variable)
        path = path_of(value)
        if path is None:
            return wrong("This is not the path of a file.", _KEY_SHAPE, value, findings)
        return KeySource(file=folder / path)

    return read


def check_key_is_needed(root: Mapping, findings: Findings) -> None:
    """Note where a key is missing that a real account needs, or given where the sandbox needs none."""
    key = root.entries.get("api_key")
    embedded = root.entries.get("embedded")
    if embedded is None or is_null(embedded[1]):
        if key is None or is_null(key[1]):
            at = position(key[0]) if key else position(root)
            findings.add(at, ('There is no "api_key".',), (_KEY_SHAPE,))
    elif key is not None and not is_null(key[1]):
        message = 'An embedded sandbox takes no "api_key".'
        findings.add(position(key[0]), (message,), ("Leave it out.",))


def _variable(node: Node, hint: str, findings: Findings) -> Any:
    """The name of a variable, and not what a variable should hold."""
    text = text_of(node)
    if text and _VARIABLE.fullmatch(text) and not _KEY_LIKE.fullmatch(text):
        return text
    return wrong("This is not the name of an environment variable.", hint, node, findings)


# `suppression_secret`: the variable that holds it.

_VARIABLE_HINT = (
    "Write suppression_secret: {env: NAME}. If this was a real secret, make another: git keeps every version."
)


def read_suppression_secret(name: str, node: Node, findings: Findings) -> Any:
    """The variable's name."""
    if not isinstance(node, Mapping) or node.entries.keys() != {"env"}:
        message = f'"{name}" must name a variable, and never hold the secret itself.'
        return wrong(message, _VARIABLE_HINT, node, findings)
    return _variable(node.entries["env"][1], _VARIABLE_HINT, findings)
