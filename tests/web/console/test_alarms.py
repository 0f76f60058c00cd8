"""Alarms in the console: at the top of the list for the office, until somebody has seen to them."""

from sqlalchemy import event

from bot.messages import Channel, CitizenRef, Inbound, InboundKind
from bot.petitions.turn_ports import InboundRecord, InboundState, TurnWrites

CITIZEN = CitizenRef(channel=Channel.WECHAT, account="city", user="oABCDEFGHIJ123456")
SAID = "五楼着火了，我的身份证11010519491231002X"


async def raised(office, *, danger="fire", said=SAID):
    inbound = Inbound(
        key=f"{CITIZEN.key}:{danger}", citizen=CITIZEN, kind=InboundKind.TEXT, sent_at=office.clock.now(), text=said
    )
    record = InboundRecord(inbound=inbound, state=InboundState.TURNED, received_at=office.clock.now())
    async with office.storage.begin() as work:
        await work.turns.save(TurnWrites(records=(record,)))
        await work.alarms.add(CITIZEN.key, danger=danger, label="着火", message=inbound.key, now=office.clock.now())
        await work.commit()


async def test_an_alarm_stands_above_the_list_until_it_is_seen_to(office):
    await raised(office)
    clerk = await office.browser("clerk")
    html = await clerk.page("/console/")
    for part in ("紧急情况", "着火", "五楼着火了", "1101**********002X", "oAB…456", "还没有提交诉求"):
        assert part in html
    assert "11010519491231002X" not in html
    assert (await (await clerk.get("/console/counts")).json())["alarms"] == 1
    number = await office.file("五楼着火了")
    html = await clerk.page("/console/")
    assert '<b class="urgent">紧急</b>' in html
    assert "还没有提交诉求" not in html
    response = await clerk.submit("/console/", "已处置", note="已电话核实，119到场")
    assert (response.status, response.headers["Location"]) == (303, "/console/")
    html = await clerk.page("/console/")
    assert ("紧急情况" in html, number in html) == (False, True)
    boss = await office.browser("boss")
    trail = await boss.page("/console/audit")
    assert ("处置紧急情况" in trail, "119到场" in trail) == (True, True)


async def test_only_the_office_sees_alarms_and_only_once_is_one_seen_to(office):
    await raised(office)
    await office.forwarded()
    officer = await office.browser("officer")
    assert "紧急情况" not in await officer.page("/console/")
    assert (await (await officer.get("/console/counts")).json())["alarms"] == 0
    token = await officer.token()
    assert (await officer.post("/console/alarms/1/seen", {"csrf": token})).status == 403
    clerk = await office.browser("clerk")
    token = await clerk.token()
    assert (await clerk.post("/console/alarms/1/seen", {"csrf": "no"})).status == 403
    for _ in range(2):
        assert (await clerk.post("/console/alarms/1/seen", {"csrf": token, "note": "x"})).status == 303
    async with office.storage.read() as work:
        assert [entry.action for entry in await work.staff.audit_trail()].count("alarm.seen") == 1


async def test_the_cost_of_the_list_does_not_grow_with_alarms(office):
    seen: list[str] = []
    event.listen(office.storage._reader.sync_engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    clerk = await office.browser("clerk")
    costs = []
    for danger in ("fire", "gas", "crash"):
        await raised(office, danger=danger)
        seen.clear()
        await clerk.page("/console/")
        costs.append(len(seen))
    assert costs == costs[:1] * 3
