"""The petition page and its acts: every act through its form, bad input kept, stale versions, hostile words."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from bot.messages import MediaKind
from bot.petitions import joining
from bot.petitions.acts import Act
from bot.petitions.attachment_ports import AttachmentState
from bot.petitions.petition import Actor
from bot.petitions.vocabulary import Kind, Role, State
from tests.terms import terms

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


async def state(office, number: str) -> State:
    async with office.storage.read() as work:
        case = await work.cases.get(number)
    return case.petition.state


async def last_event(office, number: str) -> dict[str, object]:
    async with office.storage.read() as work:
        return dict((await work.cases.events(number))[-1].data)


def act_buttons(html: str, read_forms) -> list[str]:
    return [form.button for form in read_forms(html) if "/petitions/" in form.action]


async def test_the_page_tells_all_there_is(office):
    number = await office.file("第一行\n第二行")
    html = await (await office.browser("clerk")).page(f"/console/petitions/{number}")
    for part in (
        number,
        "第一行\n第二行",
        "青年路5号",
        "43.825592, 87.616848",
        "13812341234",
        "公开",
        "投诉",
        "待受理",
    ):
        assert part in html
    for part in (
        "响应",
        "剩 7小时59分",
        "2026-11-20 18:00 到期",
        "剩 8天23小时",
        "市民通过微信提交诉求",
        "2026-11-20 10:00",
    ):
        assert part in html
    assert "424242" not in html
    assert "oABCDEFGHIJ123456" not in html


async def test_every_spelling_of_a_number_leads_to_its_one_address(office):
    number = await office.file()
    browser = await office.browser("clerk")
    response = await browser.get(f"/console/petitions/{number.removeprefix('WQ').replace('-', '')}")
    assert (response.status, response.headers["Location"]) == (303, f"/console/petitions/{number}")
    for wrong in (number[:-1] + str((int(number[-1]) + 1) % 10), "WQ20261120-9999999", "x", "2026"):
        assert (await browser.get(f"/console/petitions/{wrong}")).status == 404


async def test_accept(office):
    number = await office.file()
    browser = await office.browser("clerk")
    response = await browser.submit(f"/console/petitions/{number}", "受理", text="马上办")
    assert (response.status, response.headers["Location"]) == (303, f"/console/petitions/{number}?done=accept")
    assert (await state(office, number), await last_event(office, number)) == (State.ACCEPTED, {"note": "马上办"})
    assert office.woken == 1
    html = await browser.page(response.headers["Location"])
    assert "已受理，市民会收到通知。" in html
    assert "张受理（受理员）" in html
    assert "受理通知" in html
    assert "待发送" in html


async def test_refuse(office):
    number = await office.file()
    browser = await office.browser("clerk")
    response = await browser.submit(f"/console/petitions/{number}", "不予受理", text="已在诉讼中", elsewhere="人民法院")
    assert response.status == 303
    assert await state(office, number) is State.REFUSED
    assert await last_event(office, number) == {"reason": "已在诉讼中", "elsewhere": "人民法院"}


async def test_forward_answer_and_close(office):
    number = await office.file()
    clerk = await office.browser("clerk")
    page = f"/console/petitions/{number}"
    assert (await clerk.submit(page, "转办", unit="water", text="请核实")).status == 303
    officer = await office.browser("officer")
    response = await officer.submit(page, "答复", text="水管已修好。\r\n谢谢。")
    assert response.headers["Location"] == f"{page}?done=answer"
    assert await last_event(office, number) == {"text": "水管已修好。\n谢谢。", "unit_name": "市水务局"}
    assert (await clerk.submit(page, "办结")).status == 303
    assert await state(office, number) is State.CLOSED
    html = await clerk.page(page)
    for part in ("转办至市水务局", "0991-1000001", "李承办（承办员）", "水管已修好。\n谢谢。", "办结与评价邀请"):
        assert part in html


@pytest.mark.parametrize(
    ("name", "acts", "buttons"),
    [
        ("clerk", [], ["受理", "不予受理", "转办"]),
        ("clerk", [Act.ACCEPT], ["不予受理", "转办", "答复", "待补充", "延期"]),
        ("clerk", [Act.FORWARD], ["转办", "答复", "待补充", "协办", "延期"]),
        ("officer", [Act.FORWARD], ["签收", "答复", "退回", "待补充", "延期"]),
        ("officer", [Act.FORWARD, Act.ANSWER], []),
        ("boss", [], ["受理", "不予受理", "转办", "督办"]),
        ("boss", [Act.FORWARD, Act.SUPERVISE], ["转办", "答复", "督办反馈", "待补充", "协办", "延期"]),
        ("boss", [Act.FORWARD, Act.ANSWER], ["办结", "督办"]),
        ("root", [Act.REFUSE], []),
    ],
)
async def test_only_possible_acts_are_offered(office, read_forms, name, acts, buttons):
    number = await office.file()
    for act in acts:
        await office.act(number, act, unit="water", text="字", elsewhere="法院")
    html = await (await office.browser(name)).page(f"/console/petitions/{number}")
    assert act_buttons(html, read_forms) == buttons


@pytest.mark.parametrize(
    ("button", "typed", "status", "fault"),
    [
        ("不予受理", {"text": "", "elsewhere": "法院 <b>"}, 422, "请填写理由。"),
        ("不予受理", {"text": "理由 <b>", "elsewhere": " "}, 422, "请填写应当去哪里办。"),
        ("不予受理", {"text": "理由", "elsewhere": "去" * 201}, 422, "最多200字"),
        ("转办", {"unit": "", "text": "备注 <b>"}, 422, "请选择责任单位。"),
        ("转办", {"unit": "no-such", "text": "备注"}, 422, "请选择责任单位。"),
        ("受理", {"text": "字" * 5001}, 422, "内容最多5000字，现在有5001字，请删短。"),
    ],
)
async def test_bad_input_is_said_plainly_and_kept(office, read_forms, button, typed, status, fault):
    number = await office.file()
    browser = await office.browser("clerk")
    response = await browser.submit(f"/console/petitions/{number}", button, **typed)
    html = await response.text()
    assert response.status == status
    assert fault in html
    form = next(form for form in read_forms(html) if form.button == button)
    kept = {name: value for name, value in typed.items() if value != "no-such"}
    assert {name: form.values[name] for name in kept} == kept
    assert await state(office, number) is State.FILED


async def test_an_empty_answer_is_refused(office):
    number = await office.forwarded()
    response = await (await office.browser("officer")).submit(f"/console/petitions/{number}", "答复", text=" \n ")
    assert response.status == 422
    assert "请填写答复内容。" in await response.text()


async def test_who_comes_second_is_told_and_keeps_the_words(office, read_forms):
    number = await office.file()
    await office.act(number, Act.ACCEPT)
    browser = await office.browser("clerk")
    form = await browser.form(f"/console/petitions/{number}", "答复")
    await office.act(number, Act.FORWARD, unit="water")
    response = await browser.post(form.action, form.values | {"text": "我的长答复"})
    html = await response.text()
    assert response.status == 409
    assert "这件诉求刚被别人处理过" in html
    again = next(form for form in read_forms(html) if form.button == "答复")
    assert again.values["text"] == "我的长答复"
    assert (await browser.post(again.action, again.values)).status == 303


async def test_words_for_an_act_that_is_gone_are_given_back(office):
    number = await office.file()
    browser = await office.browser("clerk")
    form = await browser.form(f"/console/petitions/{number}", "不予受理")
    await office.act(number, Act.FORWARD, unit="water")
    response = await browser.post(form.action, form.values | {"text": "我的理由", "elsewhere": "法院"})
    html = await response.text()
    assert response.status == 409
    assert "我的理由\n法院</textarea>" in html


async def test_words_are_given_back_when_the_petition_went_to_another_unit(office):
    number = await office.forwarded()
    browser = await office.browser("officer")
    form = await browser.form(f"/console/petitions/{number}", "答复")
    await office.act(number, Act.FORWARD, unit="roads")
    response = await browser.post(form.action, form.values | {"text": "写了半小时的答复"})
    assert response.status == 404
    assert "写了半小时的答复</textarea>" in await response.text()


async def test_a_lamp_that_turns_meanwhile_sends_nobody_back(office):
    number = await office.forwarded()
    browser = await office.browser("officer")
    form = await browser.form(f"/console/petitions/{number}", "答复")
    office.clock.advance(timedelta(days=8, hours=1))
    async with office.storage.read() as work:
        due, *_ = await work.cases.due_milestones(now=office.clock.now(), limit=10)
    assert await office.service.tick(due, now=office.clock.now()) is True
    browser = await office.browser("officer")
    token = await browser.token()
    response = await browser.post(form.action, form.values | {"text": "答复", "csrf": token})
    assert response.status == 303
    assert await state(office, number) is State.ANSWERED


async def test_a_form_without_a_version_has_seen_nothing(office):
    number = await office.file()
    browser = await office.browser("clerk")
    response = await browser.post(f"/console/petitions/{number}/accept", {"csrf": await browser.token()})
    assert response.status == 409
    assert await state(office, number) is State.FILED


async def test_an_act_twice_is_not_possible(office):
    number = await office.file()
    browser = await office.browser("clerk")
    form = await browser.form(f"/console/petitions/{number}", "受理")
    assert (await browser.post(form.action, form.values)).status == 303
    assert (await browser.post(form.action, form.values)).status == 409
    current = await browser.form(f"/console/petitions/{number}", "转办")
    response = await browser.post(form.action, form.values | {"version": current.values["version"]})
    assert response.status == 409
    assert "这件诉求现在是“已受理”，不能再受理。" in await response.text()


async def test_a_report_is_not_forwarded_to_whom_it_names(office, read_forms):
    number = await office.file("市水务局的人收钱不办事", kind=Kind.REPORT)
    page = f"/console/petitions/{number}"
    clerk, boss = await office.browser("clerk"), await office.browser("boss")
    html = await clerk.page(page)
    assert '<option value="water" disabled>市水务局（举报涉及，不能转）</option>' in html
    suggested = html.split('<optgroup label="建议">')[1].split("</optgroup>")[0]
    assert suggested == '<option value="roads">市城市管理局</option>'
    response = await clerk.submit(page, "转办", unit="water", text="理由")
    assert response.status == 422
    assert "这件举报提到了市水务局" in await response.text()
    assert (await boss.submit(page, "转办", unit="water", text=" ")).status == 422
    assert (await boss.submit(page, "转办", unit="water", text="已与纪委核实")).status == 303


async def test_suggested_units_come_first(office):
    number = await office.file("没有水")
    html = await (await office.browser("clerk")).page(f"/console/petitions/{number}")
    group = html.split('<optgroup label="建议">')[1].split("</optgroup>")[0]
    assert group == '<option value="water">市水务局</option><option value="roads">市城市管理局</option>'


async def test_hostile_words_stay_words_everywhere(office):
    file = office.attachment("x", MediaKind.IMAGE, state=AttachmentState.LOST, detail=HOSTILE)
    number = await office.file(HOSTILE, place=HOSTILE, phone=HOSTILE, attachments=(file,))
    await office.act(number, Act.ACCEPT, text=HOSTILE)
    await office.act(number, Act.FORWARD, unit="water", text=HOSTILE)
    await office.act(number, Act.ANSWER, text=HOSTILE)
    await office.failed_message(HOSTILE, detail=HOSTILE)
    browser = await office.browser("root")
    seen = 0
    for path in (f"/console/petitions/{number}", "/console/", "/console/trouble", "/console/audit"):
        html = await browser.page(path)
        seen += html.count("&lt;script&gt;alert(1)")
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "49" not in html.split("alert(2)&gt;")[-1][:3]
    assert seen >= 10
    response = await browser.get("/console/", params={"q": HOSTILE, "unit": HOSTILE, "state": HOSTILE})
    html = await response.text()
    assert (response.status, "<script>alert" in html) == (200, False)
    assert 'value="&lt;script&gt;alert(1)&lt;/script&gt;' in html
    response = await browser.get("/console/audit", params={"target": HOSTILE})
    assert "<script>alert" not in await response.text()


async def test_the_clocks_show_how_they_stand(office):
    number = await office.file()
    browser = await office.browser("clerk")
    office.clock.advance(timedelta(hours=7))
    browser = await office.browser("clerk")
    assert "临近期限" in await browser.page(f"/console/petitions/{number}")
    office.clock.advance(timedelta(hours=3))
    browser = await office.browser("clerk")
    html = await browser.page(f"/console/petitions/{number}")
    assert "已超期" in html
    assert "超 2小时" in html
    await office.act(number, Act.ACCEPT)
    html = await browser.page(f"/console/petitions/{number}")
    assert "2026-11-20 18:00 到期，2026-11-20 20:00 完成" in html
    assert "超期完成" in html


async def test_a_matter_that_may_not_be_taken_on_is_hinted_at_with_reason_and_door(office):
    number = await office.file("法院判决了，还是不给钱")
    plain = await office.file("路灯不亮")
    clerk = await office.browser("clerk")
    html = await clerk.page(f"/console/petitions/{number}")
    assert "可能不该受理：<b>诉讼中</b>" in html
    form = await clerk.form(f"/console/petitions/{number}", "不予受理")
    assert (form.values["text"], form.values["elsewhere"]) == ("该事项已经进入诉讼程序", "人民法院（12368）")
    assert "可能不该受理" not in await clerk.page(f"/console/petitions/{plain}")
    said = "提交前系统提示过市民，他仍然提交。"
    assert (said in html, "提交前系统没有这样提示过市民。" in html) == (False, True)
    for warned, told in (("court", True), ("othercity", False)):
        page = await clerk.page(f"/console/petitions/{await office.file('法院判决了，还是不给钱', warned=warned)}")
        assert (said in page) == told


async def test_a_voice_message_is_written_down_and_found_by_its_words(office):
    voice = office.stored("voice", MediaKind.VOICE, b"amr", suffix=".amr", copy=".wav")
    picture = office.stored("picture", MediaKind.IMAGE, b"jpeg", suffix=".jpg", copy=".jpg")
    number = await office.forwarded("见语音", attachments=(voice, picture))
    other = await office.file("路灯不亮")
    officer = await office.browser("officer")
    page = await officer.page(f"/console/petitions/{number}")
    assert page.count("写下他说的话") == 1
    response = await officer.submit(f"/console/petitions/{number}", "写下", words="柳荫路的暖气三天不热 100%")
    assert (response.status, response.headers["Location"]) == (303, f"/console/petitions/{number}?done=transcribed")
    page = await officer.page(response.headers["Location"])
    for part in ("已写下，能搜到了。", "柳荫路的暖气三天不热", "写下语音内容", "李承办", "改写下的话"):
        assert part in page
    clerk = await office.browser("clerk")
    for words, found in (("暖气三天", True), ("100%", True), ("0%路", False)):
        html = await clerk.page(f"/console/?q={quote(words)}")
        assert (number in html, other in html) == (found, False)
    await clerk.submit(f"/console/petitions/{number}", "写下", words="暖气五天不热")
    assert number not in await clerk.page(f"/console/?q={quote('暖气三天')}")
    page = await clerk.page(f"/console/petitions/{number}")
    assert ("三天不热" in page, "五天不热" in page) == (True, True)  # the history keeps both


@pytest.mark.parametrize("words", ["", "  ", "很" * 2001])
async def test_nothing_and_too_much_are_not_written_down(office, words):
    voice = office.stored("voice", MediaKind.VOICE, b"amr", suffix=".amr", copy=".wav")
    number = await office.file("见语音", attachments=(voice,))
    clerk = await office.browser("clerk")
    response = await clerk.submit(f"/console/petitions/{number}", "写下", words=words)
    assert (response.status, "请写下听到的话，最多2000字。" in await response.text()) == (422, True)


async def test_only_who_sees_the_petition_writes_down(office):
    voice = office.stored("voice", MediaKind.VOICE, b"amr", suffix=".amr", copy=".wav")
    number = await office.forwarded("见语音", attachments=(voice,))
    clerk, stranger = await office.browser("clerk"), await office.browser("stranger")
    form = await clerk.form(f"/console/petitions/{number}", "写下")
    typed = form.values | {"words": "x", "csrf": await stranger.token()}
    assert (await stranger.post(form.action, typed)).status == 404
    gone = form.action.replace(form.action.split("/")[-2], "0" * 20)
    assert (await clerk.post(gone, form.values | {"words": "x"})).status == 404
    assert (await clerk.post(form.action, {"words": "x", "csrf": "no"})).status == 403


async def test_the_heads_behind_a_petition_are_counted_and_nobody_is_named(office):
    number = await office.file()
    joiner = Actor(role=Role.CITIZEN, id="wechat:demo:oJOINER00000001")
    async with office.storage.begin() as work:
        case = await work.cases.get(number, lock=True)
        await work.joinings.add(number, joiner.id, now=office.clock.now())
        await work.cases.save(joining.join(case, actor=joiner, now=office.clock.now(), terms=terms()))
        await work.commit()
    html = await (await office.browser("clerk")).page(f"/console/petitions/{number}")
    assert ("联名 2 人" in html, "有人加入联名，共 2 人" in html, "oJOINER" in html) == (True, True, False)
    await office.act(number, Act.REFUSE, text="已进入诉讼", elsewhere="法院")
    async with office.storage.read() as work:
        told = [message for message, _ in await work.outbox.of_petition(number) if message.citizen == joiner.id]
    assert [(message.kind, "诉讼" in str(message.values)) for message in told] == [("joined_ended", False)]
