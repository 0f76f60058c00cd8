"""联名: who may stand by what, how they are counted, and what they never read."""

import pytest

from dialogs.intents import Join, Quit


@pytest.fixture
def public(stage):
    """Return a stage on which 甲 filed a public complaint with a phone."""
    for text in ("投诉", "楼下烧烤店每天油烟很大，找王老板没用", "和平路12号", "跳过", "13812345678", "公开", "提交"):
        stage.says(text)
    return stage


def test_joined_by_number_and_counted(public):
    read = public.says(f"联名 {public.last}", who="乙")
    assert public.turn.intents == (Join(number=public.last),)
    assert ("现在共 2 人" in read, "王老板" in read, "和平路" in read, "1381" in read) == (True, False, False, False)
    assert public.cases[public.last].petition.joiners == 1
    assert "现在共 3 人" in public.says(f"聯名：{public.last}", who="丙")
    assert "有人加入联名，共 3 人" in public.says(public.last)


def test_nobody_is_counted_twice(public):
    public.says(f"联名 {public.last}", who="乙")
    assert "已经在" in public.says(f"联名 {public.last}", who="乙")
    assert (public.turn.intents, public.cases[public.last].petition.joiners) == ((), 1)


def test_who_filed_it_is_the_representative_and_does_not_join(public):
    assert "由您做代表" in public.says(f"联名 {public.last}")
    assert public.turn.intents == ()


def test_left_again(public):
    public.says(f"联名 {public.last}", who="乙")
    assert "已退出" in public.says(f"退出联名 {public.last}", who="乙")
    assert public.turn.intents == (Quit(number=public.last),)
    assert public.cases[public.last].petition.joiners == 0
    assert "没有在这件诉求的联名里" in public.says(f"不联名了 {public.last}", who="乙")


def test_what_may_not_be_joined_and_what_does_not_exist_are_answered_alike(filed):
    private = filed.says(f"联名 {filed.last}", who="乙")
    unknown = filed.says("联名 WQ20261121-0000027", who="乙")
    for text in ("举报", "邻居楼顶违建", "跳过", "跳过", "提交"):
        filed.says(text)
    report = filed.says(f"联名 {filed.last}", who="乙")
    assert private == unknown == report == "这件诉求不能联名，请核对编号；只有公开的、正在办的诉求可以联名。"


def test_what_is_answered_is_not_joined_any_more(public):
    public.acts("转办")
    public.acts("答复", "已处理")
    assert "不能联名" in public.says(f"联名 {public.last}", who="乙")


@pytest.mark.parametrize("act", ["催办", "补充", "撤回", "评价", "为什么是这一天"])
def test_a_joiner_does_nothing_else_to_it(public, act):
    public.says(f"联名 {public.last}", who="乙")
    public.says(f"{act} {public.last}", who="乙")
    assert public.turn.intents == ()


def test_a_joiner_does_not_read_it_without_its_code(public):
    public.says(f"联名 {public.last}", who="乙")
    assert "请回复 6 位查询码" in public.says(f"查询 {public.last}", who="乙")


def test_many_are_told_how_many_come_in_person(public):
    read = [public.says(f"联名 {public.last}", who=f"人{place}") for place in range(5)]
    assert ["最多 5 人" in text for text in read] == [False, False, False, False, True]


@pytest.mark.parametrize("text", ["联名", "我要联名", "退出联名"])
def test_without_a_number_it_is_said_how(stage, text):
    assert "请回复“联名 编号”" in stage.says(text)


def test_a_draft_is_not_disturbed(public):
    for text in ("投诉", "小区停水三天了"):
        public.says(text, who="乙")
    assert "您正在填写的内容都还在" in public.says(f"联名 {public.last}", who="乙")
    assert public.session("乙").parts.content == "小区停水三天了"
