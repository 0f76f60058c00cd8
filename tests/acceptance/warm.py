"""Commands that begin warm: forked from a process that has imported them, and after that processes like any other.

To import what `python -m bot` needs costs more than a second of CPU, and these tests start a hundred commands. A forked
one has its own memory, folder, environment, files and signals; it can be asked to end, and killed. What only a cold
start shows (the imports themselves, the check of the five folders) is left to the tests that ask for one.

Run as `python -m tests.acceptance.warm` this is the process they are forked from, the *hearth*: it takes orders over
the socket that is its standard input. Behind every command stands an attendant that tells how it ended.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

ROOT = Path(__file__).resolve().parent.parent.parent
_LENGTH = 8
_FILES = 3
"""Standard output, standard error, and where the attendant tells the process id and the exit code."""


class Warm:
    """A forked command, with the methods of `subprocess.Popen` that the tests use."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        folder: Path,
        environ: Mapping[str, str],
        out: BinaryIO,
        err: BinaryIO,
    ) -> None:
        """Run `main()` of a module in `folder`, with nothing in its environment but `environ`."""
        told, telling = os.pipe()
        order = {"module": module, "arguments": arguments, "folder": str(folder), "environ": dict(environ)}
        try:
            _hearth().order(order, out.fileno(), err.fileno(), telling)
        finally:
            os.close(telling)
        self._told = os.fdopen(told, "rb", buffering=0)
        self.pid = int(self._told.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self._ended(0.0)

    def wait(self, timeout: float) -> int:
        """Wait for its end and return the exit code; raise `subprocess.TimeoutExpired` where that takes longer."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], timeout)[0]:
            self.returncode = int(self._told.readline())
            self._told.close()
        return self.returncode


class _Hearth:
    """The process that commands are forked from, as this process sees it."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        own = {name: value for name, value in os.environ.items() if not name.startswith("WENQIAO_")}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.acceptance.warm"], cwd=ROOT, env=own, stdin=theirs.fileno()
            )
        self._lock = threading.Lock()

    def order(self, order: Mapping[str, Any], *files: int) -> None:
        body = json.dumps(order).encode()
        with self._lock:
            socket.send_fds(self._socket, [len(body).to_bytes(_LENGTH)], files)
            self._socket.sendall(body)

    def close(self) -> None:
        self._socket.close()
        self._process.wait()


@functools.cache
def _hearth() -> _Hearth:
    """Return the one of this test run, started for the first command."""
    hearth = _Hearth()
    atexit.register(hearth.close)
    return hearth


def serve_orders() -> None:
    """Fork a command for every order, until nobody can give one any more."""
    importlib.import_module("bot.commands.cli")
    gc.collect()
    gc.freeze()  # the forked leave alone what they share
    orders = socket.socket(fileno=sys.stdin.fileno())
    while True:
        length, files, _, _ = socket.recv_fds(orders, _LENGTH, _FILES)
        if not length:
            orders.detach()
            return
        order = json.loads(orders.recv(int.from_bytes(length), socket.MSG_WAITALL))
        if os.fork() == 0:
            _attend(order, *files)
        for file in files:
            os.close(file)
        with suppress(ChildProcessError):  # attendants that are done
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _attend(order: Mapping[str, Any], out: int, err: int, telling: int) -> NoReturn:
    """Fork the command, and tell its id at once and its exit code once it ended; minus the signal that ended it."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)  # orders are not for those who were forked
    os.close(nothing)
    pid = os.fork()
    if pid == 0:
        os.close(telling)
        _become(order, out, err)
    os.close(out)
    os.close(err)
    with os.fdopen(telling, "wb", buffering=0) as told:
        told.write(b"%d\n" % pid)
        _, status = os.waitpid(pid, 0)
        told.write(b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(order: Mapping[str, Any], out: int, err: int) -> NoReturn:
    """Be the command: its folder, environment and files, then its `main()`; end as the interpreter would."""
    for file, number in ((out, 1), (err, 2)):
        os.dup2(file, number)
        os.close(file)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 -- for the life of the process
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, errors="backslashreplace", buffering=1)  # noqa: SIM115
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    warnings.simplefilter(order["environ"]["PYTHONWARNINGS"])
    sys.argv = [order["module"], *order["arguments"]]
    code: object = 1
    try:
        code = importlib.import_module(order["module"]).main()
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001 -- as the interpreter does at the very end
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    gc.collect()  # whatever was left open says so
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1 if code else 0)


if __name__ == "__main__":
    serve_orders()
