"""The members of one file as they are gathered, each identity once in the whole roster."""

from collections.abc import Mapping, Sequence
from itertools import compress, count, repeat
from operator import is_
from typing import Any, NamedTuple, TypeAlias

from reconciler.identity import InvalidAddress, are_simple, identity
from reconciler.member import EMAIL_ADDRESS, in_vendor_order
from reconciler.problems import Address, Message, Value
from reconciler.roster.expiry import EXPIRES
from reconciler.roster.fields import is_in_vendor_order
from reconciler.roster.model import Declaration
from reconciler.suppression.model import Suppression

Refused: TypeAlias = tuple[Message, Message]
"""A message and a hint."""

MISSING_ADDRESS: Refused = ("This member has no emailAddress.",), ("Every member needs one of their own.",)

_new: Any = tuple.__new__


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
        self._unordered: list[str] = []
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
        self._unordered.append(key)
        return None

    def take_all(self, addresses: Sequence[str], people: Sequence[dict[str, Any]], first: int) -> bool:
        """Take members who stand on a line each, from the first on; False takes nobody.

        Their fields are in the vendor's order and declared, so that `finish` has nothing to do.
        """
        keys = addresses
        if not are_simple(addresses):
            try:
                keys = [*map(identity, addresses)]
            except InvalidAddress:
                return False
            for person, address in zip(people, addresses, strict=True):
                person[EMAIL_ADDRESS] = address.strip()
        if self._suppressed is not None and any(key in self._suppressed for key in keys):
            return False
        # Named parts take three times as long as the tuple does.
        parts = zip(people, repeat(self._file), count(first), repeat(None), strict=False)
        declared = [*map(_new, repeat(Declaration), parts)]
        are_new = [*map(is_, map(self.declared.setdefault, keys, declared), declared)]
        if all(are_new) and (not self._earlier or self._earlier.keys().isdisjoint(keys)):
            return True
        for key in compress(keys, are_new):
            del self.declared[key]
        return False

    def finish(self, defaults: dict[str, Any]) -> Gathered:
        """Everyone taken, with the defaults below their own fields, and all fields in the vendor's order."""
        expiring = {}
        for key in self._unordered:
            declaration = self.declared[key]
            own = declaration.attributes
            if defaults or None in own.values() or not is_in_vendor_order(tuple(own)):
                fields = {name: value for name, value in {**defaults, **own}.items() if value is not None}
                expires = fields.pop(EXPIRES, None)
                finished = Declaration(in_vendor_order(fields), self._file, declaration.line, expires)
                self.declared[key] = finished
                if expires is not None:
                    expiring[key] = finished
        return Gathered(self.declared, expiring)
