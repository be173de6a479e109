"""The real yaml-language-server over stdio, as an editor speaks to it (Language Server Protocol 3.17)."""

import json
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

from node_packages import package_file, program

_SECONDS = 60
_SETTINGS = {
    "yaml": {"validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False}},
    "http": {},
}


class Underlined(NamedTuple):
    """A part of a file that the editor underlines, what it says there, and whether a schema made it."""

    line: int
    text: str
    message: str
    is_by_schema: bool


class LanguageServer:
    """One server; the test is skipped where it isn't installed."""

    def __init__(self, folder: Path) -> None:
        """Start it for a folder."""
        command = [program("node"), str(package_file("yaml-language-server/bin/yaml-language-server"))]
        self._process = subprocess.Popen(
            [*command, "--stdio"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._deadline = threading.Timer(_SECONDS, self._process.kill)
        self._deadline.start()
        self._number = 0
        capabilities = {"workspace": {"configuration": True}, "textDocument": {"completion": {}}}
        wanted = {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities}
        self._ask("initialize", wanted)
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": _SETTINGS})

    def underlined(self, path: Path) -> list[Underlined]:
        """Open a file, and wait for what is wrong in it."""
        text = path.read_text(encoding="utf-8")
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        while True:
            message = self._next()
            found = message.get("params", {})
            if message.get("method") == "textDocument/publishDiagnostics" and found["uri"] == path.as_uri():
                return [_underlined(text.splitlines(), each) for each in found["diagnostics"]]

    def completions(self, path: Path, line: int, column: int) -> list[str]:
        """What is proposed at a place of an open file, lines and columns from 1."""
        found = self._at("textDocument/completion", path, line, column)
        return [item["label"] for item in (found["items"] if isinstance(found, dict) else found)]

    def hover(self, path: Path, line: int, column: int) -> str:
        """What is said about a place of an open file."""
        found = self._at("textDocument/hover", path, line, column)
        return json.dumps(found)

    def _at(self, method: str, path: Path, line: int, column: int) -> Any:
        position = {"line": line - 1, "character": column - 1}
        return self._ask(method, {"textDocument": {"uri": path.as_uri()}, "position": position})

    def _ask(self, method: str, params: Mapping[str, Any]) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == self._number and "method" not in message:
                return message["result"]

    def _tell(self, method: str, params: Mapping[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._stream(self._process.stdin)
        stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        stream.flush()

    def _next(self) -> dict[str, Any]:
        """The next message; the server's own questions are answered on the way."""
        stream = self._stream(self._process.stdout)
        length = 0
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the language server ended, or was silent for too long"
        message: dict[str, Any] = json.loads(stream.read(length))
        if "method" in message and "id" in message:
            self._send({"id": message["id"], "result": _answer(message)})
        return message

    @staticmethod
    def _stream(stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None
        return stream

    def __enter__(self) -> Self:
        """It has been running since it was made."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self._deadline.cancel()
        self._process.kill()
        self._process.communicate()


def _answer(message: Mapping[str, Any]) -> Any:
    if message["method"] == "workspace/configuration":
        return [_SETTINGS.get(item.get("section"), {}) for item in message["params"]["items"]]
    return None


def _underlined(lines: list[str], found: Mapping[str, Any]) -> Underlined:
    start, end = found["range"]["start"], found["range"]["end"]
    stop = end["character"] if end["line"] == start["line"] else None
    text = lines[start["line"]][start["character"] : stop]
    return Underlined(
        start["line"] + 1, text, found["message"], found.get("source", "").startswith("yaml-schema")
    )
