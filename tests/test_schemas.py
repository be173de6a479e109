"""The schemas say to editors what `validate` says, as far as a schema can.

What `validate` accepts, a schema accepts: every case, and files of which parts are replaced at random.
What it refuses, a schema refuses, but for what docs/editors.md lists.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, note
from hypothesis import strategies as st

from reconciler import schemas
from reconciler.environment.reader import try_environment
from reconciler.errors import InvalidInput
from reconciler.importing.import_yaml import read_import_yaml
from reconciler.problems import Problem
from reconciler.roster.reader import read_roster

_CASES = Path(__file__).parent / "cases"
_STATEMENT = re.compile(rb"[ \t]*#[!=] [^\r\n]*")
_BEYOND_A_SCHEMA = {
    "the same key twice": {"duplicate-keys.yaml"},
    "files that are too large or nested too deeply": {"alias-bomb.yaml", "too-deep.yaml"},
    "the same member twice": {"same-identity-twice.yaml"},
    "YAML that other parsers accept": {"colon-in-flow.yaml", "syntax-half-a-character.yaml"},
    "an environment in `after`": {"after-itself.yaml"},
    "names of branches": {"lockfile-set-aside-name.yaml", "lockfile-wrong-name.yaml"},
}
"""What only `validate` says, by its line in docs/editors.md: the cases that show it."""


class _Core(yaml.SafeLoader):
    """YAML 1.2 with its core schema (chapter 10.3), as yaml-language-server reads it, and merge keys."""


_Core.yaml_implicit_resolvers = {}
for _tag, _pattern in (
    ("merge", "<<"),
    ("null", "~|null|Null|NULL|"),
    ("bool", "true|True|TRUE|false|False|FALSE"),
    ("int", "[-+]?[0-9]+"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
):
    _Core.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), None)
_Core.add_constructor("tag:yaml.org,2002:int", lambda _loader, node: int(node.value))


def _members(text: bytes, folder: Path) -> Sequence[Problem]:
    (folder / "case.yaml").write_bytes(text)
    return read_roster([folder / "case.yaml"]).problems


def _environment(text: bytes, folder: Path) -> Sequence[Problem]:
    for name in ("p", "other"):
        (folder / name / "members").mkdir(parents=True)
    (folder / "p" / "environment.yaml").write_bytes(text)
    return try_environment(folder, "p").problems


def _import(text: bytes, folder: Path) -> Sequence[Problem]:
    (folder / "import.yaml").write_bytes(text)
    try:
        read_import_yaml(folder)
    except InvalidInput as error:
        return error.problems
    return ()


_Validate = Callable[[bytes, Path], Sequence[Problem]]
_KINDS: dict[str, tuple[_Validate, schemas.Schema]] = {
    "members": (_members, schemas.members_schema()),
    "environments": (_environment, schemas.environment_schema()),
    "import": (_import, schemas.import_schema()),
}


def _problems(kind: str, text: bytes) -> Sequence[Problem]:
    with tempfile.TemporaryDirectory() as folder:
        return _KINDS[kind][0](text, Path(folder))


def _errors(kind: str, document: Any) -> list[str]:
    validator = jsonschema.Draft202012Validator(_KINDS[kind][1])
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def _cases() -> Iterator[tuple[str, str]]:
    for kind in ("members", "environments"):
        yield from ((kind, path.name) for path in sorted((_CASES / kind).glob("*.yaml")))


@pytest.mark.parametrize(("kind", "name"), [*_cases()])
def test_a_schema_says_of_each_case_what_validate_says(kind: str, name: str) -> None:
    text = _STATEMENT.sub(b"", (_CASES / kind / name).read_bytes())
    problems = _problems(kind, text)
    try:
        document = yaml.load(text, _Core)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError):
        return  # no document, so a schema has nothing to say
    errors = _errors(kind, document)
    if not problems or name in set().union(*_BEYOND_A_SCHEMA.values()):
        assert errors == []
    else:
        assert errors


_SOUND: dict[str, list[Any]] = {
    "members": [
        {
            "defaults": {"city": "Oslo", "expires": "2099-01-31", "qPointValue": 1},
            "x-shared": {"any": ["thing"]},
            "members": [
                {
                    "emailAddress": "ada@example.org",
                    "zipCode": "02134",
                    "moderator": 0,
                    "profileFields": [
                        {"profileFieldId": 1, "value": "x"},
                        {"profileFieldId": 2, "value": ["a", 7]},
                        {"profileFieldId": 3, "value": {"city": "Oslo", "country": "NO"}},
                    ],
                },
                {"emailAddress": "bob@example.org", "expires": "2099-01-31"},
            ],
        }
    ],
    "environments": [
        {
            "datacenter": "eu",
            "api_key": {"env": "KEY"},
            "members": [],
            "after": ["other"],
            "lockfile": {"branch": "reconciler-state"},
            "api": {
                "batch_size": 10,
                "concurrency": 2,
                "rate_limit": {"calls": 5, "seconds": 1.5},
                "timeout": 30,
                "retry": {"attempts": 3, "initial_wait": 0, "max_wait": 2},
                "call_allowance": 100,
            },
            "policy": {"on_change": "resubmit", "on_remove": "forget", "on_suppress": "delete"},
            "guards": {"add": 5, "change": "10%", "remove": None},
            "drift": {"ignore": ["city", "profileFields[7]"]},
            "warnings": {"ignore": ["mistyped-domain"]},
            "suppression_secret": {"env": "SECRET"},
        },
        {"embedded": True, "after": "other", "members": None, "guards": {"add": "2.5%"}},
        {"base_url": "https://api.example.org/a/api/v2", "api_key": {"file": "~/key"}},
    ],
    "import": [
        {
            "members/a.csv": {
                "columns": {"E-mail": "emailAddress", "Notes": None, "Score": "profileFields[7]"},
                "encoding": "cp1252",
                "dates": {"birthday": "dmy"},
                "sheet": "People",
            }
        }
    ],
}
_ODD: list[Any] = [
    None, True, False, 0, 1, -1, 7, 1.5, 10**10, "", "x", "0", "10", "50%", "true", "no", "other", "eu",
    "2099-01-31", "ada@example.org", "emailAddress", "forget", "dmy", "env", [], ["x"], [None], [1], [[]], {},
    {"x": 1}, {"env": "X"}, {"branch": None}, {"columns": None}, {"profileFieldId": 1, "value": "x"},
]  # fmt: skip
_KEYS = ["x", "x-y", "datacenter", "embedded", "city", "expires", "emailAddress", "branch", "file", "value"]


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Each container in the document with each of its keys, or positions."""
    if isinstance(document, dict | list):
        for key in [*document] if isinstance(document, dict) else range(len(document)):
            yield document, key
            yield from _places(document[key])


@st.composite
def _replaced(draw: st.DrawFn, kind: str) -> Any:
    """A sound file, in which up to three parts are left out, added or replaced."""
    document = deepcopy(draw(st.sampled_from(_SOUND[kind])))
    for _ in range(draw(st.integers(0, 3))):
        where, key = draw(st.sampled_from([*_places(document)] or [({"x": 1}, "x")]))
        act = draw(st.sampled_from(["replace", "replace", "leave out", "add"]))
        if act == "leave out":
            del where[key]
        elif act == "add" and isinstance(where, dict):
            where[draw(st.sampled_from(_KEYS))] = deepcopy(draw(st.sampled_from(_ODD)))
        else:
            where[key] = deepcopy(draw(st.sampled_from(_ODD)))
    return document


@pytest.mark.parametrize("kind", _KINDS)
@given(data=st.data())
def test_what_validate_accepts_a_schema_accepts(kind: str, data: st.DataObject) -> None:
    text = json.dumps(data.draw(_replaced(kind))).encode()
    note(text.decode())
    if not _problems(kind, text):
        assert _errors(kind, yaml.load(text, _Core)) == []  # noqa: S506 - a SafeLoader


def test_what_a_schema_cannot_say_is_listed() -> None:
    page = (Path(__file__).parent.parent / "docs" / "editors.md").read_text(encoding="utf-8")
    assert [words for words in _BEYOND_A_SCHEMA if words not in page] == []
