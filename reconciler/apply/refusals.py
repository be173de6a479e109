"""Are members at fault when the API refuses a batch (HTTP 400, or 413 for one member), or something else?

A batch is split until the refused members stand alone. Where everybody is refused alike, the reason is
elsewhere (the address, the account, a field that the account doesn't have), and finding each member out
would cost two calls a head. So the first who are refused alone are not marked at once: a member from each
part still waiting is asked about alone, and if they too are refused for the same reason, nobody is marked.
Pure.
"""

from dataclasses import dataclass, field

from reconciler.apply.batch import Batch

_A_FEW = 5
_SUSPICIOUS = 2


@dataclass(slots=True)
class Refusals:
    """The refusals of one batch and its parts; `size` is that of the whole batch.

    `have_begun` tells whether anything was refused, or was too large. `held` are the parts of one member
    that were refused, and why, as long as it isn't certain that the member is the reason. `needed` is how
    many of them, all alike, are enough to say that members are not.
    """

    size: int
    held: list[tuple[Batch, str]] = field(default_factory=list)
    have_begun: bool = False
    has_accepted: bool = False
    needed: int | None = None

    def are_open(self) -> bool:
        """Whether something was refused, and it isn't known yet whether members are the reason."""
        return self.have_begun and not self._are_about_members()

    def hold(self, batch: Batch, reason: str) -> None:
        """A part of one member was refused."""
        self.held.append((batch, reason))
        self.have_begun = True

    def wants_probes(self) -> bool:
        """Whether it is time to ask about members from all over the batch."""
        return self.needed is None and not self._are_about_members() and len(self.held) >= _SUSPICIOUS

    def probe(self, count: int) -> None:
        """So many more members are asked about alone."""
        self.needed = max(_A_FEW, len(self.held) + count)

    def are_about_something_else(self, suspected: str | None) -> bool:
        """Whether so many were refused alike that members can't be the reason.

        One is enough where it is refused as a whole batch was before: `suspected` are the words of that.
        """
        if self._are_about_members() or not self.held:
            return False
        return self.held[0][1] == suspected or (self.needed is not None and len(self.held) >= self.needed)

    def certain(self) -> list[tuple[Batch, str]]:
        """Those refused who are certain to be the reason by now; each is handed out once."""
        return self.rest() if self._are_about_members() else []

    def rest(self) -> list[tuple[Batch, str]]:
        """All that are still held; each is handed out once."""
        held, self.held = self.held, []
        return held

    def _are_about_members(self) -> bool:
        alike = len({reason for _, reason in self.held}) <= 1
        return self.has_accepted or not alike or self.size <= _A_FEW
