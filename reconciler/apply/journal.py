"""The journal: what a run is about to do, and the results, on disk before and after each call.

`journal.jsonl` in the environment's working folder, one JSON object a line, each synced before the run
goes on. A process can be killed in the middle of a line, so an incomplete last line is ignored.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

import msgspec

from reconciler.apply.batches import Batch, gone, in_doubt
from reconciler.environment.model import Environment
from reconciler.files import delete_file, disk_failure, replace_file
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
from reconciler.plan.model import Operation, OperationKind


class _Record(msgspec.Struct, frozen=True, tag_field="record", forbid_unknown_fields=True):
    """One line."""


class _Run(_Record, frozen=True, tag="run"):
    """The first line: whose journal it is, and which lockfile the run began from, as `Lineage` has it."""

    environment: str
    target: str
    started: str
    format: Literal[1] = 1
    lockfile: str | None = None
    commits: tuple[str, ...] | None = None


class _Batch(_Record, frozen=True, tag="batch"):
    """Who goes into which batch, of which kind; all of them are there before the first is sent.

    `unknown` and `kept_as` are those of `Operation`. Older versions write neither; all
    whom they unsubscribed are to be recorded.
    """

    batch: int
    kind: OperationKind
    members: dict[str, dict[str, Any]]
    doubtful: list[str]
    unknown: list[str] = []  # to the lockfile
    kept_as: dict[str, str] = {}


class _Sending(_Record, frozen=True, tag="sending"):
    """A call for this batch begins now. From here on the server may have acted."""

    batch: int
    at: str


class _Attempted(_Record, frozen=True, tag="attempted"):
    """The call ended without settling the batch; `doubt` tells whether the server may have acted."""

    batch: int
    doubt: bool


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    batch: int
    keys: list[str]
    doubtful: list[str]


class _Split(_Record, frozen=True, tag="split"):
    """A batch is divided; its parts go on in its place."""

    batch: int
    into: list[_Part]


class _Settled(_Record, frozen=True, tag="settled"):
    """What is known of each member of the batch, once and for all; with the attributes of the batch."""

    batch: int
    at: str
    members: list[list[str]]


_decode = msgspec.json.Decoder(_Run | _Batch | _Sending | _Attempted | _Split | _Settled).decode
_encode = msgspec.json.Encoder().encode


class Journal:
    """The journal of the run under way. Each method returns once its line is on disk.

    Raises (each method):
        DiskFailure: the line is not on disk for sure, so the run mustn't go on.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        """Use `Journal.begin`."""
        self._path = path
        self._descriptor = descriptor
        self._failed: OSError | None = None

    @classmethod
    def begin(
        cls, environment: Environment, batches: Iterable[Batch], began_from: Lineage, *, started: str
    ) -> Self:
        """Fix on disk what goes into which batch; replaces, in one step, the journal of a run that died."""
        run = _Run(
            environment.name,
            environment.target,
            started,
            lockfile=began_from.digest,
            commits=began_from.commits,
        )
        lines = [_line(run), *(_line(_written(batch)) for batch in batches)]
        path = environment.journal_path
        replace_file(path, b"".join(lines))
        try:
            return cls(path, os.open(path, os.O_WRONLY | os.O_APPEND))
        except OSError as error:
            raise disk_failure("written", path, error) from error

    def sending(self, batch: Batch, at: str) -> None:
        """A call for this batch begins."""
        self._append(_Sending(batch.number, at))

    def attempted(self, batch: Batch, *, doubt: bool) -> None:
        """A call for this batch ended without settling it."""
        self._append(_Attempted(batch.number, doubt))

    def split(self, batch: Batch, parts: Iterable[Batch]) -> None:
        """The parts go on in the batch's place."""
        into = [_Part(part.number, [*part.members], sorted(part.doubtful)) for part in parts]
        self._append(_Split(batch.number, into))

    def settled(self, batch: Batch, learnt: Mapping[str, Knowledge], at: str) -> None:
        """What is known since `at` of each member of the batch."""
        members = [[key, *_words(knowledge)] for key, knowledge in learnt.items()]
        self._append(_Settled(batch.number, at, members))

    def close(self) -> None:
        """Stop writing; the file stays."""
        os.close(self._descriptor)

    def _append(self, record: _Record) -> None:
        if self._failed is not None:  # behind a line that was cut short, another one could not be read
            raise disk_failure("written", self._path, self._failed)
        remaining = _line(record)
        try:
            while remaining:
                remaining = remaining[os.write(self._descriptor, remaining) :]
            os.fsync(self._descriptor)
        except OSError as error:
            self._failed = error
            raise disk_failure("written", self._path, error) from error


def discard(environment: Environment) -> None:
    """Delete the journal, once all that it says is in the lockfile.

    Raises:
        DiskFailure: it could not be deleted; the next run merges it once more, which changes nothing.
    """
    path = environment.journal_path
    if path.exists():
        delete_file(path)


def _line(record: _Record) -> bytes:
    return _encode(record) + b"\n"


def _written(batch: Batch) -> _Batch:
    members = {key: dict(operation.attributes) for key, operation in batch.members.items()}
    unknown = [key for key, operation in batch.members.items() if not operation.is_known]
    kept_as = {key: op.kept_as for key, op in batch.members.items() if op.kept_as is not None}
    return _Batch(batch.number, batch.kind, members, sorted(batch.doubtful), unknown, kept_as)


def _words(knowledge: Knowledge) -> tuple[str, ...]:
    match knowledge:
        case Present():
            return (knowledge.outcome.value,)
        case Rejected():
            return ("rejected", knowledge.reason, *(["doubtful"] if knowledge.doubtful else []))
        case Unconfirmed():
            note = knowledge.undelivered
            return ("unconfirmed", *([note.reason] if note else []))
        case Undelivered():
            return ("undelivered", knowledge.reason)
        case Gone():
            departed = knowledge.departed
            return ("gone", departed.outcome.value, *([departed.reason] if departed.reason else []))


class MalformedJournal(ValueError):
    """The journal holds something that no run of ours writes; `line` counts from 1."""

    def __init__(self, line: int) -> None:
        """Name the line at fault."""
        super().__init__(f"line {line}")
        self.line = line


class Learnt(NamedTuple):
    """What the interrupted run knew of a member, since `at`, and what it had asked the API for."""

    operation: Operation
    knowledge: Knowledge
    at: str


class UnfinishedRun(NamedTuple):
    """What an interrupted run left.

    `began_from` is the lockfile that it began from, None in the journal of an older version. `learnt` is
    what is known of each member that it sent, those under way as `Unconfirmed`; `pending` are the batches
    that it didn't settle, in order.
    """

    environment: str
    target: str
    began_from: Lineage | None
    learnt: Mapping[str, Learnt]
    pending: tuple[Batch, ...]


@dataclass(slots=True)
class _Progress:
    """How far one batch came: `sent` is when its last call began, `doubt` whether one may have acted."""

    batch: Batch
    sent: str | None = None
    under_way: bool = False
    doubt: bool = False


@dataclass(slots=True)
class _Replay:
    """The records so far: the batches that aren't settled, and what is known of those that are."""

    batches: dict[int, _Progress] = field(default_factory=dict)
    learnt: dict[str, Learnt] = field(default_factory=dict)

    def take(self, record: _Record) -> None:
        match record:
            case _Batch():
                # What a run learns of them goes into the lockfile, which takes nothing else.
                if not all(map(are_well_formed, record.members.values())):
                    raise ValueError("attributes")
                self.batches[record.batch] = _Progress(_read(record))
            case _Sending():
                progress = self.batches[record.batch]
                progress.doubt |= progress.under_way
                progress.sent, progress.under_way = record.at, True
            case _Attempted():
                progress = self.batches[record.batch]
                progress.doubt |= record.doubt
                progress.under_way = False
            case _Split():
                self._split(record)
            case _Settled():
                self._settle(record)

    def _split(self, record: _Split) -> None:
        whole = self.batches.pop(record.batch)
        for part in record.into:
            members = {
                key: whole.batch.members[key]._replace(doubtful=key in part.doubtful) for key in part.keys
            }
            batch = Batch(part.batch, whole.batch.kind, members)
            self.batches[part.batch] = _Progress(batch, whole.sent, doubt=whole.doubt)

    def _settle(self, record: _Settled) -> None:
        batch = self.batches.pop(record.batch).batch
        for key, *words in record.members:
            operation = batch.members[key]
            self.learnt[key] = Learnt(operation, _knowledge(words, record.at, operation), record.at)

    def unconfirmed(self) -> Iterator[tuple[str, Learnt]]:
        for progress in self.batches.values():
            if progress.sent is not None and (progress.doubt or progress.under_way):
                for key, operation in progress.batch.members.items():
                    yield key, Learnt(operation, in_doubt(operation, progress.sent), progress.sent)


def read_journal(data: bytes) -> UnfinishedRun | None:
    """What the journal's bytes tell; None where they don't even tell whose journal it is.

    Raises:
        MalformedJournal: a line other than the last can't be read.
    """
    replay = _Replay()
    run: _Run | None = None
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        try:
            record = _decode(line)
            run = run or _first(record)
            replay.take(record)
        except (msgspec.MsgspecError, KeyError, ValueError, RecursionError) as error:
            raise MalformedJournal(number) from error
    if run is None:
        return None
    return UnfinishedRun(
        run.environment,
        run.target,
        None if run.lockfile is None else Lineage(run.lockfile, run.commits),
        {**replay.learnt, **dict(replay.unconfirmed())},
        tuple(progress.batch for progress in replay.batches.values()),
    )


def _first(record: _Record) -> _Run:
    if isinstance(record, _Run):
        return record
    raise ValueError("run")


def _read(record: _Batch) -> Batch:
    doubtful, unknown = frozenset(record.doubtful), frozenset(record.unknown)
    members = {
        key: Operation(
            record.kind,
            key,
            attributes,
            key in doubtful,
            key not in unknown,
            record.kept_as.get(key, key if record.kind is OperationKind.UNSUBSCRIBE else None),
        )
        for key, attributes in record.members.items()
    }
    return Batch(record.batch, record.kind, members)


def _knowledge(words: list[str], at: str, operation: Operation) -> Knowledge:
    kind, attributes = operation.kind, operation.attributes
    known: Knowledge | None = None
    match words:
        case ["rejected", reason, *doubt] if kind is OperationKind.ADD and doubt in ([], ["doubtful"]):
            known = Rejected(reason, at, attributes, bool(doubt))
        case ["unconfirmed"]:
            known = Unconfirmed(at, attributes)
        case ["unconfirmed", reason] if kind.removal:
            known = Unconfirmed(at, attributes, Undelivered(kind.value, reason, at))
        case ["undelivered", reason] if kind is not OperationKind.ADD:
            known = Undelivered(kind.value, reason, at, None if kind.removal else attributes)
        case ["gone", departure, *reason] if kind.removal and len(reason) <= 1:
            known = gone(operation, Departure(departure), at, *reason)
        case [outcome] if not kind.removal:
            known = Present(Outcome(outcome), at, attributes)
    if known is None:
        raise ValueError("knowledge")
    return known
