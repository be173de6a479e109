"""A page of panel members as it comes over the wire, checked at the edge.

Sources: the vendor's pages *cx/get-panel-members* and *cx/search-by-respondents*. Their `pagination` is not
read at all: its totals are 0 beside a member, and another page gives its keys other names.
"""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from reconciler.credential import ESCAPE_SIGNS
from reconciler.member import FIELDS, NUMBER_FIELDS, PROFILE_FIELDS, Attributes
from reconciler.questionpro.answers import (
    Access,
    BrokenOff,
    HttpAnswer,
    NotDocumented,
    decoded,
    read_answer,
)
from reconciler.questionpro.panel import Answer, Lost, Page, ReadPage, Unusable

MOST_BYTES = 16 * 1024 * 1024
"""The longest page that is read, decompressed: a hundred members with every field as long as may be."""

_MOST_MEMBERS = 1000  # a hundred were asked for
_MOST_CHARACTERS = 10_000  # of one value
_MOST_ITEMS = 1000  # of one member's profile fields, and of one field's values

_Text = Annotated[str, Field(max_length=_MOST_CHARACTERS)]


class _Tolerant(BaseModel):
    """Unknown keys are left out; a number where the vendor's example has text is its text."""

    model_config = ConfigDict(coerce_numbers_to_str=True, extra="ignore")


class _PostalAddress(_Tolerant):
    address1: _Text | None = None
    address2: _Text | None = None
    city: _Text | None = None
    state: _Text | None = None
    country: _Text | None = None


_Items = Annotated[list[int | _Text], Field(max_length=_MOST_ITEMS)]


class _ProfileField(_Tolerant):
    profileFieldId: int  # noqa: N815 - the vendor's name
    value: _Text | _Items | _PostalAddress | None = None


_TYPES: dict[str, Any] = {
    **dict.fromkeys(FIELDS, _Text),
    **dict.fromkeys(NUMBER_FIELDS, int),
    PROFILE_FIELDS: Annotated[list[_ProfileField], Field(max_length=_MOST_ITEMS)],
}
_FIELDS: dict[str, Any] = {name: (kind | None, None) for name, kind in _TYPES.items()}
_Member: type[BaseModel] = create_model("_Member", __base__=_Tolerant, **_FIELDS)


class _Page(_Tolerant):
    response: Annotated[list[_Member], Field(max_length=_MOST_MEMBERS)]  # type: ignore[valid-type]  # made above


def read_page(came: HttpAnswer, request: ReadPage, access: Access) -> Answer:
    """What an answer to this request means: a page, or any other answer; no text in it holds the key."""
    if came.status // 100 != 2:  # noqa: PLR2004 - the class of successful statuses (RFC 9110)
        return read_answer(came, request, access)
    if not came.complete:
        return Unusable(f"HTTP {came.status} with a page that is too long, or compressed in an unknown way")
    try:
        return Page(_members(_decoded(came.text, access.hide)))
    except BrokenOff as what:
        return Lost(f"The answer was cut: HTTP {came.status} with {what}")
    except NotDocumented as what:
        return Unusable(f"HTTP {came.status} with {what}")


def _members(document: Any) -> tuple[Attributes, ...]:
    try:
        members: list[Any] = _Page.model_validate(document).response
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise NotDocumented(f"JSON that is not a page of members, at {place}") from None
    return tuple(member.model_dump(exclude_none=True) for member in members)


def _decoded(text: str, hide: Callable[[str], str]) -> Any:
    document = decoded(text)
    # Most pages hold no escape, in which a key or half a character could hide: these stay as they are.
    has_escapes = any(sign in text for sign in ESCAPE_SIGNS)
    return _cleaned(document, hide) if has_escapes or hide(text) != text else document


def _cleaned(value: Any, hide: Callable[[str], str]) -> Any:
    """The same without the key, and with question marks for halves of characters.

    JSON may hold one half of a surrogate pair, where some system has cut an emoji in two.
    """
    if isinstance(value, str):
        return hide(value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8"))
    if isinstance(value, list):
        return [_cleaned(item, hide) for item in value]
    if isinstance(value, dict):
        return {key: _cleaned(item, hide) for key, item in value.items()}
    return value
