"""One spool a process: several gateways on one data directory never write the same file.

A process holds its spool by a lock that the kernel frees when it ends, however it ends. Whoever starts takes the first
free spool, and with it whatever lies in other free ones: nothing waits for a worker that will not come back.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import structlog

from storage.spool import Spool

log = structlog.get_logger(__name__)


@asynccontextmanager
async def claimed_spool(folder: Path) -> AsyncIterator[Spool]:
    """Hold a spool in `folder` (created where absent) for as long as the context lasts."""
    number, lock = await asyncio.to_thread(_first_free, folder)
    spool = await Spool.open(_file(folder, number))
    try:
        await _adopt(folder, spool, but=number)
        yield spool
    finally:
        await spool.close()
        os.close(lock)


async def _adopt(folder: Path, spool: Spool, *, but: int) -> None:
    """Take over what lies in the free spools of processes that have ended."""
    for number in await asyncio.to_thread(_left_behind, folder):
        lock = None if number == but else await asyncio.to_thread(_try_lock, folder, number)
        if lock is None:
            continue
        orphan = await Spool.open(_file(folder, number))
        entries = await orphan.read()
        for entry in entries:
            await spool.append(entry)
        await orphan.clear()
        await orphan.close()
        os.close(lock)
        log.info("spool.adopted", spool=number, entries=len(entries))


def _first_free(folder: Path) -> tuple[int, int]:
    folder.mkdir(parents=True, exist_ok=True)
    for number in count():
        lock = _try_lock(folder, number)
        if lock is not None:
            return number, lock
    raise AssertionError("count() does not end")


def _try_lock(folder: Path, number: int) -> int | None:
    handle = os.open(folder / f"spool-{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _left_behind(folder: Path) -> list[int]:
    """Return the numbers of the spools that hold something."""
    found = [path for path in folder.glob("spool-*.jsonl") if path.stat().st_size]
    return sorted(int(path.stem.removeprefix("spool-")) for path in found)


def _file(folder: Path, number: int) -> Path:
    return folder / f"spool-{number}.jsonl"
