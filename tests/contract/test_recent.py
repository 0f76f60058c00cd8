"""Batches that remember: every guess is guarded, whoever else writes; a wrong one is `Stale` and written nowhere."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from bot.petitions.errors import Stale
from bot.petitions.number import make_number
from bot.petitions.turn_ports import CitizenRow, TurnWrites
from storage.engine import SqlStorage
from storage.recent import DOUBTED
from tests.contract.petitioning import LI, WANG, filing, message, record, row

TODAY = date(2026, 11, 20)


@pytest.fixture
async def remembering(storage_url: str) -> AsyncIterator[SqlStorage]:
    """A storage that remembers two citizens."""
    opened = await SqlStorage.open(storage_url, remember=2)
    yield opened
    await opened.close()


async def turned(storage: SqlStorage, session: str, *, key: str = LI) -> CitizenRow:
    """Turn once for a citizen, from memory if that is possible; return what the turn started from."""
    async with storage.batch() as batch:
        found = dict(batch.remembered([key]))
        found = found or dict((await batch.load([], [key])).citizens)
        await batch.save(TurnWrites(citizens=[replace(found[key], session=session)]))
    return found[key]


async def remembered(storage: SqlStorage, *keys: str) -> list[CitizenRow]:
    async with storage.batch() as batch:
        return list(batch.remembered(keys or [LI, WANG]).values())


async def stored(storage: SqlStorage, key: str = LI) -> CitizenRow | None:
    async with storage.read() as work:
        return await work.turns.citizen(key)


async def saved(storage: SqlStorage, *rows: CitizenRow, **writes: Any) -> None:
    async with storage.batch() as batch:
        await batch.save(TurnWrites(citizens=rows, **writes))


async def behind_its_back(storage: SqlStorage, statement: str) -> None:
    async with storage._writer.begin() as connection:
        await connection.execute(text(statement))


async def trusting(storage: SqlStorage) -> None:
    """Let the batches pass in which nothing is believed."""
    for _ in range(DOUBTED):
        await remembered(storage)


async def test_what_was_written_is_remembered_and_written_on(remembering: SqlStorage) -> None:
    assert await remembered(remembering) == []
    assert await turned(remembering, "one") == row()
    assert await remembered(remembering) == [row(session="one", version=1)]
    assert await turned(remembering, "two") == row(session="one", version=1)
    assert await remembered(remembering) == [row(session="two", version=2)]
    assert await stored(remembering) == row(session="two", version=2)


async def test_only_so_many_are_remembered(remembering: SqlStorage) -> None:
    for key in (LI, WANG, "wechat:main:o-zhao"):
        await turned(remembering, "x", key=key)
    assert [one.key for one in await remembered(remembering, LI, WANG, "wechat:main:o-zhao")] == [
        WANG,
        "wechat:main:o-zhao",
    ]


async def test_a_storage_that_is_not_told_to_remembers_nothing(storage: SqlStorage) -> None:
    await turned(storage, "one")
    assert await remembered(storage) == []


async def test_another_process_wrote(remembering: SqlStorage, storage: SqlStorage) -> None:
    await turned(remembering, "one")
    await turned(storage, "theirs")
    with pytest.raises(Stale):
        await turned(remembering, "lost")
    assert await stored(storage) == row(session="theirs", version=2)
    assert await turned(remembering, "ours") == row(session="theirs", version=2)
    await trusting(remembering)
    assert await remembered(remembering) == [row(session="ours", version=3)]


@pytest.mark.parametrize("change", ["spend", "left", "following"])
async def test_another_process_learned_something_by_sending(
    remembering: SqlStorage, storage: SqlStorage, change: str
) -> None:
    await saved(remembering, row(window_left=5))
    async with storage.begin() as work:
        match change:
            case "spend":
                await work.turns.spend_window(LI)
            case "left":
                await work.turns.spend_window(LI, left=0)
            case _:
                await work.turns.set_following(LI, following=False)
        await work.commit()
    with pytest.raises(Stale):
        await turned(remembering, "lost")
    assert (await turned(remembering, "ours")).version == 2


async def test_a_row_that_is_gone_is_not_written_again(remembering: SqlStorage) -> None:
    await turned(remembering, "one")
    await behind_its_back(remembering, "DELETE FROM citizens")
    with pytest.raises(Stale):
        await turned(remembering, "lost")
    assert await stored(remembering) is None
    assert await turned(remembering, "again") == row()
    assert await stored(remembering) == row(session="again", version=1)


async def test_a_bare_row_is_taken_for_a_newcomer(remembering: SqlStorage) -> None:
    async with remembering.begin() as work:
        await work.turns.load([], [LI])
        await work.commit()
    assert await stored(remembering) == row()
    assert await turned(remembering, "first") == row()
    assert await stored(remembering) == row(session="first", version=1)


async def test_a_unit_of_work_of_the_same_process_is_believed(remembering: SqlStorage) -> None:
    await turned(remembering, "one")
    await turned(remembering, "one", key=WANG)
    async with remembering.begin() as work:
        found = (await work.turns.load([], [LI])).citizens[LI]
        await work.turns.save(TurnWrites(citizens=[replace(found, session="alone")]))
        assert await stored(remembering) == row(session="one", version=1)
        await work.commit()
    assert await remembered(remembering) == [row(WANG, session="one", version=1)]
    assert await turned(remembering, "two") == row(session="alone", version=2)


async def test_a_unit_of_work_that_was_rolled_back_changes_nothing(remembering: SqlStorage) -> None:
    await turned(remembering, "one")
    async with remembering.begin() as work:
        await work.turns.spend_window(LI)
    assert await remembered(remembering) == [row(session="one", version=1)]
    assert await turned(remembering, "two") == row(session="one", version=1)


async def test_a_batch_that_was_not_saved_is_not_remembered(remembering: SqlStorage) -> None:
    async with remembering.batch() as batch:
        await batch.load([], [LI])
    assert await remembered(remembering) == []


async def test_a_repeat_of_somebody_remembered_is_stale_and_then_found(remembering: SqlStorage) -> None:
    first = message("1")
    await saved(remembering, row(session="one"), records=[record(first, reply="请写内容。")])
    (known,) = await remembered(remembering)
    with pytest.raises(Stale):
        await saved(remembering, replace(known, session="twice"), records=[record(message("2")), record(first)])
    assert await stored(remembering) == row(session="one", version=1)
    assert await remembered(remembering) == []
    async with remembering.batch() as batch:
        state = await batch.load([first.key, message("2").key], [LI])
    assert state.repeats == {first.key: "请写内容。"}


async def file(storage: SqlStorage, identity: str) -> int:
    """File in a batch; return the number it was given."""
    async with storage.batch() as batch:
        batch.remembered([LI])
        sequence = await batch.reserve(TODAY, 1)
        await batch.save(TurnWrites(records=[record(message(identity))], outcomes=[filing(sequence)]))
    return sequence


async def file_alone(storage: SqlStorage) -> int:
    async with storage.begin() as work:
        sequence = await work.cases.reserve(TODAY, 1)
        await work.cases.save(filing(sequence))
        await work.commit()
    return sequence


async def test_numbers_go_on_whoever_takes_them(remembering: SqlStorage) -> None:
    assert [await file(remembering, "1"), await file(remembering, "2")] == [1, 2]
    assert await file_alone(remembering) == 3
    assert [await file(remembering, "3"), await file(remembering, "4")] == [4, 5]
    async with remembering.batch() as batch:
        assert await batch.reserve(date(2026, 11, 21), 2) == 1


async def test_a_number_that_another_process_took_is_not_given_twice(
    remembering: SqlStorage, storage: SqlStorage
) -> None:
    assert [await file(remembering, "1"), await file(remembering, "2")] == [1, 2]
    assert await file(storage, "3") == 3
    try:
        number = await file(remembering, "4")
    except Stale:  # on PostgreSQL the number stands in memory; SQLite asks the database always
        number = await file(remembering, "4")
    assert number == 4
    async with storage.read() as work:
        assert set(await work.cases.all_numbers()) == {make_number(TODAY, sequence) for sequence in range(1, 5)}


async def test_numbers_of_a_batch_that_failed_are_free_again(remembering: SqlStorage) -> None:
    assert [await file(remembering, "1"), await file(remembering, "2")] == [1, 2]
    with pytest.raises(Stale):
        await file(remembering, "1")
    assert await file(remembering, "3") == 3
