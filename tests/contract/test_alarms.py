"""Alarms on both databases: raised once, listed with what was said, seen to once."""

from datetime import UTC, datetime, timedelta

from bot.messages import Channel, CitizenRef, Inbound, InboundKind
from bot.petitions.turn_ports import InboundRecord, InboundState, TurnWrites
from storage.engine import SqlStorage
from tests.contract.petitioning import filing

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
