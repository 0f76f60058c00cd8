"""Alarms on both databases: raised once, listed with what was said, seen to once."""

from datetime import UTC, datetime, timedelta

from bot.messages import Channel, CitizenRef, Inbound, InboundKind
from bot.petitions import lifecycle
from bot.petitions.turn_ports import InboundRecord, InboundState, TurnWrites
from storage.engine import SqlStorage
from tests.contract.petitioning import CLERK, filing

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CITIZEN = CitizenRef(channel=Channel.WECHAT, account="city", user="o1")


async def said(storage: SqlStorage, text: str) -> str:
    key = f"wechat:city:{text}"
    inbound = Inbound(key=key, citizen=CITIZEN, kind=InboundKind.TEXT, sent_at=NOW, text=text)
    record = InboundRecord(inbound=inbound, state=InboundState.TURNED, received_at=NOW)
    async with storage.begin() as work:
        await work.turns.save(TurnWrites(records=(record,)))
        await work.commit()
    return key


async def raised(storage: SqlStorage, message: str, *, danger: str = "fire") -> bool:
    async with storage.begin() as work:
        new = await work.alarms.add(CITIZEN.key, danger=danger, label="着火", message=message, now=NOW)
        await work.commit()
    return new


async def test_an_alarm_is_open_until_somebody_has_seen_to_it(storage: SqlStorage) -> None:
    key = await said(storage, "着火了")
    assert [await raised(storage, key), await raised(storage, "again"), await raised(storage, "no", danger="gas")] == [
        True,
        False,
        True,
    ]
    async with storage.read() as work:
        gas, fire = await work.alarms.open()
        assert await work.alarms.open_count() == 2
    assert (fire.danger, fire.label, fire.message, fire.text, fire.at, fire.number) == (
        "fire", "着火", key, "着火了", NOW, "",
    )  # fmt: skip
    assert (gas.danger, gas.text) == ("gas", "")
    async with storage.begin() as work:
        first = await work.alarms.see(fire.id, by="wang", note="已核实", now=NOW)
        second = await work.alarms.see(fire.id, by="li", note="", now=NOW)
        await work.commit()
    assert (first, second) == (True, False)
    async with storage.read() as work:
        assert [alarm.id for alarm in await work.alarms.open()] == [gas.id]
    assert await raised(storage, key) is True


async def test_it_leads_to_what_the_citizen_filed_since(storage: SqlStorage) -> None:
    outcome = filing()
    citizen, at = outcome.case.petition.citizen, outcome.case.petition.filed_at
    async with storage.begin() as work:
        for danger, when in (("fire", at - timedelta(minutes=1)), ("gas", at + timedelta(minutes=1))):
            await work.alarms.add(citizen, danger=danger, label=danger, message="m", now=when)
        await work.cases.save(outcome)
        await work.commit()
    async with storage.read() as work:
        assert {one.danger: one.number for one in await work.alarms.open()} == {
            "fire": outcome.case.petition.number,
            "gas": "",
        }


async def test_what_was_seen_to_long_ago_is_forgotten_unless_a_petition_is_under_way(storage: SqlStorage) -> None:
    outcome = filing()
    waiting, later = outcome.case.petition.citizen, NOW + timedelta(days=1)
    async with storage.begin() as work:
        await work.cases.save(outcome)
        for citizen in (CITIZEN.key, waiting):
            for danger in ("fire", "gas", "open"):
                await work.alarms.add(citizen, danger=danger, label="着火", message="m", now=NOW)
        alarms = {(one.citizen, one.danger): one.id for one in await work.alarms.open()}
        for (_, danger), number in alarms.items():
            if danger != "open":
                await work.alarms.see(number, by="wang", note="", now=NOW if danger == "fire" else later)
        await work.commit()
    assert await forgotten(storage, NOW) == 0
    assert [await forgotten(storage, later) for _ in range(2)] == [1, 0]
    refused = lifecycle.refuse(outcome.case, actor=CLERK, now=later, reason="不属职责", elsewhere="法院")
    async with storage.begin() as work:
        await work.cases.save(refused)
        await work.commit()
    ever = later + timedelta(days=1)
    assert [await forgotten(storage, ever) for _ in range(3)] == [2, 1, 0]
    async with storage.read() as work:
        assert sorted(one.citizen for one in await work.alarms.open()) == sorted([CITIZEN.key, waiting])


async def forgotten(storage: SqlStorage, before: datetime) -> int:
    async with storage.begin() as work:
        count = await work.alarms.forget(before=before, limit=2)
        await work.commit()
    return count
