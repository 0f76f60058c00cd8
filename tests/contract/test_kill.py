"""kill -9 in the middle of group commits: what was acknowledged is there once, and nothing is there by half."""

import signal
import subprocess
import sys
from pathlib import Path

from bot.petitions.evolution import replay
from storage.engine import SqlStorage
from tests.contract.petitioning import LI

WRITER = """
import asyncio, itertools, sys
from dataclasses import replace
from bot.petitions.turn_ports import TurnWrites
from storage.engine import SqlStorage
from tests.contract.petitioning import LI, NOW, filing, message, picture, record

async def write():
    storage = await SqlStorage.open(sys.argv[1])
    for number in itertools.count():
        async with storage.batch() as batch:
            row = (await batch.load([], [LI])).citizens[LI]
            first = await batch.reserve(NOW.date(), 1)
            outcome = filing(first, attachments=(f"wechat:main:p{number}",))
            await batch.save(TurnWrites(
                records=[record(message(f"{number}-{i}")) for i in range(5)],
                citizens=[replace(row, session=str(number))],
                attachments=[picture(f"p{number}")],
                outcomes=[outcome],
            ))
        print(outcome.case.petition.number, flush=True)

asyncio.run(write())
"""
ENOUGH = 20


async def test_acknowledged_batches_survive_a_kill_whole(storage_url: str) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, storage_url], stdout=subprocess.PIPE, cwd=Path.cwd())
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().decode().strip() for _ in range(ENOUGH)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += writer.stdout.read().decode().split()
    writer.stdout.close()
    writer.wait()

    storage = await SqlStorage.open(storage_url)
    async with storage.read() as work:
        kept = await work.cases.all_numbers()
        citizen = await work.turns.citizen(LI)
        files = [await work.attachments.of_petition(number) for number in kept]
        histories = [replay(await work.cases.events(number)) for number in kept]
        cases = [await work.cases.get(number) for number in kept]
    async with storage.batch() as batch:
        repeats = (
            await batch.load([f"wechat:main:{n}-{i}" for n in range(len(kept) + 1) for i in range(5)], [])
        ).repeats
    await storage.close()
    assert set(acknowledged) <= set(kept)
    assert len(kept) - len(acknowledged) <= 1
    assert citizen is not None
    assert (citizen.version, citizen.session) == (len(kept), str(len(kept) - 1))
    assert [len(of_one) for of_one in files] == [1] * len(kept)
    assert cases == histories
    assert len(repeats) == 5 * len(kept)
