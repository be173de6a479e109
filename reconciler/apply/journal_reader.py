"""The journal of a run that died, read back: what it had learnt, and which batches it left pending.

A process can be killed in the middle of a line, so a last line that is cut short never happened.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from reconciler.apply.batch import Batch, Kind
from reconciler.lockfile.model import (
    Departure,
    Gone,
    Knowledge,
    Outcome,
    Present,
    Rejected,
    Unconfirmed,
    Undelivered,
    are_well_formed,
)
from reconciler.lockfile.state import Lineage
from reconciler.member import Attributes


class MalformedJournal(ValueError):
    """The journal holds something that no run of ours writes; `line` counts from 1."""

    def __init__(self, line: int) -> None:
        """Name the line at fault."""
        super().__init__(f"line {line}")
        self.line = line


class Learnt(NamedTuple):
    """What the dead run knew of a member, since `at`, and what it had asked of the API about them.

    `attributes` are those that were sent or, for a removal, those of the last push.
    """

    kind: Kind
    knowledge: Knowledge
    at: str
    attributes: Attributes


class UnfinishedRun(NamedTuple):
    """What a dead run left.

    `began_from` is the lockfile that it began from, None in the journal of an older version. `learnt` is
    what is known of each member whom it sent, in-flight ones as `Unconfirmed`; `pending` are the batches
    that it didn't settle, in order.
    """

    environment: str
    target: str
    began_from: Lineage | None
    learnt: Mapping[str, Learnt]
    pending: tuple[Batch, ...]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Run(_Record):
    record: Literal["run"]
    format: Literal[1]
    environment: str
    target: str
    started: str
    lockfile: str | None = None
    commits: list[str] | None = None

    @property
    def began_from(self) -> Lineage | None:
        if self.lockfile is None:
            return None
        return Lineage(self.lockfile, None if self.commits is None else tuple(self.commits))


class _Batch(_Record):
    record: Literal["batch"]
    batch: int
    kind: Literal["add", "change", "unsubscribe", "delete"]
    members: dict[str, dict[str, Any]]
    doubtful: list[str]


class _Sending(_Record):
    record: Literal["sending"]
    batch: int
    at: str


class _Attempted(_Record):
    record: Literal["attempted"]
    batch: int
    doubt: bool


class _Part(_Record):
    batch: int
    keys: list[str]
    doubtful: list[str]


class _Split(_Record):
    record: Literal["split"]
    batch: int
    into: list[_Part]


class _Settled(_Record):
    record: Literal["settled"]
    batch: int
    at: str
    members: list[list[str]]


_RECORD: TypeAdapter[Any] = TypeAdapter(
    Annotated[_Run | _Batch | _Sending | _Attempted | _Split | _Settled, Field(discriminator="record")]
)


@dataclass(slots=True)
class _Standing:
    """Where one batch stands: `sent` is when its last call began, `doubt` whether one may have acted."""

    batch: Batch
    sent: str | None = None
    under_way: bool = False
    doubt: bool = False


@dataclass(slots=True)
class _Replay:
    standing: dict[int, _Standing] = field(default_factory=dict)
    learnt: dict[str, Learnt] = field(default_factory=dict)

    def take(self, record: Any) -> None:
        match record:
            case _Batch():
                # What a run learns of them goes into the lockfile, which takes nothing else.
                if not all(map(are_well_formed, record.members.values())):
                    raise ValueError("attributes")
                self.standing[record.batch] = _Standing(
                    Batch(record.batch, record.members, frozenset(record.doubtful), Kind(record.kind))
                )
            case _Sending():
                standing = self.standing[record.batch]
                standing.doubt |= standing.under_way
                standing.sent, standing.under_way = record.at, True
            case _Attempted():
                standing = self.standing[record.batch]
                standing.doubt |= record.doubt
                standing.under_way = False
            case _Split():
                self._split(record)
            case _Settled():
                self._settle(record)

    def _split(self, record: _Split) -> None:
        whole = self.standing.pop(record.batch)
        for part in record.into:
            members = {key: whole.batch.members[key] for key in part.keys}
            batch = Batch(part.batch, members, frozenset(part.doubtful), whole.batch.kind)
            self.standing[part.batch] = _Standing(batch, whole.sent, doubt=whole.doubt)

    def _settle(self, record: _Settled) -> None:
        batch = self.standing.pop(record.batch).batch
        for key, *words in record.members:
            knowledge = _knowledge(words, record.at, batch.kind, batch.members[key])
            self.learnt[key] = Learnt(batch.kind, knowledge, record.at, batch.members[key])

    def unconfirmed(self) -> Iterator[tuple[str, Learnt]]:
        for standing in self.standing.values():
            if standing.sent is not None and (standing.doubt or standing.under_way):
                for key, attributes in standing.batch.members.items():
                    knowledge = Unconfirmed(standing.sent, attributes)
                    yield key, Learnt(standing.batch.kind, knowledge, standing.sent, attributes)


def read_journal(data: bytes) -> UnfinishedRun | None:
    """What the journal's bytes tell; None where they don't even tell whose journal it is.

    Raises:
        MalformedJournal: a line other than the last can't be read.
    """
    replay = _Replay()
    run: _Run | None = None
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        try:
            record = _RECORD.validate_json(line)
            if run is None:
                run = _Run.model_validate(record)
            replay.take(record)
        except (ValidationError, KeyError, ValueError) as error:
            raise MalformedJournal(number) from error
    if run is None:
        return None
    return UnfinishedRun(
        run.environment,
        run.target,
        run.began_from,
        {**replay.learnt, **dict(replay.unconfirmed())},
        tuple(standing.batch for standing in replay.standing.values()),
    )


def _knowledge(words: list[str], at: str, kind: Kind, attributes: Attributes) -> Knowledge:
    known: Knowledge | None = None
    match words:
        case ["rejected", reason, *doubt] if kind is Kind.ADD and doubt in ([], ["doubtful"]):
            known = Rejected(reason, at, attributes, bool(doubt))
        case ["unconfirmed"]:
            known = Unconfirmed(at, attributes)
        case ["unconfirmed", reason] if kind.removal:
            known = Unconfirmed(at, attributes, Undelivered(kind.value, reason, at))
        case ["undelivered", reason] if kind is not Kind.ADD:
            known = Undelivered(kind.value, reason, at, None if kind.removal else attributes)
        case ["gone", departure] if kind.removal:
            known = Gone(Departure(departure))
        case [outcome] if not kind.removal:
            known = Present(Outcome(outcome), at, attributes)
    if known is None:
        raise ValueError("knowledge")
    return known
