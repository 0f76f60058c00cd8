"""Chats on both databases: the lines in order, what came before, one open chat a citizen, and who is first."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.messages import Channel, CitizenRef, Inbound, InboundKind
from bot.petitions import lifecycle
from bot.petitions.chat_ports import Chat, ChatEnd, ChatState, LineBy, outbox_key
from bot.petitions.turn_ports import InboundRecord, InboundState, LateReply, TurnWrites
from storage.engine import SqlStorage
from storage.errors import Conflict
from tests.contract.petitioning import CLERK, filing

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ME, OTHER = (CitizenRef(channel=Channel.WECHAT, account="city", user=user) for user in ("o1", "o2"))


async def said(storage: SqlStorage, number: int, text: str, *, who: CitizenRef = ME, reply: str = "") -> str:
    key = f"wechat:city:{24_000_000_000_000_000 + number}:{who.user}"
    inbound = Inbound(key=key, citizen=who, kind=InboundKind.TEXT, sent_at=NOW, text=text)
    record = InboundRecord(inbound=inbound, state=InboundState.TURNED, received_at=NOW + number * MINUTE, reply=reply)
    async with storage.begin() as work:
        await work.turns.save(TurnWrites(records=(record,)))
        await work.commit()
    return key


async def opened(storage: SqlStorage, message: str = "m", *, who: CitizenRef = ME, at: datetime = NOW) -> Chat:
    async with storage.begin() as work:
        chat = await work.chats.open(who.key, message=message, about="油烟", now=at, next_at=at + 10 * MINUTE)
        await work.commit()
    return chat


async def test_a_chat_opens_with_the_last_messages_before_it(storage: SqlStorage) -> None:
    for number in range(1, 12):
        await said(storage, number, f"第{number}句", reply=f"答{number}")
        await said(storage, 100 + number, "别人的话", who=OTHER)
    asking = await said(storage, 200, "人工")
    chat = await opened(storage, asking)
    async with storage.read() as work:
        lines = await work.chats.lines(chat.id)
    assert [(line.by, line.text, line.reply) for line in lines] == [
        *((LineBy.BEFORE, f"第{number}句", f"答{number}") for number in range(4, 12)),
        (LineBy.CITIZEN, "人工", ""),
    ]
    assert [line.seq for line in lines] == list(range(1, 10))
    assert (chat.state, chat.about, chat.lines, chat.urgent, chat.officer) == (ChatState.QUEUED, "油烟", 9, False, "")


async def test_a_citizen_has_one_open_chat(storage: SqlStorage) -> None:
    first = await opened(storage)
    with pytest.raises(Conflict):
        await opened(storage)
    async with storage.begin() as work:
        assert await work.chats.of_citizen(ME.key) == first
        await work.chats.put(first.ending(ChatEnd.CITIZEN, now=NOW))
        await work.commit()
    second = await opened(storage)
    async with storage.read() as work:
        assert await work.chats.of_citizen(ME.key) == second
        assert await work.chats.ended() == (first.ending(ChatEnd.CITIZEN, now=NOW),)
        assert await work.chats.get(999) is None


async def test_what_is_sent_shows_how_it_went_and_a_form_sent_twice_is_one_line(storage: SqlStorage) -> None:
    chat = await opened(storage)
    async with storage.begin() as work:
        seq = await work.chats.add(chat.id, LineBy.STAFF, now=NOW, actor="wang", text="您好", once="x")
        again = await work.chats.add(chat.id, LineBy.STAFF, now=NOW, actor="wang", text="您好", once="x")
        late = LateReply(key=outbox_key(chat.id, seq), citizen=ME.key, text="【工作人员】您好", at=NOW)
        await work.turns.save(TurnWrites(late=(late,)))
        await work.commit()
    assert (seq, again) == (2, 0)
    async with storage.read() as work:
        [line] = await work.chats.lines(chat.id, after=1)
        [sent] = await work.chats.unsettled(chat.id)
    assert (line.by, line.actor, line.text, line.sent, line.seq) == (LineBy.STAFF, "wang", "您好", "pending", 2)
    assert (sent.seq, sent.sent) == (2, "pending")


async def test_lists_put_the_urgent_and_the_longest_waiting_first(storage: SqlStorage) -> None:
    users = [CitizenRef(channel=Channel.WECHAT, account="city", user=f"w{n}") for n in range(4)]
    chats = [await opened(storage, who=user, at=NOW + n * MINUTE) for n, user in enumerate(users)]
    held = replace(chats[0], state=ChatState.HELD, officer="wang", taken_at=NOW, next_at=NOW + MINUTE)
    async with storage.begin() as work:
        await work.chats.put(held)
        await work.chats.put(replace(chats[3], urgent=True))
        await work.commit()
    async with storage.read() as work:
        assert [chat.id for chat in await work.chats.listed()] == [chats[n].id for n in (3, 1, 2, 0)]
        assert await work.chats.waiting() == 3
        assert [chat.id for chat in await work.chats.due(now=NOW + MINUTE, limit=9)] == [chats[0].id]
        assert len(await work.chats.due(now=NOW + 20 * MINUTE, limit=9)) == 4
        assert (await work.chats.get(held.id)) == held


async def test_lines_of_two_writers_are_all_there_in_order(storage: SqlStorage, other_storage: SqlStorage) -> None:
    chat = await opened(storage)

    async def says(store: SqlStorage, name: str) -> None:
        for number in range(10):
            async with store.begin() as work:
                await work.chats.add(chat.id, LineBy.STAFF, now=NOW, actor=name, text=f"{name}{number}")
                await work.commit()

    await asyncio.gather(says(storage, "a"), says(other_storage, "b"))
    async with storage.read() as work:
        lines = await work.chats.lines(chat.id, after=1)
    assert [line.seq for line in lines] == list(range(2, 22))
    for name in "ab":
        assert [line.text for line in lines if line.actor == name] == [f"{name}{n}" for n in range(10)]


async def test_chats_that_ended_long_ago_are_forgotten_unless_a_petition_is_under_way(storage: SqlStorage) -> None:
    outcome, later = filing(), NOW + timedelta(days=1)
    waiting = CitizenRef.parse(outcome.case.petition.citizen)
    asking = await said(storage, 1, "人工")
    old, fresh = await opened(storage, asking), await opened(storage, who=OTHER)
    of_petition = await opened(storage, who=waiting)
    async with storage.begin() as work:
        await work.cases.save(outcome)
        for chat, ended in ((old, NOW), (fresh, later), (of_petition, NOW)):
            await work.chats.put(chat.ending(ChatEnd.OFFICER, now=ended))
        await work.commit()
    still_open = await opened(storage)
    assert await forgotten(storage, NOW) == 0
    assert [await forgotten(storage, later) for _ in range(2)] == [1, 0]
    async with storage.read() as work:
        assert (await work.chats.get(old.id), await work.chats.lines(old.id)) == (None, ())
        assert [line.text for line in await work.chats.lines(still_open.id)][:1] == ["人工"]  # the message itself stays
        assert await work.chats.get(of_petition.id) is not None
    refused = lifecycle.refuse(outcome.case, actor=CLERK, now=later, reason="不属职责", elsewhere="法院")
    async with storage.begin() as work:
        await work.cases.save(refused)
        await work.commit()
    assert [await forgotten(storage, later + timedelta(days=1)) for _ in range(3)] == [1, 1, 0]
    async with storage.read() as work:
        assert [chat.id for chat in await work.chats.listed()] == [still_open.id]
        assert await work.chats.ended() == ()


async def forgotten(storage: SqlStorage, before: datetime) -> int:
    async with storage.begin() as work:
        count = await work.chats.forget(before=before, limit=1)
        await work.commit()
    return count
