"""The real commands as processes: started in folders of their own, waited for, stopped, killed."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.clock import SystemClock

ROOT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 60
STOP_SECONDS = 20
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


def bot(*arguments: str, folder: Path, environ: Mapping[str, str] | None = None) -> Ended:
    """Run `python -m bot …` to its end in `folder`."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment(environ or {}),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=READY_SECONDS,
    )
    return Ended(code=done.returncode, out=done.stdout, err=done.stderr)


class Running:
    """`python -m bot …` as a server on `port`, writing to files in `folder`."""

    def __init__(self, *arguments: str, folder: Path, port: int, environ: Mapping[str, str] | None = None) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._out, self._err = folder / f"{port}.out", folder / f"{port}.err"
        started = time.monotonic()
        with self._out.open("ab") as out, self._err.open("ab") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", *arguments],
                cwd=folder,
                env=environment(environ or {}),
                stdout=out,
                stderr=err,
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
        self.process.wait()
        raise AssertionError(f"not ready after {READY_SECONDS} s or ended:\n{self.err[-4000:]}")


@contextlib.contextmanager
def demo(folder: Path, *, at: str = "") -> Iterator[Running]:
    """Run `python -m bot demo` with its data in `folder`; `at` is the Beijing time its clock is kept at."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    if at:
        ahead = datetime.fromisoformat(f"{at}+08:00") - SystemClock().now()
        (data / "clock.json").write_text(json.dumps({"ahead_seconds": ahead.total_seconds()}))
    port = free_port()
    running = Running("demo", "--port", str(port), folder=folder, port=port, environ=data_in(folder))
    try:
        yield running
    except BaseException:
        running.stop()
        raise
    running.stop_in_order()


def data_in(folder: Path) -> dict[str, str]:
    """Return the environment that keeps a command's data in `folder`."""
    return {"WENQIAO_STORAGE__DATA_DIR": str(folder / "data")}
