"""The generator: sends filings over keep-alive connections with as little of its own work as can be."""

import asyncio
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one run of the generator saw: turns answered, seconds, and each turn's latency in seconds."""

    turns: int
    seconds: float
    latencies: list[float]
    empty: int
    """Answers without words: the gateway said `success` only."""

    def percentile(self, share: float) -> float:
        """Return the latency below which this share of turns stayed, in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


async def send(port: int, filings: list[list[bytes]], *, connections: int = 32) -> Load:
    """Send all filings; raise when anything but 200 comes back."""
    waiting = list(reversed(filings))
    latencies: list[float] = []
    empty = 0

    async def connection() -> None:
        nonlocal empty
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            for request in waiting.pop():
                started = time.perf_counter()
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 200"):
                    raise RuntimeError(head.split(b"\r\n", 1)[0].decode())
                at = head.lower().index(b"content-length: ") + 16
                body = await reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
                latencies.append(time.perf_counter() - started)
                empty += body == b"success"
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(connections)))
    return Load(turns=len(latencies), seconds=time.perf_counter() - started, latencies=latencies, empty=empty)
