"""The servers under load, each a process of its own on the one core, and what CPU they used."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.conversation import ACCOUNT, AES_KEY, APP_ID, ORIGINAL_ID, TOKEN

ROOT = Path(__file__).resolve().parent.parent


class Server:
    """One server: the port it listens on, and the processes whose CPU counts."""

    def __init__(self, name: str, port: int, process: subprocess.Popen[bytes], database: psutil.Process | None) -> None:
        self.name = name
        self.port = port
        self._process = psutil.Process(process.pid)
        self._database = database

    def cpu(self) -> tuple[float, float]:
        """Return the seconds of CPU used so far by the server and by its database."""
        return _used(self._process), _used(self._database) if self._database else 0.0


def _used(process: psutil.Process) -> float:
    """Return the CPU seconds of a process and its living children, exact to the nanosecond, not to the tick."""
    total = 0
    for one in (process, *process.children(recursive=True)):
        for schedule in Path(f"/proc/{one.pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):
                total += int(schedule.read_text().split()[0])
    return total / 1e9


@contextlib.contextmanager
def bare(port: int) -> Iterator[Server]:
    """Run the floor."""
    with _process([sys.executable, "-m", "bench.bare", str(port)], {}, port) as process:
        yield Server("bare aiohttp", port, process, None)


@contextlib.contextmanager
def gateway(
    name: str, port: int, *, database_url: str = "", database: psutil.Process | None = None
) -> Iterator[Server]:
    """Run the gateway as `python -m bot serve` does."""
    with tempfile.TemporaryDirectory(prefix="wenqiao-bench-") as folder:
        config = Path(folder) / "gateway.toml"
        config.write_text(
            f'[server]\nport = {port}\n[storage]\ndata_dir = "{folder}/data"\n[intake]\nmax_age = 0\n'
            "[dialog]\nmessages_per_minute = 0\npetitions_per_day = 0\n"
            f'[[wechat]]\naccount = "{ACCOUNT}"\napp_id = "{APP_ID}"\napp_secret = "bench"\ntoken = "{TOKEN}"\n'
            f'aes_key = "{AES_KEY}"\noriginal_id = "{ORIGINAL_ID}"\napi_base = "http://127.0.0.1:9"\n'
        )
        environ = {"WENQIAO_DATABASE__URL": database_url} if database_url else {}
        if database_url:
            subprocess.run(
                [sys.executable, "-m", "bot", "migrate", "--config", str(config)],
                cwd=ROOT,
                env={**os.environ, **environ},
                check=True,
                stdout=subprocess.DEVNULL,
            )
        command = [sys.executable, "-m", "bot", "serve", "--config", str(config)]
        with _process(command, environ, port) as process:
            yield Server(name, port, process, database)


@contextlib.contextmanager
def _process(command: list[str], environ: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ}, stderr=log, stdout=log)
        try:
            _wait_for(port, process, log)
            yield process
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: object) -> None:
    for _ in range(300):
        if process.poll() is not None:
            log.seek(0)  # type: ignore[attr-defined]
            raise RuntimeError(f"the server ended:\n{log.read().decode()[-2000:]}")  # type: ignore[attr-defined]
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")
