"""The hops on the page: each through its form, by who may do it, with the clocks and what waits for a supervisor."""

import re
from datetime import timedelta

from bot.petitions.acts import Act
from bot.petitions.vocabulary import State

from .conftest import main_text


async def case_of(office, number):
    async with office.storage.read() as work:
        return await work.cases.get(number)


def listed(html):
    return re.findall(r'class="number" href="/console/petitions/([^"]+)"', html)


async def test_an_officer_signs_and_the_clock_says_so(office):
    number = await office.forwarded()
    officer, page = await office.browser("officer"), f"/console/petitions/{number}"
    assert "签收 剩 1天13小时 2026-11-21 23:59 到期" not in main_text(await officer.page(page))
    assert "签收 剩 3天13小时 2026-11-23 23:59 到期" in main_text(await officer.page(page))
    response = await officer.submit(page, "签收")
    assert response.headers["Location"] == f"{page}?done=sign"
    html = main_text(await officer.page(response.headers["Location"]))
    assert "已签收，市民会收到通知。" in html
    assert "市水务局签收" in html
    assert "签收告知" in html


async def test_a_return_takes_the_petition_off_the_unit(office):
    number = await office.forwarded()
    officer, page = await office.browser("officer"), f"/console/petitions/{number}"
    empty = await officer.submit(page, "退回", text=" ")
    assert (empty.status, "请填写理由。" in await empty.text()) == (422, True)
    response = await officer.submit(page, "退回", text="归市城管局")
    assert (response.status, response.headers["Location"]) == (303, "/console/")
    assert (await officer.get(page)).status == 404
    html = main_text(await (await office.browser("clerk")).page(page))
    assert "市水务局退回" in html
    assert "归市城管局" in html


async def test_a_designated_unit_is_told_that_it_may_not_return(office):
    number = await office.forwarded()
    for _ in range(2):
        await office.act(number, Act.FORWARD, unit="water")
    officer, page = await office.browser("officer"), f"/console/petitions/{number}"
    html = await officer.page(page)
    assert "退回的理由" not in html
    assert "指定办理，转办至市水务局" in html
    typed = {"csrf": await officer.token(), "version": "4", "text": "不归我们"}
    response = await officer.post(f"{page}/return", typed)
    assert (response.status, "这是指定办理，不能退回。" in await response.text()) == (409, True)


async def test_helpers_are_named_see_the_petition_and_only_give_an_opinion(office):
    number = await office.forwarded()
    clerk, page = await office.browser("clerk"), f"/console/petitions/{number}"
    helper = await office.browser("stranger")
    assert (await helper.get(page)).status == 404
    form = await clerk.form(page, "协办")
    units = [("units", "roads"), ("units", "school")]
    response = await clerk.post(form.action, [*((k, v) for k, v in form.values.items() if k != "units"), *units])
    assert response.headers["Location"] == f"{page}?done=cohandle"
    assert (await case_of(office, number)).petition.co_units == ("roads", "school")
    assert "协办：城管局、教育局" in await clerk.page(page)
    assert listed(await helper.page("/console/")) == [number]
    assert (await helper.submit(page, "协办意见", text="学校门口由我们管")).status == 303
    html = main_text(await helper.page(page))
    assert "市教育局提出协办意见" in html
    assert "协办（教育局）" in html
    answer = {"csrf": await helper.token(), "version": "4", "text": "答复"}
    assert (await helper.post(f"{page}/answer", answer)).status == 403
    assert (await clerk.post(form.action, [*form.values.items(), *units])).status == 409


async def test_an_extension_is_asked_for_waits_for_the_supervisor_and_is_granted(office):
    number = await office.forwarded()
    officer, boss, page = await office.browser("officer"), await office.browser("boss"), f"/console/petitions/{number}"
    assert "延长多少个工作日" in await officer.page(page)
    none = await officer.submit(page, "延期", amount="x", text="要请专家")
    assert (none.status, "请填写延长多少。" in await none.text()) == (422, True)
    assert (await officer.submit(page, "延期", amount="3", text="要请专家")).status == 303
    assert listed(await boss.page("/console/?queue=extension")) == [number]
    html = main_text(await boss.page(page))
    assert "申请延期3个工作日 要请专家" in html
    assert (await boss.submit(page, "同意延期")).headers["Location"] == f"{page}?done=grant"
    assert listed(await boss.page("/console/?queue=extension")) == []
    html = main_text(await officer.page(page))
    assert "同意延期3个工作日" in html
    assert "经批准延长3个工作日，共10个工作日" in html


async def test_a_supervision_is_listed_until_its_feedback_came(office):
    number, other = await office.forwarded(), await office.forwarded()
    officer, boss, page = await office.browser("officer"), await office.browser("boss"), f"/console/petitions/{number}"
    assert (await boss.submit(page, "督办", text="领导批示")).status == 303
    assert listed(await boss.page("/console/?queue=supervised")) == [number]
    assert listed(await boss.page("/console/?queue=feedback")) == [number]
    assert (await officer.submit(page, "督办反馈", text="明天修")).status == 303
    assert listed(await boss.page("/console/?queue=feedback")) == []
    assert listed(await boss.page("/console/?queue=supervised")) == [number]
    assert sorted(listed(await boss.page("/console/?queue=nonsense"))) == sorted([number, other])


async def test_a_closed_petition_with_something_owed_stays_in_the_list(office):
    number = await office.forwarded()
    for act in (Act.ANSWER, Act.CLOSE):
        await office.act(number, act, text="已修")
    officer = await office.browser("officer")
    assert listed(await officer.page("/console/")) == []
    await office.act(number, Act.SUPERVISE, text="市民来访")
    assert listed(await officer.page("/console/")) == [number]
    assert (await officer.submit(f"/console/petitions/{number}", "督办反馈", text="明天再去")).status == 303
    assert listed(await officer.page("/console/")) == []


async def test_a_question_stops_the_clock_on_the_page(office):
    number = await office.forwarded()
    officer, page = await office.browser("officer"), f"/console/petitions/{number}"
    assert (await officer.submit(page, "待补充", text="哪一栋？")).status == 303
    assert (await case_of(office, number)).petition.state is State.WAITING
    html = main_text(await officer.page(page))
    assert "暂停计时" in html
    assert "请市民补充，暂停计时" in html
    office.clock.advance(timedelta(days=3))
    officer = await office.browser("officer")
    assert (await officer.submit(page, "恢复办理", text="已电话问清")).status == 303
    assert (await case_of(office, number)).petition.state is State.FORWARDED


async def test_every_date_gives_its_reasons(office):
    number = await office.file()
    html = await (await office.browser("clerk")).page(f"/console/petitions/{number}")
    assert "<summary>为什么是这一天</summary>" in html
    assert "<li>期限7个工作日。</li>" in html
    assert "<li>2026年11月20日（星期五）收到，当天不计，从次日起算。</li>" in html


async def test_what_was_not_satisfying_is_done_again(office):
    number = await office.forwarded()
    await office.act(number, Act.ANSWER, text="已修")
    clerk, page = await office.browser("clerk"), f"/console/petitions/{number}"
    assert "重办的要求" not in await clerk.page(page)
    typed = {"csrf": await clerk.token(), "version": "3", "text": "没修好"}
    response = await clerk.post(f"{page}/redo", typed)
    assert (response.status, "市民没有评价不满意" in await response.text()) == (409, True)
