"""`--member`: the members that a plan or an apply is limited to."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from reconciler.apply.recovery import known_state
from reconciler.cli.invocation import Invocation
from reconciler.declaration import Declared, read_declaration
from reconciler.environment.model import Environment
from reconciler.errors import InvalidInput, ReconcilerError
from reconciler.identity import InvalidAddress, identity
from reconciler.lockfile.model import Lockfile
from reconciler.plan.model import Selection
from reconciler.problems import Address, Code, Problem
from reconciler.suppression.model import PREFIX
from reconciler.suppression.reader import required_secret

_HASH = re.compile(rf"{PREFIX}[0-9a-f]{{64}}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class AskedMembers:
    """The selected members; without names, everyone.

    `names` are identities, or hashes of them as suppression lists hold them, sorted. With `must_be_known`,
    a member that an environment doesn't know is a mistake.
    """

    names: tuple[str, ...] = ()
    must_be_known: bool = True

    @classmethod
    def of(cls, given: Sequence[str], *, must_be_known: bool = True) -> "AskedMembers":
        """The members in the spelling of the command line.

        Raises:
            InvalidInput: one is neither an e-mail address nor a hash.
        """
        names, problems = set(), []
        for text in given:
            try:
                names.add(text.lower() if _HASH.fullmatch(text) else identity(text))
            except InvalidAddress as error:
                problems.append(Problem(("This is not an e-mail address: ", Address(text), f". {error}")))
        if problems:
            raise InvalidInput(*problems)
        return cls(tuple(sorted(names)), must_be_known)

    def selection(self, declared: Declared, lockfile: Lockfile | None) -> Selection | None:
        """What a plan of the environment is limited to; None if it is about everyone.

        Raises:
            InvalidInput: the environment doesn't know a member who must be known; or a hash can't be
                compared, since the suppression secret is missing.
        """
        if not self.names:
            return None
        keys = _keys_by_name(self.names, declared, lockfile)
        records = _records(self.names, declared, lockfile)
        if self.must_be_known and (
            unknown := [name for name in self.names if name not in keys and name not in records]
        ):
            environment = declared.environment
            raise InvalidInput(*(_unknown(name, environment.name, environment) for name in unknown))
        return Selection(self.names, frozenset((*keys.values(), *records.values())))

    def known_in(self, invocation: Invocation, environments: Sequence[str]) -> tuple[str, ...]:
        """The environments that know any of the members; all of them if everyone is asked for.

        One that can't be read is among them, so that its mistakes are shown.

        Raises:
            InvalidInput: no environment knows one of the members.
        """
        if not self.names:
            return tuple(environments)
        found: list[str] = []
        known: set[str] = set()
        is_complete = True
        for name in environments:
            try:
                declared = read_declaration(invocation.panels, name)
                lockfile = known_state(declared.environment).lockfile
                here = {
                    **_records(self.names, declared, lockfile),
                    **_keys_by_name(self.names, declared, lockfile),
                }
            except ReconcilerError:
                is_complete = False
                found.append(name)
            else:
                known |= here.keys()
                found += [name] if here else []
        if is_complete and (unknown := [name for name in self.names if name not in known]):
            raise InvalidInput(*(_unknown(name, "any environment") for name in unknown))
        return tuple(found)


EVERYONE = AskedMembers()


def _keys_by_name(names: Collection[str], declared: Declared, lockfile: Lockfile | None) -> Mapping[str, str]:
    """The identities of the selected members that the environment knows."""
    known = {*declared.roster.members}
    known |= {key for key, _ in declared.roster.suppression.suppressed_in_clear()}
    if lockfile is not None:
        known |= {*lockfile.members, *lockfile.rejected, *lockfile.unconfirmed}
    keys = {name: name for name in names if name in known}
    variable = declared.environment.suppression_secret
    if variable is not None and any(name.startswith(PREFIX) for name in names):
        secret = required_secret(variable)
        hashed = {PREFIX + secret.hash_of(key): key for key in known}
        keys |= {name: hashed[name] for name in names if name in hashed}
    return keys


def _records(names: Collection[str], declared: Declared, lockfile: Lockfile | None) -> Mapping[str, str]:
    """Under which names the lockfile records the removals of those among the members who departed."""
    departed = lockfile.departed if lockfile else {}
    names_of = declared.roster.suppression.possible_names
    return {name: kept for name in names for kept in (name, *names_of(name)) if kept in departed}


def _unknown(name: str, where: str, environment: Environment | None = None) -> Problem:
    if not name.startswith(PREFIX):
        hint = "`reconciler why ENV EMAIL` explains one member; it also looks for similar addresses."
        return Problem((f"Not known in {where}: ", Address(name), "."), (hint,))
    if environment is not None and environment.suppression_secret is None:
        hint = "A hash needs `suppression_secret` in environment.yaml. Give the address itself."
    else:
        hint = "The hash may be made with another secret."
    return Problem((f"Not known in {where}: ", Code(name), "."), (hint,))
