"""The bodies that the calls take, as strictly as the vendor's pages show them.

A field that the page doesn't know, text where its sample has a number, and null where its sample has text are
all the wrong schema. Sources: the sample body on the page *save panel members*;
*communities/add-update-member-profile-data* for the values of profile fields; *communities/delete-member* and
*communities/member-unsubscribe* for bodies of addresses alone; *cx/get-panel-members* for reading.
"""

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from reconciler.identity import identity
from reconciler.member import Attributes

_Body = TypeVar("_Body")


class WrongBody(ValueError):
    """The body is not what the call takes; `is_json` tells which of the vendor's errors it gets."""

    def __init__(self, *, is_json: bool) -> None:
        """Say no more than the vendor does: not which member is wrong."""
        super().__init__("wrong schema" if is_json else "no JSON")
        self.is_json = is_json


def read_batch(body: bytes) -> list[dict[str, Any]]:
    """The members of one call, with just the fields that were sent.

    Raises:
        WrongBody: it is no JSON, or not of the schema.
    """
    return [member.model_dump(by_alias=True, exclude_unset=True) for member in _read(_BATCH, body)]


def read_addresses(body: bytes) -> list[str]:
    """The addresses of one call, as they were sent.

    Raises:
        WrongBody: it is no JSON, or not an array of addresses that holds one at least.
    """
    return _read(_ADDRESSES, body)


def read_filter(body: bytes) -> "Filter":
    """Which members a reading call is about.

    Raises:
        WrongBody: it is no JSON, or not of the schema.
    """
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


class _Member(_Strict):
    """The page's sample, field by field: null is taken where it shows null."""

    email_address: _Address
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    birthday: str = ""
    profile_complete_date: str = ""
    zip_code: str | None = None
    city: str | None = None
    address1: str | None = None
    address2: str | None = None
    status: str = ""
    status_type: int = 0
    creation_date: str = ""
    source: str = ""
    last_login_timestamp: str | None = None
    q_point_value: int = 0
    unsubscribe_date: str | None = None
    moderator: int = 0
    custom_source: str | None = None
    selected_language: int = 0
    device_type: str = ""
    mobile_number: str = ""
    username: str | None = None
    refer_id: int = Field(default=0, alias="referID")
    custom1: str | None = None
    custom2: str | None = None
    custom3: str | None = None
    custom4: str | None = None
    custom5: str | None = None
    profile_fields: list[_ProfileField] | None = None


_BATCH = TypeAdapter(Annotated[list[_Member], Field(min_length=1)])
_ADDRESSES = TypeAdapter(Annotated[list[_Address], Field(min_length=1)])
_FILTER = TypeAdapter(Filter)
