"""The members of one file as they are read: each identity once in the whole roster."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from reconciler.identity import InvalidAddress, identity
from reconciler.member import EMAIL_ADDRESS, in_vendor_order
from reconciler.problems import Address, Message, Value
from reconciler.roster.fields import EXPIRES
from reconciler.roster.model import Declaration
from reconciler.suppression.model import Standing, Suppression

Refusal: TypeAlias = tuple[Message, Message]
"""A message and a hint."""

MISSING_ADDRESS: Refusal = ("This member has no emailAddress.",), ("Give each member their own.",)


class Collected(NamedTuple):
    """Everyone that one file declares, by identity; `expiring` are those with an expiry."""

    members: dict[str, Declaration]
    expiring: dict[str, Declaration]


class Collector:
    """Collects the members of one file, and knows those of the files before it.

    A file's defaults may come after its members: until `finish`, a declaration holds None for a field that
    is *not declared*, which removes a default, and `expires` is among its fields.
    """

    def __init__(self, file: str, earlier: Mapping[str, Declaration], suppression: Suppression) -> None:
        """Take the file's display path, everyone declared by earlier files, and who must not be added."""
        self._declared: dict[str, Declaration] = {}
        self._file = file
        self._earlier = earlier
        self._suppression = suppression

    def add(self, address: str, fields: dict[str, Any], line: int) -> Refusal | None:
        """Add a member whose fields, the address among them, begin on a line; or say why not."""
        address = address.strip()
        try:
            key = identity(address)
        except InvalidAddress as error:
            # A Value, which is masked whole: it may be anything.
            return (Value(f'"{address}"'), " is not an e-mail address."), (str(error),)
        if (where := self._suppression.place_of(key)) is not None:
            if Standing.OPTED_OUT in self._suppression.standings(key):
                message = (Address(address), f" opted out in the panel and must not be added again: {where}.")
                return message, ("Remove this entry: adding them does not subscribe them again.",)
            message = (Address(address), f" is suppressed and must not be added again: {where}.")
            return message, ("Remove this entry. If they agree, you can take them off that list instead.",)
        first = self._declared.get(key) or self._earlier.get(key)
        if first:
            message = (Address(address), f" is declared twice; the first time at {first.source}.")
            return message, ("Keep one of the two.",)
        fields[EMAIL_ADDRESS] = address
        self._declared[key] = Declaration(fields, self._file, line)
        return None

    def finish(self, defaults: dict[str, Any]) -> Collected:
        """Everyone collected, with the defaults below their own fields, in the vendor's order."""
        expiring = {}
        for key, (own, file, line, _) in self._declared.items():
            if not (defaults or EXPIRES in own or None in own.values()) and in_vendor_order(own) is own:
                continue  # as it is in most files, in which no object is made twice
            fields = {name: value for name, value in {**defaults, **own}.items() if value is not None}
            expires = fields.pop(EXPIRES, None)
            self._declared[key] = Declaration(in_vendor_order(fields), file, line, expires)
            if expires is not None:
                expiring[key] = self._declared[key]
        return Collected(self._declared, expiring)
