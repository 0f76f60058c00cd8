"""Who stands by whose petition, on both databases."""

from datetime import timedelta

from bot.petitions.turn_ports import TurnWrites
from storage.engine import SqlStorage

from .petitioning import NOW, filing

LI, WANG = "wechat:main:li", "weibo:main:7"


async def test_who_stands_by_a_petition_does_so_once(storage: SqlStorage) -> None:
    outcome = filing()
    number = outcome.case.petition.number
    async with storage.batch() as batch:
        await batch.save(TurnWrites(outcomes=[outcome]))
    async with storage.begin() as work:
        assert await work.joinings.of(number) == ()
        assert await work.joinings.add(number, WANG, now=NOW)
        assert await work.joinings.add(number, LI, now=NOW + timedelta(hours=1))
        assert not await work.joinings.add(number, WANG, now=NOW + timedelta(hours=2))
        await work.commit()
    async with storage.begin() as work:
        assert await work.joinings.of(number) == (WANG, LI)
        assert await work.joinings.has(number, LI)
        assert await work.joinings.drop(number, LI)
        assert not await work.joinings.drop(number, LI)
        await work.commit()
    async with storage.read() as work:
        assert (await work.joinings.has(number, LI), await work.joinings.of(number)) == (False, (WANG,))
