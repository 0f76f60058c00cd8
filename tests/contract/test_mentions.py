"""Mentions, cursors and the calls of a day, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from bot.app.housekeeping import BATCH, Housekeeping, Keeping
from bot.clock import MovableClock
from bot.messages import Channel, CitizenRef, Inbound, InboundKind, MediaKind, MediaRef
from bot.petitions.account_ports import SignedBody
from bot.petitions.mention_ports import Mention, MentionState
from storage.engine import SqlStorage

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def found(number: int, *, at: datetime = NOW, citizen: str = "7") -> Inbound:
    return Inbound(
        key=f"weibo:demo:s{number}",
        citizen=CitizenRef(channel=Channel.WEIBO, account="demo", user=citizen),
        kind=InboundKind.MENTION,
        sent_at=at,
        text="@云溪问政 路灯坏了 😀",
        media=(MediaRef(kind=MediaKind.IMAGE, media_id="https://a.example/1", better_id="https://a.example/2"),),
        raw={"type": "mention", "data": {"subtype": "status", "key": str(number)}},
    )


async def added(storage: SqlStorage, *inbounds: Inbound) -> int:
    async with storage.begin() as work:
        count = await work.mentions.add(inbounds, now=NOW)
        await work.commit()
    return count


async def claimed(storage: SqlStorage, *, now: datetime = NOW) -> list[str]:
    async with storage.begin() as work:
        mentions = await work.mentions.claim(now=now, lease=now + HOUR, limit=2)
        await work.commit()
    return [mention.inbound.key[-2:] for mention in mentions]


async def test_a_mention_is_kept_once_and_given_to_one(storage: SqlStorage, other_storage: SqlStorage) -> None:
    assert await added(storage, found(1), found(2), found(1)) == 2
    assert await added(other_storage, found(2), found(3)) == 1
    assert [await claimed(storage), await claimed(other_storage), await claimed(storage)] == [["s1", "s2"], ["s3"], []]
    assert await claimed(storage, now=NOW + HOUR) == ["s1", "s2"]


async def test_what_became_of_it_is_kept(storage: SqlStorage) -> None:
    await added(storage, found(1), found(2, at=NOW + HOUR))
    whole = Mention(inbound=replace(found(1), text="更长"), state=MentionState.ASIDE, found_at=NOW, detail="praise")
    async with storage.begin() as work:
        await work.mentions.update(whole)
        await work.mentions.spend_reply(found(2).key)
        await work.commit()
    async with storage.read() as work:
        assert await work.mentions.listed(MentionState.ASIDE) == (whole,)
        assert await work.mentions.get(found(1).key) == whole
        newest = await work.mentions.latest("weibo:demo:7")
        assert (await work.mentions.get("weibo:demo:s9"), await work.mentions.latest("weibo:demo:8")) == (None, None)
    assert newest is not None
    assert (newest.inbound, newest.replies) == (found(2, at=NOW + HOUR), 1)
    assert await claimed(storage) == ["s2"]


async def look(storage: SqlStorage, now: datetime) -> str | None:
    async with storage.begin() as work:
        begun = await work.mentions.begin_look("demo", "status", now=now, before=now - HOUR)
        if begun is not None:
            assert begun.first_at == NOW
            await work.mentions.put_cursor("demo", "status", begun.cursor + "x")
        await work.commit()
    return begun.cursor if begun is not None else None


async def test_one_looks_at_a_time_and_goes_on_where_it_ended(storage: SqlStorage, other_storage: SqlStorage) -> None:
    assert [await look(storage, NOW), await look(other_storage, NOW), await look(storage, NOW + HOUR)] == [
        "",
        None,
        "x",
    ]


@pytest.mark.parametrize("reserve", [0, 4])
async def test_no_more_calls_than_allowed(storage: SqlStorage, other_storage: SqlStorage, reserve: int) -> None:
    async def spend(base: SqlStorage, kept: int) -> bool:
        async with base.begin() as work:
            taken = await work.calls.spend("weibo:demo:open", "2026-11-23", 1, limit=10, reserve=kept)
            await work.commit()
        return taken

    tries = await asyncio.gather(*(spend(base, reserve) for base in (storage, other_storage) for _ in range(8)))
    assert sum(tries) == 10 - reserve
    assert sum([await spend(storage, 0) for _ in range(8)]) == reserve
    async with storage.read() as work:
        assert await work.calls.made("weibo:demo:open", "2026-11-23") == 10
        assert await work.calls.made("weibo:demo:open", "2026-11-24") == 0


async def test_old_mentions_and_counts_are_forgotten_but_not_those_of_petitions(storage: SqlStorage) -> None:
    await added(storage, *(found(number) for number in range(1, 6)))
    async with storage.begin() as work:
        for number, state in ((1, MentionState.DRAFTED), (2, MentionState.DRAFTED), (3, MentionState.ASIDE)):
            await work.mentions.update(Mention(inbound=found(number), state=state, found_at=NOW))
        await work.mentions.filed(found(1).key, "WQ20261123-0000011")
        for day in ("2026-11-22", "2026-11-23"):
            await work.calls.spend("weibo:demo:open", day, 1, limit=10, reserve=0)
        await work.commit()
    async with storage.begin() as work:
        forgot = [await work.mentions.forget(before=before, limit=1) for before in (NOW, *[NOW + HOUR] * 3)]
        days = [await work.calls.forget(before="2026-11-23"), await work.calls.made("weibo:demo:open", "2026-11-23")]
        await work.commit()
    async with storage.read() as work:
        left = [await work.mentions.get(found(number).key) for number in range(1, 6)]
    assert (forgot, days) == ([0, 1, 1, 0], [1, 1])
    assert [mention.number if mention else None for mention in left] == ["WQ20261123-0000011", None, None, "", ""]


KEEPING = Keeping(
    signed=HOUR, mentions=2 * HOUR, calls=timedelta(days=40), chats=timedelta(days=1), alarms=timedelta(days=1)
)


async def test_housekeeping_goes_on_until_nothing_is_left(storage: SqlStorage) -> None:
    clock = MovableClock(start=NOW)
    keeper = Housekeeping(storage, clock=clock, keeping=KEEPING)
    count = BATCH + 1
    async with storage.begin() as work:
        await work.signed_bodies.first(
            [SignedBody(account="demo", timestamp="1", nonce=str(n), body_hash="a") for n in range(count)], now=NOW
        )
        await work.staff.open_session("h", "{}", user="zhao", expires=NOW + HOUR)
        await work.commit()
    await keeper.tidy()
    clock.advance(HOUR + timedelta(seconds=1))
    with structlog.testing.capture_logs() as logs:
        await keeper.tidy()
    assert {entry["what"]: entry["rows"] for entry in logs} == {"console_sessions": 1, "signed_bodies": count}
