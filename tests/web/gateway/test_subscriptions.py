"""订阅通知: asked for after filing where nothing else reaches the citizen, used once, never without a consent."""

import re
from pathlib import Path
from typing import Any

import pytest

from bot.commands.showing import DEMO_CONFIG
from bot.petitions.acts import Act
from bot.petitions.reach_ports import GrantEnd, GrantSource

from .conftest import Citizen, House, Logs, events_of, until
from .test_outbox import CLOSED_AFTER, attempts, comes_to

TEMPLATE = "demo-progress-subscription-00000000000000000001"
BIZSEND = "message/subscribe/bizsend"
NOBODY_THERE = "message: window_shut; template: not_following; subscription: no_grant"


async def consents(an: Citizen, **wish: Any) -> dict[str, Any]:
    """Answer the popup; not twice in one second, which the platform's events could not tell apart."""
    an.house.advance(seconds=2)
    answer: dict[str, Any] = (await an.house.sandbox("subscribe", {"openid": an.openid} | wish))["grants"]
    return answer


async def gone(house: House, *, consented: int = 0) -> tuple[Citizen, str]:
    """Return a citizen with a petition who has left, with so many consents."""
    an = await house.citizen("安阿姨")
    number = await an.files()
    for _ in range(consented):
        await consents(an)
    await an.does(event="unsubscribe")
    return an, number


async def ledger(an: Citizen) -> list[tuple[bool, GrantEnd | None]]:
    """Return the citizen's consents: used for a message or not, and how they ended."""
    async with an.house.running.storage.read() as work:
        return [(grant.used_for is not None, grant.ended) for grant in await work.reach.of_citizen(an.key)]


async def test_who_left_is_told_once_for_each_consent(house: House) -> None:
    an, number = await gone(house, consented=1)
    await house.act(Act.ACCEPT, number)
    assert [way for way, _ in await an.gets(1)] == ["subscription"]

    async def delivered() -> bool:
        return (await attempts(house, number))[0][2] == [("subscription", "delivered", "")]

    await until(delivered)
    assert await ledger(an) == [(True, GrantEnd.USED)]
    await house.act(Act.FORWARD, number, unit="zhujian")
    await comes_to(house, number, "sent", "waiting")
    assert await house.outbox() == [("forwarded", "waiting", NOBODY_THERE)]
    assert await house.calls(BIZSEND) == 1
    assert await consents(an) == {TEMPLATE: 1}  # what waits may go at once
    assert [way for way, _ in await an.gets(2)] == ["subscription"] * 2
    assert await comes_to(house, number, "sent", "sent")


async def test_the_notice_says_what_it_is_about(small_house: House) -> None:
    an, number = await gone(small_house, consented=1)
    await small_house.act(Act.ACCEPT, number)
    ((_, text),) = await an.gets(1)
    assert number in text
    assert "已受理，回复“查询”看进度" in text


async def test_a_repeated_event_is_one_consent(small_house: House) -> None:
    house = small_house
    an = await house.citizen("安阿姨")
    entries = [
        {"TemplateId": TEMPLATE, "SubscribeStatusString": status, "PopupScene": "2"} for status in ("accept", "reject")
    ]
    event = {"type": "subscribe_msg_popup_event", "fields": {"SubscribeMsgPopupEvent": {"List": entries}}}
    await an.does(event=event, repeat=3)
    await an.does(event=event | {"fields": {"SubscribeMsgPopupEvent": {"List": entries[:1]}}}, repeat=2, at_once=True)
    async with house.running.storage.read() as work:
        kept = await work.reach.of_citizen(an.key)
    assert [(grant.template, grant.source, grant.lasting) for grant in kept] == [
        (TEMPLATE, GrantSource.POPUP, False)
    ] * 2  # one of each event: the no beside it takes nothing back


async def test_what_is_turned_off_in_the_settings_is_not_used(small_house: House) -> None:
    house = small_house
    an, number = await gone(house, consented=2)
    assert await consents(an, settings=True, reject=[TEMPLATE]) == {}
    assert await ledger(an) == [(False, GrantEnd.REVOKED)] * 2
    await house.act(Act.ACCEPT, number)
    assert await comes_to(house, number, "waiting") == [("accepted", "waiting", [])]
    assert await house.calls(BIZSEND) == 0


async def test_a_template_we_do_not_have_is_told_to_the_operator(small_house: House, logged: Logs) -> None:
    an = await small_house.citizen("安阿姨")
    entry = {"TemplateId": "T-of-another", "SubscribeStatusString": "accept", "PopupScene": "2"}
    fields = {"SubscribeMsgPopupEvent": {"List": entry}}
    await an.does(event={"type": "subscribe_msg_popup_event", "fields": fields})
    assert await ledger(an) == []
    assert [entry["template"] for entry in events_of(logged, "intake.unknown_subscription")] == ["T-of-another"]


async def test_the_platform_knows_of_no_consent(small_house: House) -> None:
    """43101 settles all of them, and the message waits; the next one does not even ask."""
    house = small_house
    an, number = await gone(house, consented=2)
    await house.fault(subscription_send={"mode": "errcode", "errcode": 43101})
    await house.act(Act.ACCEPT, number)
    assert await comes_to(house, number, "waiting") == [
        ("accepted", "waiting", [("subscription", "unreachable", "43101")])
    ]
    assert await ledger(an) == [(False, GrantEnd.REFUSED)] * 2
    await house.act(Act.FORWARD, number, unit="zhujian")
    await comes_to(house, number, "merged", "waiting")  # the later notice says it all
    assert await house.calls(BIZSEND) == 1


@pytest.mark.parametrize(("errcode", "outcome"), [(47003, "field_rejected"), (40037, "refused")])
async def test_a_message_the_platform_will_not_take_leaves_the_consent(
    small_house: House, logged: Logs, errcode: int, outcome: str
) -> None:
    house = small_house
    an, number = await gone(house, consented=1)
    await house.fault(subscription_send={"mode": "errcode", "errcode": errcode})
    await house.act(Act.ACCEPT, number)
    assert await comes_to(house, number, "waiting") == [
        ("accepted", "waiting", [("subscription", outcome, str(errcode))])
    ]
    assert await ledger(an) == [(False, None)]
    assert [entry["code"] for entry in events_of(logged, "outbox.template_refused")] == [str(errcode)]


async def test_busy_gives_the_consent_back_and_no_answer_uses_it(small_house: House) -> None:
    house = small_house
    an, number = await gone(house, consented=2)
    await house.fault(subscription_send={"mode": "errcode", "errcode": -1})
    await house.act(Act.ACCEPT, number)
    assert await comes_to(house, number, "pending")

    async def tried() -> bool:
        return (await attempts(house, number))[0][2] == [("subscription", "retry", "-1")]

    await until(tried)
    assert await ledger(an) == [(False, None)] * 2
    await house.fault(subscription_send={"mode": "html"})
    house.advance(seconds=6)
    await comes_to(house, number, "unknown")
    assert await ledger(an) == [(True, GrantEnd.USED), (False, None)]
    house.advance(hours=1)
    await house.act(Act.FORWARD, number, unit="zhujian")
    assert [way for way, _ in await an.gets(1)] == ["subscription"]  # never the unclear one again
    assert await house.calls(BIZSEND) == 3


async def test_a_template_the_citizen_refuses_goes_by_consent(small_house: House) -> None:
    house = small_house
    an = await house.citizen("安阿姨")
    number = await an.files()
    await consents(an)
    house.advance(**CLOSED_AFTER)
    await house.fault(template_send={"mode": "errcode", "errcode": 43101})
    await house.act(Act.ACCEPT, number)
    assert [way for way, _ in await an.gets(1)] == ["subscription"]
    sent = await comes_to(house, number, "sent")
    assert [(rung, code) for rung, _, code in sent[0][2]] == [("template", "43101"), ("subscription", "")]
    await house.act(Act.FORWARD, number, unit="zhujian")
    await comes_to(house, number, "sent", "waiting")
    reason = "message: window_shut; template: did_not_reach; subscription: no_grant"
    assert await house.outbox() == [("forwarded", "waiting", reason)]
    assert await house.calls("message/template/send") == 1
    await an.says("帮助")  # heard of again: all forms may be tried
    assert len(await an.gets(2)) == 2


async def test_a_template_blocked_after_all_goes_by_consent(small_house: House) -> None:
    house = small_house
    an = await house.citizen("安阿姨")
    number = await an.files()
    await consents(an)
    house.advance(**CLOSED_AFTER)
    await house.fault(template_report={"mode": "status", "status": "failed:user block"})
    await house.act(Act.ACCEPT, number)
    assert [way for way, _ in await an.gets(2)] == ["template", "subscription"]  # the first was never seen by them


async def test_a_message_not_delivered_after_all_waits(small_house: House) -> None:
    house = small_house
    an, number = await gone(house, consented=2)
    await house.fault(subscription_report={"mode": "status", "status": "user refuse to accept the msg"})
    await house.act(Act.ACCEPT, number)
    assert await comes_to(house, number, "waiting") == [("accepted", "waiting", [("subscription", "unreachable", "")])]
    assert await ledger(an) == [(True, GrantEnd.USED), (False, GrantEnd.REFUSED)]


# --- asked for after filing ---


@pytest.fixture
def without_templates(tmp_path: Path) -> Path:
    """The demo's settings without a category template for every notice."""
    config = tmp_path / "plain.toml"
    text = DEMO_CONFIG.read_text().replace("[wechat.templates.progress]", "[wechat.templates.review_overdue]")
    config.write_text(text)
    return config


async def test_who_files_is_asked_for_a_consent_and_told_by_it(any_house: House, without_templates: Path) -> None:
    house = any_house
    link = "https://mp.weixin.qq.com/s/{account}?t={templates}"
    await house.start(config=without_templates, WECHAT__0__SUBSCRIBE_URL=link)
    an = await house.citizen("安阿姨")
    number = await an.files()
    filed = (await an.phone())[-1]["text"]
    assert filed.endswith(
        "请点开链接，同意接收一次进展通知：\n"
        f"https://mp.weixin.qq.com/s/demo?t={TEMPLATE}\n"
        "同意一次，能收到一条。不同意也没关系，随时可以回复“查询”。"
    )
    await consents(an, scene="page")
    house.advance(**CLOSED_AFTER)
    await house.act(Act.ACCEPT, number)
    assert [way for way, _ in await an.gets(1)] == ["subscription"]
    await consents(an)
    await an.files("长江路的井盖丢了三天没有人管")
    assert "同意接收" not in (await an.phone())[-1]["text"]  # one is good still
    bo = await house.citizen("薄先生")
    await bo.files("中山公园的路灯坏了一个星期")
    assert "同意接收" in (await bo.phone())[-1]["text"]


async def test_nobody_is_asked_where_a_template_reaches_every_follower(new_house: House) -> None:
    await new_house.start(WECHAT__0__SUBSCRIBE_URL="https://mp.weixin.qq.com/s/demo")
    an = await new_house.citizen("安阿姨")
    await an.files()
    assert "mp.weixin.qq.com" not in (await an.phone())[-1]["text"]


async def test_without_a_link_nobody_is_asked(new_house: House, without_templates: Path) -> None:
    await new_house.start(config=without_templates)
    an = await new_house.citizen("安阿姨")
    await an.files()
    assert "同意" not in (await an.phone())[-1]["text"]


# --- the answer itself is too long for any template ---


@pytest.mark.parametrize("way", ["template", "subscription"])
async def test_the_notice_says_that_an_answer_is_there_and_the_citizen_pages_it(small_house: House, way: str) -> None:
    house = small_house
    an = await house.citizen("安阿姨")
    number = await an.files()
    if way == "subscription":
        await consents(an)
        await consents(an)
        await consents(an)
        await an.does(event="unsubscribe")
    house.advance(**CLOSED_AFTER)
    words = "".join(f"第{n}条，已经整改完毕，欢迎监督。" for n in range(1, 90))
    await house.act(Act.ACCEPT, number)
    await an.gets(1)
    await house.act(Act.FORWARD, number, unit="zhujian")
    await an.gets(2)
    await house.act(Act.ANSWER, number, text=words)
    notices = await an.gets(3)
    assert [how for how, _ in notices] == [way] * 3
    assert "整改" not in "".join(text for _, text in notices)
    if way == "subscription":
        assert "已答复，回复“查询”查看" in notices[-1][1]
        await an.does(event="subscribe")
    await an.says("查询")
    text = await an.taps((await an.phone())[-1]["choices"][0]["label"])
    while text.endswith("更多"):
        text = text.removesuffix("更多") + await an.says("更多")
    assert [int(place) for place in re.findall(r"第(\d+)条，已经整改完毕，欢迎监督。", text)] == list(range(1, 90))
