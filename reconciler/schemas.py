"""JSON Schemas (2020-12) of what people write, for editors. Those of plans and reports are beside their JSON.

Editors with yaml-language-server use them for completion, help and mistakes. A schema can't say everything
that `reconciler validate` checks: docs/editors.md lists the rest, and tests/test_schemas.py compares the two.
"""

from typing import Any, TypeAlias

from reconciler.environment.model import Api, OnChange, RateLimit, Retry
from reconciler.member import (
    ADDRESS_KEYS,
    EMAIL_ADDRESS,
    FIELDS,
    NUMBER_FIELDS,
    PROFILE_FIELD_ID,
    PROFILE_FIELDS,
    Removal,
)
from reconciler.warning_codes import WARNINGS

Schema: TypeAlias = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
# YAML reads 02134 and 1.10 as numbers and `no` as a truth value. We send the text as it is written.
_TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
_ANY_TEXT: Schema = {"type": "string"}
_NOTHING: Schema = {"type": "null"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_WHOLE: Schema = {"type": ["integer", "null"]}
_DAY: Schema = {
    "description": "The day from which this entry counts as not declared, such as 2027-01-31. Never sent.",
    "type": ["string", "null"],
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
}
_HELP = {
    EMAIL_ADDRESS: "Who this is. The same address twice is a mistake.",
    "zipCode": "Sent as it is written: 02134 keeps its zero.",
    "birthday": "A date, such as 1990-12-31.",
    PROFILE_FIELDS: "Values of profile fields, each with the number that QuestionPro shows for the field.",
}


def environment_schema() -> Schema:
    """`environment.yaml`."""
    count = {"type": ["integer", "string", "null"], "pattern": "^[0-9]+(\\.[0-9]+)?%$", "minimum": 0}
    ignored = {"anyOf": [{"enum": [*FIELDS]}, {"pattern": "^profileFields\\[[0-9]{1,18}\\]$"}]}
    return _object(
        "environment.yaml of Reconciler",
        {
            "datacenter": {
                "type": ["string", "null"],
                "description": "The ending of the address api.questionpro.eu: eu, com, ca or another.",
                "examples": ["eu", "com", "ca"],
            },
            "base_url": _TEXT_OR_NULL | {"description": "The whole address of the API."},
            "embedded": {"enum": [True, None], "description": "The panel is built in, to try things out."},
            "api_key": _one_key("api_key", {"env": _name(), "file": _ANY_TEXT}),
            "members": _list(_ANY_TEXT, "Member files and folders, relative to this file."),
            "suppressed": _list(_ANY_TEXT, "Lists of people who must never be added again."),
            "suppression_secret": _one_key("suppression_secret", {"env": _name()}),
            "after": {
                "description": "Environments that are applied before this one.",
                "anyOf": [_ANY_TEXT, {"type": "array", "items": _ANY_TEXT}, _NOTHING],
            },
            "lockfile": _object("lockfile", {"branch": _TEXT_OR_NULL}),
            "api": _object(
                "api",
                {
                    "batch_size": _integer(1, Api().batch_size, "Members in one call."),
                    "concurrency": _integer(1, Api().concurrency, "Calls at the same time, at most."),
                    "rate_limit": _object(
                        "rate_limit",
                        {
                            "calls": _integer(1, RateLimit().calls, "Calls in each window."),
                            "seconds": _number(RateLimit().seconds, "Length of the window.", above=True),
                        },
                    ),
                    "timeout": _number(Api().timeout, "Seconds that one call may take.", above=True),
                    "retry": _object(
                        "retry",
                        {
                            "attempts": _integer(1, Retry().attempts, "Tries for one call."),
                            "initial_wait": _number(Retry().initial_wait, "Seconds before the second try."),
                            "max_wait": _number(Retry().max_wait, "Seconds between two tries, at most."),
                        },
                    ),
                    "call_allowance": {
                        "type": ["integer", "null"],
                        "minimum": 0,
                        "description": "Calls that your licence pays for.",
                    },
                },
            ),
            "policy": _object(
                "policy",
                {
                    "on_change": _words(*OnChange),
                    "on_remove": _words(*Removal),
                    "on_suppress": {"enum": [*Removal, None], "default": None},
                },
            ),
            "guards": _object("guards", {"add": count, "change": count, "remove": count}),
            "drift": _object(
                "drift", {"ignore": _list(ignored, "Fields that `reconciler drift` doesn't compare.")}
            ),
            "warnings": _object(
                "warnings",
                {"ignore": _list({"enum": [*WARNINGS]}, "Codes of warnings that this environment accepts.")},
            ),
        },
    ) | {
        "oneOf": [_given(key) for key in ("datacenter", "base_url", "embedded")],
        "if": _given("embedded"),
        "then": {"properties": {"api_key": _NOTHING, "lockfile": _NOTHING}},
        "else": _given("api_key"),
        "type": "object",
        "$schema": DRAFT,
    }


def members_schema() -> Schema:
    """A member file in YAML."""
    fields: Schema = {
        field: _field(field) | ({"description": _HELP[field]} if field in _HELP else {}) for field in FIELDS
    }
    entry = _object("A member", {**fields, "expires": _DAY}, required=[EMAIL_ADDRESS])
    entry["properties"][EMAIL_ADDRESS] = {
        "type": "string",
        "pattern": "@",
        "description": _HELP[EMAIL_ADDRESS],
    }
    defaults = {name: schema for name, schema in fields.items() if name != EMAIL_ADDRESS}
    return _object(
        "A member file of Reconciler",
        {
            "defaults": _object("Fields for every member of this file", {**defaults, "expires": _DAY}),
            "members": {"type": ["array", "null"], "items": entry},
        },
        required=["members"],
    ) | {"patternProperties": {"^x-": True}, "$schema": DRAFT}


def import_schema() -> Schema:
    """`import.yaml`."""
    fields = {
        "type": ["string", "null"],
        "description": "A field of the API, or null to leave the column out.",
    }
    order = {"enum": ["dmy", "mdy", "ymd", None]}
    return {
        "$schema": DRAFT,
        "title": "import.yaml of Reconciler",
        "type": ["object", "null"],
        "additionalProperties": _object(
            "How one import read its file",
            {
                "columns": {"type": ["object", "null"], "additionalProperties": fields},
                "encoding": _TEXT_OR_NULL,
                "dates": {"type": ["object", "null"], "additionalProperties": order},
                "sheet": _TEXT_OR_NULL,
            },
        ),
    }


def _field(field: str) -> Schema:
    if field == PROFILE_FIELDS:
        return {"type": ["array", "null"], "items": _profile_field()}
    return dict(_WHOLE if field in NUMBER_FIELDS else _TEXT)


def _profile_field() -> Schema:
    address = {
        "type": "object",
        "properties": dict.fromkeys(ADDRESS_KEYS, _TEXT),
        "additionalProperties": False,
    }
    options = {"type": "array", "items": {"type": ["string", "number", "boolean"]}}
    return _object(
        "A profile field",
        {
            PROFILE_FIELD_ID: {"type": "integer"},
            "value": {"anyOf": [_TEXT, options, address]},
        },
        required=[PROFILE_FIELD_ID, "value"],
    )


def _object(title: str, properties: Schema, required: list[str] | None = None) -> Schema:
    made: Schema = {"title": title, "type": ["object", "null"], "properties": properties}
    if required:
        made |= {"required": required, "type": "object"}
    return made | {"additionalProperties": False}


def _given(key: str) -> Schema:
    """The setting is there, and not null, which is the same as leaving it out."""
    return {"required": [key], "properties": {key: {"not": _NOTHING}}}


def _one_key(title: str, properties: Schema) -> Schema:
    return _object(title, properties) | {"type": "object", "minProperties": 1, "maxProperties": 1}


def _list(items: Schema, description: str) -> Schema:
    return {"description": description, "type": ["array", "null"], "items": items}


def _name() -> Schema:
    return {"type": "string", "description": "The name of a variable. Never the secret itself."}


def _words(*words: str) -> Schema:
    return {"enum": [*words, None], "default": words[0]}


def _integer(least: int, default: int, description: str) -> Schema:
    return {"type": ["integer", "null"], "minimum": least, "default": default, "description": description}


def _number(default: float, description: str, *, above: bool = False) -> Schema:
    bound = {"exclusiveMinimum": 0} if above else {"minimum": 0}
    return {"type": ["number", "null"], "default": default, "description": description} | bound
