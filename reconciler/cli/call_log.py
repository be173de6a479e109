"""`--log FILE`: one JSON object a call, without key or personal data, so that it can be passed on."""

import json
from pathlib import Path
from typing import Any, TextIO

from reconciler.files import disk_failure
from reconciler.panel import Answer, Counted, CountedAway, Reply


class CallLog:
    """Appends to a file; each line is written at once, so that it outlives the process."""

    def __init__(self, file: TextIO) -> None:
        """Use `CallLog.opened`."""
        self._file = file

    @classmethod
    def opened(cls, path: Path) -> "CallLog":
        """The log at `path`, created if it isn't there.

        Raises:
            DiskFailure: it can't be opened for writing.
        """
        try:
            return cls(path.open("a", encoding="utf-8", buffering=1))
        except OSError as error:
            raise disk_failure("written", path, error) from error

    def called(self, at: str, members: int, reply: Reply) -> None:
        """One call: when it began, for how many members, and what came of it.

        Raises:
            DiskFailure: the line could not be written.
        """
        try:
            self._file.write(json.dumps(_line(at, members, reply)) + "\n")
        except OSError as error:
            raise disk_failure("written", Path(self._file.name), error) from error


def _line(at: str, members: int, reply: Reply) -> dict[str, Any]:
    saved = reply.answer if isinstance(reply.answer, Counted) else None
    return {
        "time": at,
        "members": members,
        "answer": type(reply.answer).__name__,
        "status": reply.status,
        "added": saved.added if saved else None,
        "failed": saved.failed if saved else None,
        **_removed(reply.answer),
        "request_id": reply.request_id,
        "sent": reply.sent,
        "seconds": round(reply.duration, 3),
    }


def _removed(answer: Answer) -> dict[str, int]:
    if not isinstance(answer, CountedAway):
        return {}
    return {"removed": answer.done, "absent": answer.absent, "blocked": answer.blocked}
