"""The members of one file as they are gathered, each identity once in the whole roster."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from reconciler.identity import InvalidAddress, identity
from reconciler.member import EMAIL_ADDRESS, in_vendor_order
from reconciler.problem import Address, Value, Words
from reconciler.roster.expiry import EXPIRES
from reconciler.roster.fields import is_in_vendor_order
from reconciler.roster.model import Declaration
from reconciler.suppression.model import Suppression

Refused: TypeAlias = tuple[Words, Words]
"""A message and a hint."""

MISSING_ADDRESS: Refused = ("This member has no emailAddress.",), ("Every member needs one of their own.",)


class Gathered(NamedTuple):
    """Everyone whom one file declares, by identity; `expiring` are those of them who have an expiry."""

    members: dict[str, Declaration]
    expiring: dict[str, Declaration]


class Gathering:
    """Takes the members of one file, knowing those of the files before it.

    A file's defaults may stand behind its members: until `finish`, a declaration holds None for a field
    that is *not declared*, which takes a default away, and `expires` stands among its fields.
    """

    def __init__(
        self, file: str, earlier: Mapping[str, Declaration], suppressed: Suppression | None = None
    ) -> None:
        """Take the file's path as it is shown, everyone whom earlier files declare, and who mustn't be."""
        self.declared: dict[str, Declaration] = {}
        self._file = file
        self._earlier = earlier
        self._suppressed = suppressed

    def take(self, address: str, fields: dict[str, Any], line: int) -> Refused | None:
        """Take a member whose fields, the address among them, begin on a line; or say why not."""
        address = address.strip()
        try:
            key = identity(address)
        except InvalidAddress as error:
            # Hidden whole where addresses are masked: it may hold anything.
            return (Value(f'"{address}"'), " is not an e-mail address."), (str(error),)
        if self._suppressed is not None and key in self._suppressed:
            where = self._suppressed.place_of(key)
            message = (Address(address), f" is suppressed and must not be added again: {where}.")
            return message, ("Take this entry out; or first take them off that list, if they agree.",)
        first = self.declared.get(key) or self._earlier.get(key)
        if first:
            message = (Address(address), f" is declared twice; the first time at {first.source}.")
            return message, ("Keep one of the two.",)
        fields[EMAIL_ADDRESS] = address
        self.declared[key] = Declaration(fields, self._file, line)
        return None

    def finish(self, defaults: dict[str, Any]) -> Gathered:
        """Everyone taken, with the defaults below their own fields, and all fields in the vendor's order."""
        expiring = {}
        for key, declaration in self.declared.items():
            own = declaration.attributes
            if defaults or None in own.values() or not is_in_vendor_order(tuple(own)):
                fields = {name: value for name, value in {**defaults, **own}.items() if value is not None}
                expires = fields.pop(EXPIRES, None)
                finished = Declaration(in_vendor_order(fields), self._file, declaration.line, expires)
                self.declared[key] = finished
                if expires is not None:
                    expiring[key] = finished
        return Gathered(self.declared, expiring)
