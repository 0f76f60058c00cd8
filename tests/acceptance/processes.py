"""The real commands as processes: started in folders of their own, waited for, stopped, killed.

They start warm (`tests/acceptance/warm.py`) unless a test asks for `cold`: a new interpreter that imports everything,
which is the same for all of them. Started cold somewhere are `check`, `serve`, `demo`, `sandbox`, `talk` and an empty
line.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from bot.clock import SystemClock
from tests.acceptance.warm import ROOT, Warm

READY_SECONDS = 90
STOP_SECONDS = 60
STEP_SECONDS = 0.05


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return this process' environment without anything that would set the gateway, and `extra`."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("WENQIAO_")}
    return own | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default", "PYTHONIOENCODING": "utf-8"} | dict(extra)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A command that ended: its exit code and what it printed."""

    code: int
    out: str
    err: str


def bot(*arguments: str, folder: Path, environ: Mapping[str, str] | None = None, cold: bool = False) -> Ended:
    """Run `python -m bot …` to its end in `folder`."""
    return ended("bot.__main__", *arguments, folder=folder, environ=environ or {}, cold=cold)


def ended(
    module: str,
    *arguments: str,
    folder: Path,
    environ: Mapping[str, str],
    cold: bool = False,
    seconds: float = READY_SECONDS,
) -> Ended:
    """Run `main()` of a module to its end in `folder`."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = _started(module, arguments, folder=folder, environ=environ, out=out, err=err, cold=cold)
        try:
            code = process.wait(seconds)
        except BaseException:
            process.kill()
            process.wait(STOP_SECONDS)
            raise
        said, wrong = (_text(file) for file in (out, err))
    return Ended(code=code, out=said, err=wrong)


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode()


def _started(
    module: str,
    arguments: Sequence[str],
    *,
    folder: Path,
    environ: Mapping[str, str],
    out: BinaryIO,
    err: BinaryIO,
    cold: bool,
) -> Warm | subprocess.Popen[bytes]:
    whole = environment(environ)
    if not cold:
        return Warm(module, arguments, folder=folder, environ=whole, out=out, err=err)
    command = [sys.executable, "-m", module.removesuffix(".__main__"), *arguments]
    return subprocess.Popen(command, cwd=folder, env=whole, stdin=subprocess.DEVNULL, stdout=out, stderr=err)


class Running:
    """`python -m bot …` as a server on `port`, writing to files in `folder`."""

    def __init__(
        self,
        *arguments: str,
        folder: Path,
        port: int,
        environ: Mapping[str, str] | None = None,
        cold: bool = False,
    ) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._out, self._err = folder / f"{port}.out", folder / f"{port}.err"
        started = time.monotonic()
        with self._out.open("ab") as out, self._err.open("ab") as err:
            self.process = _started(
                "bot.__main__", arguments, folder=folder, environ=environ or {}, out=out, err=err, cold=cold
            )
        self._wait("/sandbox/clock" if arguments[0] == "sandbox" else "/readyz")
        self.seconds = time.monotonic() - started

    @property
    def out(self) -> str:
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        return self._err.read_text(encoding="utf-8")

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS)

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(STOP_SECONDS)

    def stop_in_order(self) -> None:
        """Stop it, and hold it to an exit without error and a log without a traceback."""
        code = self.stop()
        assert (code, "Traceback" in self.err, "Warning" in self.err) == (0, False, False), self.err[-4000:]

    def _wait(self, path: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError), urllib.request.urlopen(self.url + path, timeout=5):  # noqa: S310 -- our own address
                return
            time.sleep(STEP_SECONDS)
        self.process.kill()
        self.process.wait(STOP_SECONDS)
        raise AssertionError(f"not ready after {READY_SECONDS} s or ended:\n{self.err[-4000:]}")


@contextlib.contextmanager
def demo(folder: Path, *, at: str = "", cold: bool = False) -> Iterator[Running]:
    """Run `python -m bot demo` with its data in `folder`; `at` is the Beijing time its clock is kept at."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    if at:
        ahead = datetime.fromisoformat(f"{at}+08:00") - SystemClock().now()
        (data / "clock.json").write_text(json.dumps({"ahead_seconds": ahead.total_seconds()}))
    port = free_port()
    running = Running("demo", "--port", str(port), folder=folder, port=port, environ=data_in(folder), cold=cold)
    try:
        yield running
    except BaseException:
        running.stop()
        raise
    running.stop_in_order()


def data_in(folder: Path) -> dict[str, str]:
    """Return the environment that keeps a command's data in `folder`."""
    return {"WENQIAO_STORAGE__DATA_DIR": str(folder / "data")}
