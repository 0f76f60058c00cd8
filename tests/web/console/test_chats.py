"""会话 in the console: the queue, taking over, talking, handing back; two officers at once; what runs out."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import event

from bot.messages import Channel, CitizenRef, Inbound, InboundKind, MediaKind
from bot.petitions.chat_ports import ChatEnd, ChatState, LineBy
from bot.petitions.outbox_ports import Delivery, DeliveryOutcome, OutboxState
from bot.petitions.turn_ports import CitizenRow, InboundRecord, InboundState, TurnWrites
from dialogs.session import Parts, Person, Session, State
from dialogs.session_json import dump_session, load_session

ME = CitizenRef(channel=Channel.WECHAT, account="city", user="oABCDEFGHIJ123456")
ID_NUMBER = "11010519491231002X"
TEN = timedelta(minutes=10)


async def says(office, text, *, who=ME, reply="", kind=InboundKind.TEXT, file=None):
    """Let the citizen say something in the open chat, as a turn would."""
    now = office.clock.now()
    key = f"wechat:city:{now.timestamp() * 1000:.0f}:{who.user}"
    files = (replace(file, key=key),) if file else ()
    inbound = Inbound(key=key, citizen=who, kind=kind, sent_at=now, text=text)
    record = InboundRecord(inbound=inbound, state=InboundState.TURNED, received_at=now, reply=reply)
    async with office.storage.begin() as work:
        chat = await work.chats.of_citizen(who.key)
        if chat is None:
            session = Session(person=Person.QUEUED, parts=Parts(content=f"油烟，{ID_NUMBER}"), state=State.KIND)
            known = (await work.turns.load([], [who.key])).citizens[who.key]
            row = CitizenRow(key=who.key, session=dump_session(session), version=known.version)
            chat = await work.chats.open(who.key, message=key, about="油烟", now=now, next_at=now + TEN)
            await work.turns.save(TurnWrites(records=(record,), citizens=(row,), attachments=files))
        else:
            await work.chats.add(chat.id, LineBy.CITIZEN, now=now, message=key)
            await work.turns.save(TurnWrites(records=(record,), attachments=files))
        await work.commit()
    office.board.tell()
    office.clock.advance(timedelta(seconds=1))
    return chat.id, key


async def state_of(office, chat):
    async with office.storage.read() as work:
        found = await work.chats.get(chat)
        row = await work.turns.citizen(found.citizen)
    return found, load_session(row.session)


async def sent(office):
    """Return what waits in the outbox for the citizen, in order."""
    now = office.clock.now()
    texts = []
    while True:
        async with office.storage.begin() as work:
            shares = dict.fromkeys(await work.outbox.accounts(), 9)
            claimed = await work.outbox.claim(owner="t", now=now, lease=now + TEN, shares=shares)
            for message in claimed:
                await work.outbox.finish(message, None, state=OutboxState.SENT, next_at=None)
            await work.commit()
        if not claimed:
            return texts
        texts += [message.values["text"] for message in claimed]


async def test_a_chat_is_taken_talked_in_and_handed_back(office):
    number = await office.file("楼下油烟很大")
    chat, _ = await says(office, "人工", reply='正在为您找工作人员 <a href="x">1</a>')
    clerk = await office.browser("clerk")
    queue = await clerk.page("/console/chats")
    for part in ("等人接入", "油烟", "oAB…456", "等了"):
        assert part in queue
    assert "等人工" in await clerk.page("/console/")
    page = await clerk.page(f"/console/chats/{chat}")
    for part in ("接入", "1101**********002X", number, "正在为您找工作人员 1"):
        assert part in page
    assert ID_NUMBER not in page
    response = await clerk.submit(f"/console/chats/{chat}", "接入")
    assert (response.status, response.headers["Location"]) == (303, f"/console/chats/{chat}")
    found, session = await state_of(office, chat)
    assert (found.state, found.officer, session.person) == (ChatState.HELD, "clerk", Person.HELD)
    assert session.parts.content.startswith("油烟")
    await says(office, "您好在吗")
    response = await clerk.submit(f"/console/chats/{chat}", "发送", text="在的，请说")
    assert response.status == 303
    page = await clerk.page(f"/console/chats/{chat}")
    for part in ("您好在吗", "在的，请说", "待发送", "张受理"):
        assert part in page
    response = await clerk.submit(f"/console/chats/{chat}", "结束，交回系统")
    assert response.status == 303
    found, session = await state_of(office, chat)
    assert (found.state, found.ended_how, session.person) == (ChatState.ENDED, ChatEnd.OFFICER, Person.NONE)
    assert (session.parts.content[:2], session.state) == ("油烟", State.KIND)
    taken, said, back = await sent(office)
    assert (taken[:6], said) == ("工作人员来了", "【工作人员】在的，请说")
    assert "您正在填写的内容都还在" in back
    async with office.storage.read() as work:
        actions = [entry.action for entry in await work.staff.audit_trail(target=str(chat))]
    assert actions == ["chat.ended", "chat.taken"]


async def test_of_two_officers_one_gets_it_and_the_other_sees_who(office):
    chat, _ = await says(office, "人工")
    clerk, boss = await office.browser("clerk"), await office.browser("boss")
    forms = [await one.form(f"/console/chats/{chat}", "接入") for one in (clerk, boss)]
    answers = await asyncio.gather(
        *(one.post(form.action, form.values) for one, form in zip((clerk, boss), forms, strict=True))
    )
    assert sorted(answer.status for answer in answers) == [303, 409]
    found, _ = await state_of(office, chat)
    winner, loser = (clerk, boss) if found.officer == "clerk" else (boss, clerk)
    name = "张受理" if found.officer == "clerk" else "赵督办"
    refused = next(answer for answer in answers if answer.status == 409)
    assert f"{name}已经接入这个会话。" in await refused.text()
    page = await loser.page(f"/console/chats/{chat}")
    assert f"{name}正在对话。您可以看，不能说。" in page
    token = await loser.token()
    for what in ("say", "back"):
        response = await loser.post(f"/console/chats/{chat}/{what}", {"csrf": token, "text": "x", "once": "1"})
        assert response.status == 409
    await winner.post(forms[0].action, forms[0].values | {"csrf": await winner.token()})
    assert len(await sent(office)) == 1  # one greeting, however often it was pressed


async def test_a_line_sent_twice_is_one_and_an_empty_or_long_one_is_none(office):
    chat, _ = await says(office, "人工")
    clerk = await office.browser("clerk")
    await clerk.submit(f"/console/chats/{chat}", "接入")
    form = await clerk.form(f"/console/chats/{chat}", "发送")
    for _ in range(2):
        assert (await clerk.post(form.action, form.values | {"text": "您好"})).status == 303
    for text, fault in ((" ", "请先写要说的话。"), ("很" * 601, "一条最多600字")):
        response = await clerk.submit(f"/console/chats/{chat}", "发送", text=text)
        assert (response.status, fault in await response.text()) == (422, True)
    assert (await sent(office))[1:] == ["【工作人员】您好"]
    token = await clerk.token()
    response = await clerk.post(f"/console/chats/{chat}/say", {"text": "x", "csrf": "no"})
    assert response.status == 403
    assert (await clerk.post("/console/chats/999/take", {"csrf": token})).status == 404


async def test_news_come_at_once_with_ready_lines_and_states(office):
    chat, _ = await says(office, "人工")
    clerk = await office.browser("clerk")
    await clerk.submit(f"/console/chats/{chat}", "接入")
    await sent(office)
    news = office.board.news
    waiting = asyncio.create_task(clerk.get(f"/console/chats/{chat}/news?after=2&news={news}"))
    await asyncio.sleep(0)
    await says(office, "我家楼下<b>油烟</b>")
    answer = await (await waiting).json()
    assert (answer["last"], answer["state"], answer["officer"]) == (3, "held", "clerk")
    assert "我家楼下&lt;b&gt;油烟&lt;/b&gt;" in answer["html"]
    assert answer["news"] > news
    assert answer["sent"]["2"] == {"state": "sent", "word": "已发出", "failed": False, "detail": "", "outbox": "1"}
    nothing = await (await clerk.get(f"/console/chats/{chat}/news?after=3&news=0")).json()
    assert (nothing["html"], nothing["last"]) == ("", 0)
    stranger = await office.browser()
    gone = await stranger.get(f"/console/chats/{chat}/news?after=0&news=0")
    assert (gone.status, await gone.json()) == (401, {"signed_in": False})


async def test_a_line_that_did_not_arrive_says_so(office):
    chat, _ = await says(office, "人工")
    clerk = await office.browser("clerk")
    await clerk.submit(f"/console/chats/{chat}", "接入")
    now = office.clock.now()
    async with office.storage.begin() as work:
        shares = dict.fromkeys(await work.outbox.accounts(), 9)
        [message] = await work.outbox.claim(owner="t", now=now, lease=now + TEN, shares=shares)
        await work.outbox.start(message, rung="message", now=now)
        delivery = Delivery(
            outbox_id=message.id, attempt=1, rung="message", started_at=now, finished_at=now,
            outcome=DeliveryOutcome.WINDOW_CLOSED,
        )  # fmt: skip
        await work.outbox.finish(message, delivery, state=OutboxState.WAITING, next_at=None, detail="45047")
        await work.commit()
    page = await clerk.page(f"/console/chats/{chat}")
    assert "等市民下次联系：45047" in page
    assert 'class="sent failed"' in page


async def test_what_nobody_takes_ends_with_an_apology_and_what_falls_silent_ends(office):
    chat, _ = await says(office, "人工")
    assert await office.chats.sweep(now=office.clock.now()) == 0
    office.clock.advance(TEN)
    assert await office.chats.sweep(now=office.clock.now()) == 1
    found, session = await state_of(office, chat)
    assert (found.ended_how, session.person, session.parts is not None) == (ChatEnd.NOBODY, Person.NONE, True)
    assert "对不起，让您久等了" in (await sent(office))[0]
    chat, _ = await says(office, "人工")
    await office.chats.take(chat, by="clerk", now=office.clock.now())
    assert await office.chats.sweep(now=office.clock.now() + TEN) == 0
    assert await office.chats.sweep(now=office.clock.now() + 4 * TEN) == 1
    found, session = await state_of(office, chat)
    assert (found.ended_how, session.person) == (ChatEnd.IDLE, Person.NONE)
    clerk = await office.browser("clerk")
    ended = await clerk.page("/console/chats")
    assert ("没有人接入" in ended, "很久没有新消息" in ended) == (True, True)
    response = await clerk.post(f"/console/chats/{chat}/say", {"csrf": await clerk.token(), "text": "x", "once": "1"})
    assert (response.status, "这个会话已经结束" in await response.text()) == (409, True)


async def test_files_of_the_chat_are_shown_to_the_office_alone(office):
    chat, _ = await says(office, "人工")
    file = office.stored("pic", MediaKind.IMAGE, b"jpeg", suffix=".jpg", copy=".jpg")
    await says(office, "", kind=InboundKind.IMAGE, file=file)
    clerk = await office.browser("clerk")
    page = await clerk.page(f"/console/chats/{chat}")
    address = page.partition('<a href="/console/chats/1/files')[2].partition('"')[0]
    address = f"/console/chats/{chat}/files{address}"
    response = await clerk.get(address)
    assert (response.status, await response.read()) == (200, b"copy of jpeg")
    officer = await office.browser("officer")
    assert (await officer.get(address)).status == 403
    assert (await clerk.get(address[:-20] + "0" * 20)).status == 404


async def test_officers_of_units_see_no_chats(office):
    chat, _ = await says(office, "人工")
    officer = await office.browser("officer")
    assert "会话" not in await officer.page("/console/")
    for path in ("/console/chats", f"/console/chats/{chat}", f"/console/chats/{chat}/news"):
        assert (await officer.get(path)).status == 403


async def test_the_pages_cost_the_same_for_one_chat_and_for_many(office):
    seen: list[str] = []
    event.listen(office.storage._reader.sync_engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    chat, _ = await says(office, "人工")
    clerk = await office.browser("clerk")
    costs = []
    for more in range(3):
        for number in range(more * 3):
            other = CitizenRef(channel=Channel.WECHAT, account="city", user=f"o{more}{number}")
            await says(office, "人工", who=other)
            await says(office, "一句")
        for path in ("/console/chats", f"/console/chats/{chat}"):
            seen.clear()
            await clerk.page(path)
            costs.append(len(seen))
    assert costs[:2] == costs[2:4] == costs[4:]


async def test_a_page_that_waits_for_news_does_not_hold_up_the_end(office):
    chat, _ = await says(office, "人工")
    clerk = await office.browser("clerk")
    news = office.board.news
    waiting = asyncio.create_task(clerk.get(f"/console/chats/{chat}/news?after=1&news={news}"))
    while not office.board._came._waiters:
        await asyncio.sleep(0)
    await asyncio.wait_for(office.server.close(), 5.0)
    assert (await waiting).status == 200


async def test_a_supervisor_goes_on_with_a_chat_whose_officer_is_away(office):
    chat, _ = await says(office, "人工")
    clerk, boss = await office.browser("clerk"), await office.browser("boss")
    path = f"/console/chats/{chat}"
    assert (await clerk.submit(path, "接入")).status == 303
    await sent(office)
    late = await clerk.form(path, "发送")
    news = office.board.news
    waiting = asyncio.create_task(clerk.get(f"{path}/news?after=2&news={news}"))
    over = await boss.form(path, "接管这个会话")
    for _ in range(2):  # pressed twice it is one act
        assert (await boss.post(over.action, over.values)).status == 303
    told = await (await waiting).json()
    assert (told["state"], told["officer"]) == ("held", "boss")  # the first officer's page reloads itself
    page = await clerk.page(path)
    assert ("赵督办正在对话。您可以看，不能说。" in page, "接管这个会话" in page) == (True, False)
    refused = await clerk.post(late.action, late.values | {"text": "还在吗"})
    assert (refused.status, "赵督办已经接入这个会话。" in await refused.text()) == (409, True)
    assert (await boss.submit(path, "发送", text="我来接着办")).status == 303
    assert await sent(office) == ["【工作人员】我来接着办"]
    found, session = await state_of(office, chat)
    assert (found.officer, session.person) == ("boss", Person.HELD)
    async with office.storage.read() as work:
        trail = [(entry.action, dict(entry.data)) for entry in await work.staff.audit_trail(target=str(chat))]
    assert trail == [("chat.taken_over", {"holder": "clerk"}), ("chat.taken", {})]


async def test_a_chat_is_taken_over_by_right_and_from_who_holds_it_now(office):
    chat, _ = await says(office, "人工")
    clerk, boss, root = [await office.browser(name) for name in ("clerk", "boss", "root")]
    path = f"/console/chats/{chat}"

    async def over(browser, holder):
        values = {"csrf": await browser.token(), "holder": holder}
        return (await browser.post(f"{path}/over", values)).status

    assert await over(boss, "clerk") == 409  # nobody holds it yet
    await root.submit(path, "接入")
    assert await over(clerk, "root") == 403
    assert await over(boss, "clerk") == 409  # an old page: another holds it
    assert await over(boss, "root") == 303
    assert await over(root, "root") == 409
    await boss.submit(path, "结束，交回系统")
    assert await over(root, "boss") == 409
    found, _ = await state_of(office, chat)
    assert (found.state, found.officer) == (ChatState.ENDED, "boss")
