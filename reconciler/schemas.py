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


def _or_null(kind: str, description: str = "", **more: Any) -> Schema:
    """A setting of this type; null is the same as leaving it out."""
    return {"type": [kind, "null"]} | ({"description": description} if description else {}) | more


def _object(title: str, properties: Schema, required: list[str] | None = None) -> Schema:
    made = _or_null("object", title=title, properties=properties)
    if required:
        made |= {"required": required, "type": "object"}
    return made | {"additionalProperties": False}


def _one_key(title: str, properties: Schema) -> Schema:
    return _object(title, properties) | {"type": "object", "minProperties": 1, "maxProperties": 1}


def _given(key: str) -> Schema:
    """The setting is there, and not null."""
    return {"required": [key], "properties": {key: {"not": _NOTHING}}}


# YAML reads 02134 and 1.10 as numbers and `no` as a truth value. We send the text as it is written.
_TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
_ANY_TEXT: Schema = {"type": "string"}
_NOTHING: Schema = {"type": "null"}
_NAME: Schema = {"type": "string", "description": "The name of a variable. Never the secret itself."}
_COUNT: Schema = {"type": ["integer", "string", "null"], "pattern": "^[0-9]+(\\.[0-9]+)?%$", "minimum": 0}
_FIELD_NAME: Schema = {"anyOf": [{"enum": [*FIELDS]}, {"pattern": "^profileFields\\[[0-9]{1,18}\\]$"}]}
_DAY = _or_null(
    "string",
    "The day from which this entry counts as not declared, such as 2027-01-31. Never sent.",
    pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
)
_HELP = {
    EMAIL_ADDRESS: "Who this is. The same address twice is a mistake.",
    "zipCode": "Sent as it is written: 02134 keeps its zero.",
    "birthday": "A date, such as 1990-12-31.",
    PROFILE_FIELDS: "Values of profile fields, each with the number that QuestionPro shows for the field.",
}


# environment.yaml


def _integer(least: int, default: int, description: str) -> Schema:
    return _or_null("integer", description, minimum=least, default=default)


def _seconds(default: float, description: str, bound: str = "exclusiveMinimum") -> Schema:
    return _or_null("number", description, default=default) | {bound: 0}


_RATE_LIMIT = {
    "calls": _integer(1, RateLimit().calls, "Calls in each window."),
    "seconds": _seconds(RateLimit().seconds, "Length of the window."),
}
_RETRY = {
    "attempts": _integer(1, Retry().attempts, "Tries for one call."),
    "initial_wait": _seconds(Retry().initial_wait, "Seconds before the second try.", "minimum"),
    "max_wait": _seconds(Retry().max_wait, "Seconds between two tries, at most.", "minimum"),
}
_API = {
    "batch_size": _integer(1, Api().batch_size, "Members in one call."),
    "concurrency": _integer(1, Api().concurrency, "Calls at the same time, at most."),
    "rate_limit": _object("rate_limit", _RATE_LIMIT),
    "timeout": _seconds(Api().timeout, "Seconds that one call may take."),
    "retry": _object("retry", _RETRY),
    "call_allowance": _or_null("integer", "Calls that your licence pays for.", minimum=0),
}
_POLICY = {
    "on_change": {"enum": [*OnChange, None], "default": OnChange.REPORT},
    "on_remove": {"enum": [*Removal, None], "default": Removal.FORGET},
    "on_suppress": {"enum": [*Removal, None], "default": None},
}
_NOT_COMPARED = _or_null("array", "Fields that `reconciler drift` doesn't compare.", items=_FIELD_NAME)
_ACCEPTED = _or_null("array", "Codes of warnings that this environment accepts.", items={"enum": [*WARNINGS]})
_SETTINGS = {
    "datacenter": _or_null(
        "string",
        "The ending of the address api.questionpro.eu: eu, com, ca or another.",
        examples=["eu", "com", "ca"],
    ),
    "base_url": _or_null("string", "The whole address of the API."),
    "embedded": {"enum": [True, None], "description": "The panel is built in, to try things out."},
    "api_key": _one_key("api_key", {"env": _NAME, "file": _ANY_TEXT}),
    "members": _or_null("array", "Member files and folders, relative to this file.", items=_ANY_TEXT),
    "suppressed": _or_null("array", "Lists of people who must never be added again.", items=_ANY_TEXT),
    "suppression_secret": _one_key("suppression_secret", {"env": _NAME}),
    "after": {
        "description": "Environments that are applied before this one.",
        "anyOf": [_ANY_TEXT, {"type": "array", "items": _ANY_TEXT}, _NOTHING],
    },
    "lockfile": _object("lockfile", {"branch": _or_null("string")}),
    "api": _object("api", _API),
    "policy": _object("policy", _POLICY),
    "guards": _object("guards", dict.fromkeys(("add", "change", "remove"), _COUNT)),
    "drift": _object("drift", {"ignore": _NOT_COMPARED}),
    "warnings": _object("warnings", {"ignore": _ACCEPTED}),
}


def environment_schema() -> Schema:
    """`environment.yaml`."""
    return _object("environment.yaml of Reconciler", _SETTINGS) | {
        "oneOf": [_given(key) for key in ("datacenter", "base_url", "embedded")],
        "if": _given("embedded"),
        "then": {"properties": {"api_key": _NOTHING, "lockfile": _NOTHING}},
        "else": _given("api_key"),
        "type": "object",
        "$schema": DRAFT,
    }


def members_schema() -> Schema:
    """A member file in YAML."""
    fields = {
        field: _field(field) | ({"description": _HELP[field]} if field in _HELP else {}) for field in FIELDS
    }
    del fields[EMAIL_ADDRESS]
    defaults = fields | {"expires": _DAY}
    address = {"type": "string", "pattern": "@", "description": _HELP[EMAIL_ADDRESS]}
    entry = _object("A member", {EMAIL_ADDRESS: address, **defaults}, required=[EMAIL_ADDRESS])
    return _object(
        "A member file of Reconciler",
        {
            "defaults": _object("Fields for every member of this file", defaults),
            "members": _or_null("array", items=entry),
        },
        required=["members"],
    ) | {"patternProperties": {"^x-": True}, "$schema": DRAFT}


def import_schema() -> Schema:
    """`import.yaml`."""
    field = _or_null("string", "A field of the API, or null to leave the column out.")
    order = {"enum": ["dmy", "mdy", "ymd", None]}
    reading = _object(
        "How one import read its file",
        {
            "columns": _or_null("object", additionalProperties=field),
            "encoding": _or_null("string"),
            "dates": _or_null("object", additionalProperties=order),
            "sheet": _or_null("string"),
        },
    )
    title = "import.yaml of Reconciler"
    return {"$schema": DRAFT, **_or_null("object", title=title, additionalProperties=reading)}


def _field(field: str) -> Schema:
    if field == PROFILE_FIELDS:
        return _or_null("array", items=_profile_field())
    return _or_null("integer") if field in NUMBER_FIELDS else _TEXT


def _profile_field() -> Schema:
    address = {
        "type": "object",
        "properties": dict.fromkeys(ADDRESS_KEYS, _TEXT),
        "additionalProperties": False,
    }
    options = {"type": "array", "items": {"type": ["string", "number", "boolean"]}}
    return _object(
        "A profile field",
        {PROFILE_FIELD_ID: {"type": "integer"}, "value": {"anyOf": [_TEXT, options, address]}},
        required=[PROFILE_FIELD_ID, "value"],
    )
