"""The journal: what a run is about to do, and what came of it, on disk before and after each call.

`journal.jsonl` in the environment's working folder, one JSON object a line, each synced before the run
goes on:

- `run`: the first line; whose journal it is, and which lockfile the run began from.
- `batch`: who goes into which batch, of which kind; all of them, before the first is sent.
- `sending`: a call for this batch begins now. From here on the server may have acted.
- `attempted`: the call ended without settling the batch; `doubt` tells whether the server may have acted.
- `split`: a batch is divided; its parts go on in its place.
- `settled`: what is known of each member of the batch, once and for all.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from reconciler.environment.model import Environment
from reconciler.files import delete_file, disk_failure, open_for_appending, replace_file
from reconciler.lockfile.model import Gone, Knowledge, Present, Rejected, Unconfirmed, Undelivered

if TYPE_CHECKING:
    from reconciler.apply.batch import Batch  # which a plan needs none of
    from reconciler.lockfile.state import Lineage

FORMAT = 1


def journal_path(environment: Environment) -> Path:
    """Where the environment's journal stands while a run is under way, or after one that died."""
    return environment.working_folder / "journal.jsonl"


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
        cls, environment: Environment, batches: "Iterable[Batch]", began_from: "Lineage", *, started: str
    ) -> Self:
        """Fix on disk what goes into which batch; replaces, in one step, the journal of a run that died."""
        run = {
            "record": "run",
            "format": FORMAT,
            "environment": environment.name,
            "target": environment.target,
            "started": started,
            "lockfile": began_from.digest,
            "commits": began_from.commits,
        }
        lines = [_line(run), *(_line(_batch(batch)) for batch in batches)]
        path = journal_path(environment)
        replace_file(path, b"".join(lines))
        try:
            return cls(path, open_for_appending(path))
        except OSError as error:
            raise disk_failure("written", path, error) from error

    def sending(self, batch: "Batch", at: str) -> None:
        """A call for this batch begins."""
        self._append({"record": "sending", "batch": batch.number, "at": at})

    def attempted(self, batch: "Batch", *, doubt: bool) -> None:
        """A call for this batch ended without settling it."""
        self._append({"record": "attempted", "batch": batch.number, "doubt": doubt})

    def split(self, batch: "Batch", parts: "Iterable[Batch]") -> None:
        """The parts go on in the batch's place."""
        into = [
            {"batch": part.number, "keys": [*part.members], "doubtful": sorted(part.doubtful)}
            for part in parts
        ]
        self._append({"record": "split", "batch": batch.number, "into": into})

    def settled(self, batch: "Batch", learnt: Mapping[str, Knowledge], at: str) -> None:
        """What is known since `at` of each member of the batch. Their attributes are those of the batch."""
        members = [[key, *_words(knowledge)] for key, knowledge in learnt.items()]
        self._append({"record": "settled", "batch": batch.number, "at": at, "members": members})

    def close(self) -> None:
        """Stop writing; the file stays."""
        os.close(self._descriptor)

    def _append(self, record: Mapping[str, Any]) -> None:
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
        DiskFailure: it could not be deleted; the next run takes it in once more, which changes nothing.
    """
    path = journal_path(environment)
    if path.exists():
        delete_file(path)


def _batch(batch: "Batch") -> dict[str, Any]:
    return {
        "record": "batch",
        "batch": batch.number,
        "kind": batch.kind.value,
        "members": batch.members,
        "doubtful": sorted(batch.doubtful),
    }


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
            return ("gone", knowledge.departure.value)


def _line(record: Mapping[str, Any]) -> bytes:
    return (json.dumps(record, ensure_ascii=True, separators=(",", ":")) + "\n").encode("ascii")
