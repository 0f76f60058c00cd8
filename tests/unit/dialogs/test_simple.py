"""Short words for who wants them: switched by a word, kept, offered to who struggles, never longer than the full."""

import re

import pytest

from config.phrases import load_phrases

PHRASES = load_phrases()
SHORT = {key: source["text"] for key, source in PHRASES.items() if key.startswith("short.")}


def test_a_whole_filing_in_short_words(stage):
    assert stage.says("简单").startswith("好的，以后说短句。")
    assert stage.says("投诉").startswith("请说说什么事。")
    assert stage.says("楼下烧烤店每天油烟很大").startswith("在哪里？没有就回复 1。")
    assert stage.says("1").startswith("有照片就发来。没有就回复 1。")
    assert stage.says("1").startswith("您的电话是多少？不留就回复 1。")
    assert stage.says("1").startswith("结果可以公开吗？请回复数字：")
    assert stage.says("2").startswith("请看看对不对，请回复数字：\n①类型：投诉")
    assert stage.says("1").startswith("办好了，请记下编号。")
    assert stage.says("查询").startswith("一共 1 件。")
    assert stage.says("详细").startswith("好的，恢复详细的说法。")
    assert stage.says("查询").startswith("回复数字看详情。")


@pytest.mark.parametrize("text", ["简单", "大字版", "老人版", "简洁", "我想要简单点", "長輩模式"])
def test_the_words_that_switch(stage, text):
    stage.says(text)
    assert stage.session().simple


def test_switching_costs_a_draft_nothing(stage):
    for text in ("投诉", "楼下烧烤店每天油烟很大"):
        stage.says(text)
    assert stage.says("简单").endswith("在哪里？没有就回复 1。\n1. 跳过")
    assert stage.session().parts.content == "楼下烧烤店每天油烟很大"


def test_who_is_not_understood_twice_is_offered_short_words_once(stage):
    for text in ("投诉", "楼下烧烤店每天油烟很大", "跳过", "跳过"):
        stage.says(text)
    read = [stage.says("12") for _ in range(3)]
    assert ["请回复“简单”" in text for text in read] == [False, True, False]
    assert "请回复“简单”" in stage.says("帮助")
    stage.says("简单")
    assert "请回复“简单”" not in stage.says("帮助")


@pytest.mark.parametrize("key", sorted(SHORT))
def test_a_short_form_is_short_and_asks_one_thing(key):
    text = SHORT[key]
    words = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
    assert len(text) <= len(PHRASES[key.removeprefix("short.")]["text"]) + 12
    assert words.count("？") <= 1
    assert not any(sign > "\uffff" for sign in text)
    assert all(len(sentence) <= 40 for sentence in re.split(r"[。！？；：\n]", words))
