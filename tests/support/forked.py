"""The real program in a process of its own, forked from one that has imported everything already.

Nine tenths of a short command's time go into starting Python and importing. A server for each pytest process
does that once and forks for each command, which has memory, files, signals and an exit code of its own. Tests
of how the program starts, those that meddle with its system calls, and those that set what Python reads at
its start (`LC_ALL`, `PYTHONUTF8`), start Python itself.
"""

import importlib
import json
import os
import pkgutil
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from socketserver import BaseRequestHandler, ForkingMixIn, UnixStreamServer
from threading import Lock
from typing import IO, NoReturn

import reconciler
from reconciler.__main__ import run

_BEGINNING = Lock()
_LARGEST = 1 << 20  # bytes of a command line with its environment variables


class Forked:
    """A command under way."""

    def __init__(
        self, arguments: Sequence[str], folder: Path, environ: Mapping[str, str], streams: Sequence[int]
    ) -> None:
        """Begin it with these descriptors as its standard streams."""
        self._arguments = list(arguments)
        self._server = socket.socket(socket.AF_UNIX)
        with _BEGINNING:  # Worlds run in threads
            address, _ = _server()
        self._server.connect(address)
        request = json.dumps([self._arguments, str(folder), dict(environ)]).encode()
        socket.send_fds(self._server, [request], streams)
        self._server.shutdown(socket.SHUT_WR)
        self._answers = self._server.makefile("r")
        self._pid = int(self._answers.readline())

    def wait(self, timeout: float) -> int:
        """Its exit code, once it ended.

        Raises:
            subprocess.TimeoutExpired: it took longer than these seconds; it is killed.
        """
        self._server.settimeout(timeout)
        with self._server, self._answers:
            try:
                return int(self._answers.readline())
            except TimeoutError:
                os.kill(self._pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(self._arguments, timeout) from None

    def terminate(self) -> None:
        """Ask it to end."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGTERM)


def run_forked(
    arguments: Sequence[str], folder: Path, environ: Mapping[str, str], stdin: str = "", timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin.encode())
        given.seek(0)
        streams = [stream.fileno() for stream in (given, out, err)]
        code = Forked(arguments, folder, environ, streams).wait(timeout)
        return subprocess.CompletedProcess(list(arguments), code, _text(out), _text(err))


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode()


@cache
def _server() -> tuple[str, "subprocess.Popen[str]"]:
    """The address of this process's server, and the server."""
    address = tempfile.mkdtemp(prefix="forked-") + "/socket"
    server = subprocess.Popen([sys.executable, __file__, address], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    with server.stdout as said:
        assert said.readline() == "ready\n"
    return address, server


class _Server(ForkingMixIn, UnixStreamServer):
    max_children = 1000
    request_queue_size = 100
    _parent = os.getppid()

    def service_actions(self) -> None:
        super().service_actions()
        if os.getppid() != self._parent:
            sys.exit()


class _Command(BaseRequestHandler):
    """In a process that waits for the command's."""

    def handle(self) -> None:
        request, streams, _, _ = socket.recv_fds(self.request, _LARGEST, 3)
        while more := self.request.recv(_LARGEST):
            request += more
        process = os.fork()
        if process == 0:
            self.request.close()
            _become(streams, *json.loads(request))
        self.request.sendall(f"{process}\n".encode())
        _, status = os.waitpid(process, 0)
        self.request.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _become(
    streams: Sequence[int], arguments: Sequence[str], folder: str, environ: Mapping[str, str]
) -> NoReturn:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
    sys.stderr = os.fdopen(2, "w", errors="backslashreplace", buffering=1)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["reconciler", *arguments]
    code = 1
    try:
        run()
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:  # noqa: BLE001 - as Python ends where nobody catches
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def _serve(path: str) -> None:
    for module in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
        importlib.import_module(module.name)
    with _Server(path, _Command) as server:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        finally:
            shutil.rmtree(Path(path).parent)


if __name__ == "__main__":
    _serve(sys.argv[1])
