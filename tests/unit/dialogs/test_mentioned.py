from dataclasses import replace

import pytest

from adapters.weibo.public import check_public
from bot.messages import Channel, CitizenRef, Inbound, InboundKind, MediaKind, MediaRef, Reply
from dialogs.mentioned import MOST_WAITING, Mentions, Sense, mark
from dialogs.session import Parts, Session, State
from dialogs.session_json import dump_session, load_session
from tests.unit.dialogs.conftest import EAR, PHRASING

MENTIONS = Mentions(EAR, write=PHRASING.text)
CONTEXT = {"url": "https://weibo.com/7/K3fnuEfZK", "post_text": "", "nickname": "某某"}


def mention(text, *, pictures=0):
    media = tuple(MediaRef(kind=MediaKind.IMAGE, media_id=f"https://a/{n}") for n in range(pictures))
    citizen = CitizenRef(channel=Channel.WEIBO, account="demo", user="7")
    return Inbound(key="weibo:demo:s1", citizen=citizen, kind=InboundKind.MENTION, sent_at=None, text=text, media=media)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@云溪问政 和平路路灯坏了三天没人修", Sense.REQUEST),
        ("停水@云溪问政", Sense.REQUEST),
        ("@云溪问政 谢谢你们，但是路还没修好", Sense.REQUEST),
        ("@云溪问政 求助！贷款买的房停工了", Sense.REQUEST),
        ("@云溪问政", Sense.BARE),
        ("@云溪问政 你好", Sense.BARE),
        ("回复@某某:@云溪问政 👍", Sense.BARE),
        ("@云溪问政 办事真快，给你们点赞👍", Sense.PRAISE),
        ("@云溪问政 兼职刷单日结 http://t.cn/A6x http://t.cn/A6y http://t.cn/A6z", Sense.SPAM),
        ("@a @b @c @d @e @f @g @云溪问政 一起来玩", Sense.SPAM),
    ],
)
def test_what_a_mention_is(text, expected):
    assert MENTIONS.sense(mention(text)) is expected


def test_a_picture_without_words_is_a_request():
    assert MENTIONS.sense(mention("@云溪问政", pictures=1)) is Sense.REQUEST


def test_a_mention_becomes_a_draft_and_the_dialog_goes_on_from_it(stage):
    pictures = (MediaRef(kind=MediaKind.IMAGE, media_id="a"), MediaRef(kind=MediaKind.IMAGE, media_id="b"))
    said = stage.sends(InboundKind.MENTION, text="@云溪问政 路灯坏了", media=pictures, raw={"context": CONTEXT})
    assert said.startswith("您好，您点名我们反映的事已收到")
    key = "wechat:main:甲:1"
    assert stage.says("你好").startswith("请选您要办的事")
    assert "已存成草稿：@云溪问政 路灯坏了 原文：https://weibo.com/7/K3fnuEfZK" in stage.sends(InboundKind.FOLLOW)
    assert stage.says("投诉").startswith("请告诉我地点")
    assert stage.says("和平路").startswith("已收到 2 份材料")
    for text in ("完成", "跳过", "公开"):
        stage.says(text)
    assert "编号" in stage.says("提交")
    assert stage.cases[stage.last].petition.content == "@云溪问政 路灯坏了\n原文：https://weibo.com/7/K3fnuEfZK"
    assert stage.events[stage.last][0].data["attachments"] == [key, f"{key}#1"]


def test_a_draft_of_one_s_own_is_not_touched_and_the_mentions_wait_in_order(stage):
    stage.says("投诉")
    for text in ("@云溪问政 第一件事", "@云溪问政 第二件事"):
        stage.sends(InboundKind.MENTION, text=text)
    for text in ("私信里的事情", "跳过", "跳过", "跳过", "公开"):
        stage.says(text)
    assert stage.says("提交").endswith("回复“继续”接着登记。")
    assert (stage.cases[stage.last].petition.content, stage.session().parts) == ("私信里的事情", None)
    assert "第一件事" in stage.says("继续")
    assert [one.content for one in stage.session().waiting] == ["@云溪问政 第二件事"]
    for text in ("求助", "跳过", "跳过", "跳过", "公开", "提交"):
        stage.says(text)
    assert stage.events[stage.last][0].data["attachments"] == ["wechat:main:甲:2"]
    assert "第二件事" in stage.says("继续")


def test_a_number_answers_what_was_asked_before_the_mention(filed):
    for verb in ("受理", "转办"):
        filed.acts(verb)
    filed.acts("答复", "已修好。")
    filed.acts("办结")
    filed.sends(InboundKind.MENTION, text="@云溪问政 路灯坏了")
    assert "满意" in filed.says("1")
    assert filed.session().waiting[0].content == "@云溪问政 路灯坏了"


def test_no_request_is_answered_once_or_not_at_all(stage):
    said = [stage.sends(InboundKind.MENTION, text=text) for text in ("@云溪问政", "@云溪问政", "@云溪问政 真棒")]
    assert ([text[:2] for text in said], stage.session().waiting) == (["您好", "", ""], [])


def test_what_is_said_in_public_names_nothing_and_never_repeats():
    texts = {
        PHRASING.render(Reply(phrase=phrase, values={"mark": mark(f"weibo:demo:s{number}")})).text
        for phrase in ("mention.received", "mention.bare")
        for number in range(500)
    }
    for text in texts:
        check_public(text)
    assert len(texts) == 1000


URL = "https://weibo.com/7/K3fnuEfZK"


def whole(text="@云溪问政 路灯坏了", *, pictures=1, post=""):
    return replace(mention(text, pictures=pictures), raw={"context": CONTEXT | {"post_text": post}})


def session_with(content, *, waiting=False, files=()):
    parts = Parts(content=content, attachments=list(files), origin="weibo:demo:s1")
    own = Session(waiting=[parts]) if waiting else Session(state=State.PLACE, parts=parts)
    return dump_session(own)


@pytest.mark.parametrize("waiting", [True, False])
@pytest.mark.parametrize(
    ("content", "after"),
    [
        ("@云溪问政 路灯坏了", f"@云溪问政 路灯坏了\n原文：{URL}"),
        ("@云溪问政 路灯", f"@云溪问政 路灯坏了\n原文：{URL}"),
        ("和平路的灯坏了", f"和平路的灯坏了\n@云溪问政 路灯坏了\n原文：{URL}"),
        (f"@云溪问政 路灯坏了\n三天了\n原文：{URL}", f"@云溪问政 路灯坏了\n三天了\n原文：{URL}"),
    ],
    ids=["untouched", "cut short", "rewritten", "whole already"],
)
def test_what_is_found_later_goes_into_the_draft(content, after, waiting):
    session = load_session(MENTIONS.enriched(session_with(content, waiting=waiting, files=["own"]), whole(pictures=2)))
    (parts,) = session.waiting if waiting else [session.parts]
    assert (parts.content, parts.attachments) == (after, ["own", "weibo:demo:s1", "weibo:demo:s1#1"])
    again = MENTIONS.enriched(dump_session(session), whole(pictures=2))
    assert again == dump_session(session)


@pytest.mark.parametrize("place", ["away", "held"])
def test_a_draft_that_lies_aside_is_found_too(place):
    parts = Parts(content="@云溪问政 路灯坏了", origin="weibo:demo:s1")
    session = load_session(MENTIONS.enriched(dump_session(Session(**{place: parts})), whole()))
    assert getattr(session, place).attachments == ["weibo:demo:s1"]


def test_no_draft_is_made_of_one_that_was_dropped():
    assert [
        MENTIONS.enriched(session, whole()) for session in ("", dump_session(Session(parts=Parts(content="别的"))))
    ] == [
        None,
        None,
    ]


def test_a_petition_is_told_only_what_it_does_not_say():
    assert [
        MENTIONS.added_words("@云溪问政 路灯坏了", whole(post="楼上说得对")),
        MENTIONS.added_words("灯", whole()),
        MENTIONS.added_words(f"@云溪问政 路灯坏了 {URL} 原文：{URL}", whole()),
    ] == [f"（评论所在的微博：楼上说得对）\n原文：{URL}", f"@云溪问政 路灯坏了\n原文：{URL}", ""]


def test_a_draft_too_many_is_left_to_the_list_of_mentions():
    full = dump_session(Session(waiting=[Parts(content="一")] * MOST_WAITING))
    (waiting,) = load_session(MENTIONS.drafted("", whole(), at=7)).waiting
    assert (MENTIONS.drafted(full, whole(), at=7), waiting.origin, waiting.since) == (None, "weibo:demo:s1", 7)
