"""The main job end to end, through the real process: a citizen files, the office answers, the citizen hears."""

import json
import re
from pathlib import Path

import pytest

from tests.acceptance.console import Desk
from tests.acceptance.phone import Phone
from tests.acceptance.processes import Running, bot, data_in

CONTENT = "幸福路12号工地连续三天夜里十一点以后还在打桩，孩子没法睡觉，请尽快管一管。"
NUMBER = re.compile(r"编号：(WQ(\d{8})-(\d{6})(\d))")


def check_digit(digits: str) -> int:
    """ISO 7064 MOD 11,10, the standard's own wording: what makes the last sum end in 1."""
    carry = 10
    for digit in map(int, digits):
        carry = ((carry + digit) % 10 or 10) * 2 % 11
    [check] = [check for check in range(10) if (carry + check) % 10 == 1]
    return check


async def file(phone: Phone, content: str = CONTENT, *, kind: str = "投诉") -> str:
    """File the short way and return the number."""
    for words in (kind, content, "跳过", "跳过", "跳过", "公开"):
        await phone.say(words)
    found = NUMBER.search(await phone.say("提交"))
    assert found is not None
    return found[1]


def exported(running: Running, folder: Path) -> dict[str, dict[str, str | None]]:
    """Return the rows of `export petitions` by number."""
    ended = bot("export", "petitions", "--config", str(demo_config()), folder=folder, environ=data_in(folder))
    assert (ended.code, ended.err) == (0, "")
    rows = [json.loads(line) for line in ended.out.splitlines()]
    return {row["number"]: row for row in rows}


def demo_config() -> Path:
    return Path(__file__).parent.parent.parent / "config" / "demo.toml"


@pytest.mark.parametrize("running", [True], indirect=True, ids=["cold"])
async def test_filed_accepted_forwarded_answered_closed_and_rated(
    running: Running, phone: Phone, tmp_path: Path
) -> None:
    assert running.seconds < 60
    await phone.move_clock(set="2026-11-20T10:00:00")
    assert "个人信息说明" in await phone.say("投诉")
    assert "请告诉我地点" in await phone.say(CONTENT)
    where = {"latitude": 29.563009, "longitude": 106.551556, "label": "云溪市东湖区幸福路12号"}
    assert "位置收到了：云溪市东湖区幸福路12号" in await phone.say(location=where)
    assert "已收到 1 份材料" in await phone.say(image="sample")
    assert "已收到 2 份材料" in await phone.say(voice="sample")
    assert "请留一个联系电话" in await phone.say("完成")
    assert "办理结果可以公开吗" in await phone.say("13800000001")
    summary = await phone.say("公开")
    assert summary == (
        "请核对，没问题就回复“提交”；要改就回复“改”加序号，像“改3”。\n①类型：投诉\n"
        f"②内容：{CONTENT}\n③地点：云溪市东湖区幸福路12号\n④材料：2 份\n⑤电话：13800000001\n⑥公开：是\n"
        "1. 提交\n2. 修改\n3. 取消"
    )
    filed = await phone.say("提交")
    found = NUMBER.search(filed)
    assert found is not None
    number = found[1]
    assert (found[2], int(found[4])) == ("20261120", check_digit(found[2] + found[3]))
    assert re.search(r"^查询码：\d{6}$", filed, re.MULTILINE)
    assert "2026年11月20日 18:00 前响应\n2026年12月1日 23:59 前答复" in filed

    await _office_works(running, number, phone)
    accepted, forwarded, answered, closed = await phone.texts(4)
    assert accepted == (
        f"您的投诉已受理，请放心等候。\n编号：{number}\n内容：{CONTENT}\n12月1日（星期二）当天结束前答复您。"
    )
    assert forwarded == (
        f"您的投诉已转给云溪市住房和城乡建设局办理，要问详情可以打 0999-5550201。\n编号：{number}\n"
        "12月1日（星期二）当天结束前答复您。"
    )
    assert (
        answered
        == f"您的投诉有答复了，请看：\n编号：{number}\n云溪市住房和城乡建设局答复：\n已责令夜间停工，22时后不再打桩。"
    )
    assert closed == (
        f"请给结果打分：您的投诉已办结，您满意吗？\n编号：{number}\n内容：{CONTENT}\n1. 满意\n2. 基本满意\n3. 不满意"
    )

    assert "已记下您的评价：不满意" in await phone.say("不满意")
    assert "要请办理单位重新办吗？" in await phone.say("昨晚十二点又打桩了")
    assert await phone.say("不用了") == f"谢谢，{number}的评价已记下。"
    timeline = await phone.say(f"查询 {number.removeprefix('WQ').replace('-', '')}")
    assert "评价：不满意（昨晚十二点又打桩了）" in timeline
    assert len(await phone.sent()) == 4

    row = exported(running, tmp_path)[number]
    kept = ("status", "unit", "unit_name", "kind", "channel", "place", "rating", "response_due", "answer_due")
    assert [row[name] for name in kept] == [
        "closed", "zhujian", "云溪市住房和城乡建设局", "complaint", "wechat", "云溪市东湖区幸福路12号", "dissatisfied",
        str(row["filed_at"]).replace("T10:", "T18:"), "2026-12-01T23:59:59+08:00",
    ]  # fmt: skip
    assert str(row["response_met"])[:15] == "2026-11-20T10:0"
    assert str(row["answer_met"])[:15] == "2026-11-20T10:0"


async def _office_works(running: Running, number: str, phone: Phone) -> None:
    """Accept and forward as clerk, answer as officer of the unit, close as clerk; each once the citizen has heard."""
    page = f"/console/petitions/{number}"
    async with Desk(running.url, "shouli") as clerk, Desk(running.url, "zhujian") as officer:
        await _sign_in_is_guarded(clerk)
        assert number in await clerk.sign_in()
        [session] = [cookie for name, cookie in clerk.cookies().items() if "visitor" not in name]
        assert (session["httponly"], session["samesite"]) == (True, "Lax")
        await officer.sign_in()
        await officer.page(page, status=404)
        shown = await clerk.page(page)
        assert [word in shown for word in (CONTENT, "<img src=", "<audio controls", "13800000001")] == [True] * 4
        assert (await clerk.buttons(page))[:3] == ["受理", "不予受理", "转办"]
        assert await clerk.post(f"{page}/accept", version="1") == 403
        assert "已受理，市民会收到通知。" in await clerk.act(number, "受理")
        await phone.texts(1)  # before the next act, or that one's news would overtake it
        assert "已转办" in await clerk.act(number, "转办", unit="zhujian")
        await phone.texts(2)
        assert number in await officer.page("/console/")
        buttons = await officer.buttons(page)
        assert ("答复" in buttons, {"受理", "不予受理", "转办", "办结"} & set(buttons)) == (True, set())
        assert "已答复" in await officer.act(number, "答复", text="已责令夜间停工，22时后不再打桩。")
        await phone.texts(3)
        assert "已办结" in await clerk.act(number, "办结")


async def _sign_in_is_guarded(desk: Desk) -> None:
    assert await desk.post("/console/login", name="shouli", password="wenqiao-demo") == 403
    refused = await desk.submit("/console/login", "登录", status=401, name="shouli", password="wrong")
    assert "用户名或密码不正确" in refused


async def test_clocks_pass_one_after_the_other(running: Running, phone: Phone, tmp_path: Path) -> None:
    await phone.move_clock(set="2026-11-20T10:00:00")
    number = await file(phone)
    await phone.move_clock(advance="7h59m")
    assert await phone.sent() == []
    await phone.move_clock(advance="1m")
    [late] = await phone.texts(1)
    assert late == (f"很抱歉，您的投诉没有按时响应，已经上报督办，有进展马上告诉您。\n编号：{number}\n内容：{CONTENT}")
    await phone.move_clock(set="2026-11-30T08:59:30")
    assert "已超时，正在督办" in await phone.say(f"查询 {number}")
    await phone.move_clock(set="2026-11-30T09:00:00")
    _, soon = await phone.texts(2)
    assert soon == f"您的投诉快到答复期限了，我们正在催办。\n编号：{number}\n答复期限：12月1日（星期二）"
    await phone.move_clock(set="2026-12-02T09:30:00")
    await phone.texts(3)
    [*free, overdue] = await phone.sent()
    card = [line["value"] for line in overdue["fields"]]
    assert [message["via"] for message in (*free, overdue)] == ["custom", "custom", "template"]
    assert card == [number, "市问政办", "答复超时", "2026年12月2日 09:30"]

    row = exported(running, tmp_path)[number]
    names = ("status", "response_due", "response_met", "answer_due", "answer_met", "answer_passed")
    assert [row[name] for name in names] == [
        "filed", str(row["filed_at"]).replace("T10:", "T18:"), None, "2026-12-01T23:59:59+08:00", None,
        "2026-12-02T09:30:00+08:00",
    ]  # fmt: skip
    async with Desk(running.url, "shouli") as clerk:
        assert number in await clerk.sign_in()
        assert number in await clerk.page("/console/?lamp=red")
        assert 'class="troubles"' not in await clerk.page("/console/trouble"), (
            "notices of the sample's own petitions arrive too"
        )
