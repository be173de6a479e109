"""The bodies that the calls take, as strictly as the vendor's pages show them.

A field that the page doesn't know, text where its sample has a number, and null where its sample has text are
all the wrong schema. Sources: the sample body on the page *save panel members*;
*communities/add-update-member-profile-data* for the values of profile fields; *communities/delete-member* and
*communities/member-unsubscribe* for bodies of addresses alone; *cx/get-panel-members* for reading.

What reads a body raises `WrongBody` where it is no JSON, or not of the schema.
"""

from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    create_model,
)
from pydantic.alias_generators import to_camel

from reconciler.identity import identity
from reconciler.member import EMAIL_ADDRESS, FIELDS, NUMBER_FIELDS, PROFILE_FIELDS, Attributes

_Body = TypeVar("_Body")
_NULLABLE = frozenset(
    {
        "zipCode",
        "city",
        "address1",
        "address2",
        "lastLoginTimestamp",
        "unsubscribeDate",
        "customSource",
        "username",
        *(f"custom{number}" for number in range(1, 6)),
    }
)
"""The texts for which the page's sample shows null."""


class WrongBody(ValueError):
    """The body is not what the call takes; `is_json` tells which of the vendor's errors it gets."""

    def __init__(self, *, is_json: bool) -> None:
        """Say no more than the vendor does: not which member is wrong."""
        super().__init__("wrong schema" if is_json else "no JSON")
        self.is_json = is_json


def read_batch(body: bytes) -> list[dict[str, Any]]:
    """The members of one call, with just the fields that were sent."""
    return [member.model_dump(exclude_unset=True, by_alias=True) for member in _read(_BATCH, body)]


def read_addresses(body: bytes) -> list[str]:
    """The addresses of one call, as they were sent; one at least."""
    return _read(_ADDRESSES, body)


def read_filter(body: bytes) -> "Filter":
    """Which members a reading call is about."""
    return _read(_FILTER, body)


def wrong_fields(attributes: Attributes) -> list[str]:
    """The names of the fields, in order, that would make the sandbox refuse this member."""
    try:
        _Member.model_validate(dict(attributes))
    except ValidationError as error:
        return list(dict.fromkeys(str(each["loc"][0]) for each in error.errors(include_url=False)))
    return []


def _read(schema: TypeAdapter[_Body], body: bytes) -> _Body:
    try:
        return schema.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise WrongBody(is_json=first["type"] != "json_invalid") from None


def _well_formed(address: str) -> str:
    if address != address.strip():
        raise ValueError("spaces around the address")
    identity(address)
    return address


_Address = Annotated[str, AfterValidator(_well_formed)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", alias_generator=to_camel)


class Filter(_Strict):
    """All members, unless fields say otherwise. The page prints `ids` and, in one place, `Ids`."""

    ids: list[int] | None = Field(default=None, validation_alias=AliasChoices("ids", "Ids"))
    search_field: str | None = None
    status: str | None = None


class _PostalAddress(_Strict):
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    country: str = ""


class _ProfileField(_Strict):
    profile_field_id: int
    value: str | list[int | str] | _PostalAddress


def _field(name: str) -> Any:
    """Type and default of a member's field, as pydantic's `create_model` takes them."""
    if name == EMAIL_ADDRESS:
        return _Address, ...
    if name == PROFILE_FIELDS:
        return list[_ProfileField] | None, None
    if name in NUMBER_FIELDS:
        return int, 0
    return (str | None, None) if name in _NULLABLE else (str, "")


_Member = create_model(
    "_Member",
    __config__=ConfigDict(strict=True, extra="forbid"),
    **{name: _field(name) for name in FIELDS},
)
_BATCH: TypeAdapter[list[BaseModel]] = TypeAdapter(
    Annotated[list[_Member], Field(min_length=1)]  # type: ignore[valid-type,arg-type]  # a class made at run time
)
_ADDRESSES = TypeAdapter(Annotated[list[_Address], Field(min_length=1)])
_FILTER = TypeAdapter(Filter)
