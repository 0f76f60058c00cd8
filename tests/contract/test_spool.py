"""The spool: what was appended is there again, whole and in order, whatever happened to the process."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.spool import Spool

ENTRIES = [{"key": str(number), "words": "路灯\n坏了\ud800"} for number in range(5)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "spool.jsonl"


async def filled(path: Path) -> Spool:
    spool = await Spool.open(path)
    for entry in ENTRIES:
        await spool.append(entry)
    return spool


async def reopened(spool: Spool, path: Path) -> Spool:
    await spool.close()
    return await Spool.open(path)


async def test_entries_are_read_in_order_and_stay(path: Path) -> None:
    spool = await filled(path)
    assert (spool.pending, await spool.read(2), await spool.read()) == (5, ENTRIES[:2], ENTRIES)
    spool = await reopened(spool, path)
    assert (spool.pending, await spool.read()) == (5, ENTRIES)
    await spool.close()


async def test_dropped_entries_are_gone_for_ever(path: Path) -> None:
    spool = await filled(path)
    await spool.drop(1)
    await spool.drop(2)
    assert await spool.read() == ENTRIES[3:]
    spool = await reopened(spool, path)
    await spool.append({"key": "new"})
    assert await spool.read() == [*ENTRIES[3:], {"key": "new"}]
    await spool.drop(99)
    assert (spool.pending, await spool.read(), path.stat().st_size) == (0, [], 0)
    await spool.append({"key": "last"})
    await spool.clear()
    spool = await reopened(spool, path)
    assert spool.pending == 0
    await spool.close()


async def test_a_torn_last_line_is_cut_off(path: Path) -> None:
    spool = await filled(path)
    await spool.close()
    with path.open("ab") as file:
        file.write(b'{"key": "torn", "wo')
    spool = await Spool.open(path)
    assert await spool.read() == ENTRIES
    await spool.append({"key": "after"})
    spool = await reopened(spool, path)
    assert await spool.read() == [*ENTRIES, {"key": "after"}]
    await spool.close()


async def test_a_spoiled_line_costs_only_itself(path: Path) -> None:
    spool = await filled(path)
    await spool.close()
    path.write_bytes(path.read_bytes().replace(b'"key": "2"', b'"key" ~ "2"'))
    spool = await Spool.open(path)
    assert await spool.read() == [*ENTRIES[:2], *ENTRIES[3:]]
    await spool.close()


async def test_a_full_disk_fails_the_append_and_spoils_nothing(path: Path) -> None:
    spool = await filled(path)
    good, spool._file = spool._file, os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(OSError, match="No space left"):
        await spool.append({"key": "lost"})
    os.close(spool._file)
    spool._file = good
    assert await spool.read() == ENTRIES
    await spool.append({"key": "after"})
    spool = await reopened(spool, path)
    assert await spool.read() == [*ENTRIES, {"key": "after"}]
    await spool.close()


WRITER = """
import asyncio, sys
from pathlib import Path
from storage.spool import Spool

async def write():
    spool = await Spool.open(Path(sys.argv[1]))
    for number in range(100000):
        await spool.append({"number": number, "words": "x" * 5000})
        print(number, flush=True)

asyncio.run(write())
"""


async def test_everything_acknowledged_before_a_kill_is_there(path: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, cwd=Path.cwd())
    assert writer.stdout is not None
    while int(writer.stdout.readline()) < 20:
        pass
    writer.send_signal(signal.SIGKILL)
    acknowledged = [int(line) for line in writer.stdout.read().splitlines()]
    writer.stdout.close()
    writer.wait()
    spool = await Spool.open(path)
    numbers = [entry["number"] for entry in await spool.read()]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > max([20, *acknowledged])
    assert all(json.loads(line) for line in path.read_text().splitlines())
    await spool.close()
