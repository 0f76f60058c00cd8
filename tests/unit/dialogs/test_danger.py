"""Dangers to life: answered at once at any step, without costing the draft anything, and the staff alarmed."""

from pathlib import Path

import pytest

from bot.app.office import load_office
from bot.messages import InboundKind
from dialogs.catalogue import Danger, Dangers
from dialogs.danger import DangerWords
from dialogs.intents import Alarm

FIRE = Danger(id="fire", label="着火", keywords=("着火", "冒浓烟"), say="着火请马上打119。")
HURT = Danger(id="violence", label="人身伤害", keywords=("被打", "打人"), say="请马上打110。")
RULES = Dangers(rules=(FIRE, HURT), harmless=("被打扰", "打人工"), calm=("去年", "扑灭了"))


@pytest.fixture(scope="module")
def words():
    return DangerWords(RULES)


@pytest.fixture(scope="module")
def city():
    return load_office(Path("config/demo.toml"), environ={}).catalogue.dangers


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("楼下着火了", ("fire", False)),
        ("着火", ("fire", False)),
        ("我被打了，房子也着火了", ("fire", False)),  # the gravest
        ("我被打了", ("violence", False)),
        ("老被打扰，后来被打", ("violence", False)),
        ("去年着火的房子还没修", ("fire", True)),
        ("着火已经扑灭了", ("fire", True)),
        ("总被打扰", None),
        ("怎么打人工电话", None),
        ("着", None),
        ("我被", None),
        ("", None),
        ("很" * 7001, None),
    ],
)
def test_what_is_a_sign_of_danger(words, text, found):
    sign = words.sign(text)
    assert (sign and (sign.danger.id, sign.calm)) == found


def test_no_rules_find_nothing():
    assert DangerWords(Dangers()).sign("着火") is None


@pytest.mark.parametrize(
    ("text", "rule", "number"),
    [
        ("小区有很重的煤气味", "gas", "119"),
        ("五楼着火了快来人", "fire", "119"),
        ("我不想活了", "suicide", "12356"),
        ("有人自殺", "suicide", "12356"),
        ("孩子被打了", "violence", "110"),
        ("有个孩子溺水了", "drowning", "120"),
        ("路口出了车祸", "crash", "122"),
        ("老人晕倒在路边", "injury", "120"),
        ("电梯里有人被困", "trapped", "119"),
    ],
)
def test_the_city_names_the_right_number(city, text, rule, number):
    sign = DangerWords(city).sign(text)
    assert (sign.danger.id, sign.calm, number in sign.danger.say) == (rule, False, True)


@pytest.mark.parametrize("text", ["晚上总被打扰", "希望建防溺水设施", "我要打人工", "楼道灭火器过期了"])
def test_the_city_raises_no_false_alarm(city, text):
    assert DangerWords(city).sign(text) is None


STEPS = (
    ("投诉",),
    ("投诉", "楼下烧烤店每天油烟很大"),
    ("投诉", "楼下烧烤店每天油烟很大", "和平路12号", "跳过"),
    ("投诉", "楼下烧烤店每天油烟很大", "和平路12号", "跳过", "跳过", "不公开"),
    ("投诉", "楼下烧烤店每天油烟很大", "取消"),
    ("查询",),
    (),
)


@pytest.mark.parametrize("steps", STEPS)
def test_it_is_answered_first_at_any_step_and_the_draft_stays(stage, steps):
    for text in steps:
        stage.says(text)
    before = stage.session().parts if steps else None
    read = stage.says("现在楼里着火了请快点来人啊")
    assert read.startswith("⚠ 着火请马上打119。")
    assert stage.turn.intents == (Alarm(danger="fire", label="着火", message=f"wechat:main:甲:{stage.count}"),)
    after = stage.session().parts
    assert after is not None  # the words are in the draft, or one was begun
    if before is not None and before.content:
        assert after.content.startswith(before.content)


def test_it_is_told_but_nobody_is_alarmed_when_it_is_over(stage):
    assert stage.says("去年着火的房子到现在还没有修好").startswith("⚠ 着火请马上打119。")
    assert stage.turn.intents == ()


def test_a_look_at_a_petition_is_answered_first_too(filed):
    read = filed.says(f"补充 {filed.last} 现在着火了")
    assert read.startswith("⚠ 着火请马上打119。")
    assert [type(intent) for intent in filed.turn.intents][-1] is Alarm


@pytest.mark.parametrize(
    ("text", "alarmed"), [("@云溪问政 我家楼上着火了", True), ("@云溪问政 去年着火的楼还没修", False)]
)
def test_a_mention_of_danger_alarms_the_staff_and_the_public_answer_stays(stage, text, alarmed):
    read = stage.sends(InboundKind.MENTION, text=text)
    assert "119" not in read
    assert [type(intent) for intent in stage.turn.intents] == [Alarm] * alarmed
