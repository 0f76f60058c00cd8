"""Intake by itself on real storage: turns that raise, order, and more messages than can wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.transport import Transport
from adapters.wechat.tokens import MemoryTokens
from bot.app.accounts import build_accounts
from bot.app.clerks import registrar_of
from bot.clock import MovableClock
from bot.commands.showing import DEMO_CONFIG
from bot.errors import Overloaded
from bot.intake.committer import Intake, IntakeLimits
from bot.intake.pace import Pace
from bot.intake.turning import Turner
from bot.messages import Channel, CitizenRef, Inbound, InboundKind, MediaKind, MediaRef
from bot.metrics import Metrics
from bot.petitions.turn_ports import InboundState
from dialogs.engine import Engine
from dialogs.lookups import Facts, Lookup
from dialogs.turn import Turn
from storage.engine import SqlStorage
from storage.spool import Spool
from tests.offices import office_at

from .conftest import MONDAY, number_in

SORRY = "请放心，您的消息已存好，工作人员会看到。刚才出了点问题，请稍后再试，或者回复“人工”。"
MARK = "此处会出错"


class Stumbling:
    """The real dialog, which raises on one word."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def turn(
        self,
        session: str,
        inbound: Inbound,
        *,
        now: datetime,
        seen: datetime | None = None,
        facts: tuple[Facts, ...] = (),
    ) -> Turn | Lookup:
        if inbound.text == MARK:
            raise ZeroDivisionError(MARK)
        return self._engine.turn(session, inbound, now=now, seen=seen, facts=facts)


class Rig:
    """Intake with the message counter of a test."""

    def __init__(self, intake: Intake, storage: SqlStorage, metrics: Metrics) -> None:
        self.intake = intake
        self.storage = storage
        self.metrics = metrics
        self.count = 0

    def message(self, user: str, text: str = "", *, picture: str = "") -> Inbound:
        self.count += 1
        return Inbound(
            key=f"wechat:demo:{user}:{self.count}",
            citizen=CitizenRef(channel=Channel.WECHAT, account="demo", user=user),
            kind=InboundKind.IMAGE if picture else InboundKind.TEXT,
            sent_at=MONDAY,
            text=text,
            media=(MediaRef(kind=MediaKind.IMAGE, media_id=picture),) if picture else (),
        )

    async def says(self, *messages: Inbound) -> list[str]:
        """Hand all over at the same moment, in this order."""
        return await asyncio.gather(*(self.answer(message) for message in messages))

    async def answer(self, message: Inbound) -> str:
        """Hand one message over and wait for its words."""
        return (await self.intake.answer(message, str.encode)).decode()

    async def troubled(self) -> list[tuple[str, InboundState, str, str]]:
        async with self.storage.read() as work:
            return [
                (record.inbound.text, record.state, record.reply, record.detail)
                for record in await work.turns.troubled()
            ]


@asynccontextmanager
async def rig_on(storage: SqlStorage, folder: Path, *, running: bool = True, **limits: Any) -> AsyncIterator[Rig]:
    office = office_at(DEMO_CONFIG, {"WENQIAO_STORAGE__DATA_DIR": str(folder)})
    clock, metrics = MovableClock(start=MONDAY), Metrics()
    transport = await Transport.create()
    accounts = build_accounts(
        office.settings, phrasing=office.phrasing, transport=transport, tokens=MemoryTokens(), clock=clock
    )
    spool = await Spool.open(folder / "spool.jsonl")
    intake = Intake(
        storage=storage,
        turner=Turner(
            engine=Stumbling(Engine(office.catalogue)),  # type: ignore[arg-type]  # its only method
            phrasing=office.phrasing,
            platforms=accounts.platforms,
        ),
        registrar=registrar_of(office),
        spool=spool,
        clock=clock,
        metrics=metrics,
        limits=IntakeLimits(**limits),
        pace=Pace(),
        on_outbox=lambda: None,
        on_media=lambda: None,
        on_contact=lambda _: None,
    )
    task = asyncio.create_task(intake.run()) if running else None
    try:
        yield Rig(intake, storage, metrics)
    finally:
        if task is not None:
            assert not task.done()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await spool.close()
        await transport.close()


@pytest.fixture
async def rig(storage: SqlStorage, tmp_path: Path) -> AsyncIterator[Rig]:
    async with rig_on(storage, tmp_path) as rig:
        yield rig


async def test_a_turn_that_raises(rig: Rig) -> None:
    replies = await rig.says(
        rig.message("o1", "投诉"), rig.message("o2", MARK), rig.message("o3", "建议"), rig.message("o4", "查询")
    )
    assert [reply.split("\n")[0][:14] for reply in replies] == [
        "请用一段话写清楚您要投诉的事",
        SORRY[:14],
        "请用一段话写清楚您要建议的事",
        "您还没有登记过诉求。想反映什",
    ]
    assert replies[1] == SORRY
    assert await rig.troubled() == [(MARK, InboundState.FAILED, SORRY, "ZeroDivisionError")]
    assert rig.metrics.registry.get_sample_value("wenqiao_batch_turns_count") == 1.0
    assert rig.metrics.registry.get_sample_value("wenqiao_turns_total", {"result": "failed"}) == 1.0


async def test_what_was_given_before_is_not_lost(rig: Rig) -> None:
    replies = await rig.says(
        *(rig.message("o1", text) for text in ("投诉", "路灯坏了三个星期没有人来修", MARK, "和平路12号"))
    )
    assert (replies[2], "图片" in replies[3]) == (SORRY, True)
    for text in ("跳过", "跳过", "公开"):
        await rig.says(rig.message("o1", text))
    (filed,) = await rig.says(rig.message("o1", "提交"))
    async with rig.storage.read() as work:
        case = await work.cases.get(number_in(filed))
    assert case is not None
    assert (case.petition.content, case.petition.place) == ("路灯坏了三个星期没有人来修", "和平路12号")


async def test_a_repeat_of_one_that_raised(rig: Rig) -> None:
    message = rig.message("o1", MARK)
    assert await rig.says(message, message) == [SORRY, SORRY]
    assert await rig.says(message) == [SORRY]
    assert len(await rig.troubled()) == 1


async def test_one_citizens_messages_keep_their_order(rig: Rig) -> None:
    """Turns with lookups run apart from the batch; what comes after them waits for them."""
    said = ["投诉", "路灯坏了三个星期没有人来修", "查询", "跳过", "查询", "完成", "跳过", "公开", "提交", "查询"]
    replies = await rig.says(*(rig.message("o1", text) for text in said))
    assert ["您还没有登记过诉求" in replies[place] for place in (2, 4)] == [True, True]
    assert "已登记" in replies[8]
    assert "您的诉求共 1 件" in replies[9]


async def test_many_citizens_in_one_commit(rig: Rig) -> None:
    said = ["投诉", "路灯坏了三个星期没有人来修", "跳过", "跳过", "跳过", "公开", "提交"]
    replies = await rig.says(*(rig.message(f"o{n}", text) for text in said for n in range(30)))
    assert len({number_in(reply) for reply in replies[-30:]}) == 30
    assert rig.metrics.registry.get_sample_value("wenqiao_batch_turns_count") == 1.0
    assert rig.metrics.registry.get_sample_value("wenqiao_batch_turns_sum") == 210.0


async def test_no_more_than_fit_wait(storage: SqlStorage, tmp_path: Path) -> None:
    async with rig_on(storage, tmp_path, running=False, queue=2, answer_within=0.2) as rig:
        first, second, third = (rig.message(f"o{n}", "投诉") for n in range(3))
        waiting = asyncio.gather(*(rig.answer(message) for message in (first, second, first)))
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await rig.answer(third)
        assert await waiting == ["", "", ""]
    async with rig_on(storage, tmp_path) as rig:  # what was answered with nothing lies in the spool
        (reply,) = await rig.says(rig.message("o9", "投诉"))
        assert reply != ""
        async with rig.storage.read() as work:
            assert await work.turns.citizen("wechat:demo:o2") is None
            assert await work.turns.citizen("wechat:demo:o1") is not None


async def test_a_second_process_writes_the_same_citizen(
    storage: SqlStorage, other_storage: SqlStorage, tmp_path: Path
) -> None:
    """Two gateways on one database: nothing is overwritten, nobody is told sorry."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with rig_on(storage, tmp_path / "a") as here, rig_on(other_storage, tmp_path / "b") as there:
        await here.says(here.message("o1", "投诉"))
        there.count = 1000
        for n in range(10):
            replies = await asyncio.gather(
                here.answer(here.message("o1", picture=f"a{n}")),
                there.answer(there.message("o1", picture=f"b{n}")),
            )
            assert SORRY not in replies
        assert await here.troubled() == []
        (said,) = await here.says(here.message("o1", "路灯坏了三个星期没有人来修"))
        assert "地点" in said
        for text in ("跳过", "完成", "跳过", "公开"):
            (said,) = await there.says(there.message("o1", text))
        (filed,) = await there.says(there.message("o1", "提交"))
        async with storage.read() as work:
            assert len(await work.attachments.of_petition(number_in(filed))) == 20
