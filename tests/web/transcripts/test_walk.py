"""A citizen of whims on the whole gateway: each message is answered once, none by an apology, and a filing ends it.

The long walk is the dialog's own (tests/unit/dialogs/test_random_walk.py); this one is for what lies around it.
"""

import random
from datetime import timedelta

import pytest

from tests.web.gateway.conftest import House
from tests.web.transcripts.conftest import START
from tests.web.transcripts.stage import Person, Stage

SAID = (
    *("投诉", "咨询", "举报", "建议", "路灯坏了一个月，晚上没人敢出门", "请问社保怎么办理，要什么材料", "和平路12号"),
    *("跳过", "没有", "完成", "好的", "不", "提交", "取消", "返回", "修改", "改3", "继续", "重新开始", "清空", "公开"),
    *("13812345678", "1", "２", "第三个", "99", "帮助", "查询", "更多", "催办", "补充", "撤回", "评价", "满意"),
    *("没解决", "为什么是这一天", "申请复查", "联名", "简单", "详细", "你好", "😀", "123456", "WQ20261121-0000018"),
    *("<a href='x'>{{ 7 }}</a>", "\u202e提交", "很" * 300, "Hello 没有heating توك يوق", "請問退休金怎麼辦理"),
)
DONE = ("图片", "语音", "视频", "位置", "链接", "菜单", "关注", "文件", "表情包")
APOLOGY = "刚才出了点问题"
STEPS = 120
SECONDS = timedelta(seconds=7)


async def step(person: Person, dice: random.Random) -> str:
    if dice.random() < 0.2:  # one thing in five is no text
        what = dice.choice(DONE)
        more = {
            "链接": "看看 https://example.com",
            "菜单": "mine",
            "位置": "人民路",
            "文件": "信.docx",
            "表情包": "哈",
        }.get(what, "")
        return await person.sends(what, 1, more)
    return await person.does(text=dice.choice(SAID))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("platform", ["wechat", "weibo"])
async def test_every_message_is_answered_and_a_filing_ends_it(shared_house: House, platform: str) -> None:
    shared_house.clock.set(START)
    stage, dice = Stage(house=shared_house, platform=platform), random.Random(20261123)  # noqa: S311 -- a walk, no secret
    person = await stage.person("甲")
    for count in range(STEPS):
        shared_house.clock.drift(SECONDS)
        read = await step(person, dice)
        assert (count, read == "", APOLOGY in read) == (count, False, False), read
    for text in ("取消", "确定", "删除", "投诉：小区停水三天了没人管", "提交", "提交", "提交"):
        shared_house.clock.drift(SECONDS)
        read = await person.does(text=text)
        if "查询码：" in read:
            return
    raise AssertionError(read)
