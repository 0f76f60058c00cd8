"""Drafts that are left lying: offered again, put away, reminded of once, gone after their time; two never mix."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.messages import InboundKind
from dialogs.catalogue import DraftTimes
from dialogs.drafts import Swept, swept
from dialogs.intents import File
from dialogs.session import Parts, Session, State
from dialogs.session_json import dump_session, load_session

TIMES = DraftTimes()
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
STORY = "楼下烧烤店每天油烟很大"


@pytest.fixture
def lying(stage):
    """Return a stage on which 甲 left a complaint at the question for the place, a day ago."""
    for text in ("投诉", STORY):
        stage.says(text)
    stage.now += timedelta(days=1)
    return stage


def test_after_a_silence_free_words_wait_until_it_is_told_what_they_are_for(lying):
    read = lying.says("和平路12号")
    assert ("您上次写到一半的投诉还在" in read, STORY in read, "先替您存着" in read) == (True, True, True)
    assert [choice.label for choice in lying.choices] == ["接着写", "重新开始"]
    assert lying.session().parts.place == ""
    assert "请发图片" in lying.says("1")
    assert (lying.session().parts.place, lying.session().parts.content) == ("和平路12号", STORY)
    assert lying.session().held is None


def test_to_submit_is_to_go_on_with_the_draft(lying):
    lying.says("和平路12号")
    assert "请发图片" in lying.says("提交")
    assert (lying.session().parts.place, lying.session().held) == ("和平路12号", None)


def test_a_number_answers_what_was_asked_last(lying):
    lying.says("和平路12号")
    lying.says("修改")
    assert lying.session().state is State.EDIT
    lying.says("1")
    assert (lying.session().state, lying.session().held.content) == (State.KIND, "和平路12号")


def test_begun_anew_the_old_draft_is_put_away_and_the_new_words_are_the_new_ones(lying):
    lying.says("小区停水三天了一直没人管")
    read = lying.says("２")
    assert ("原来那件再留 7 天" in read, "请选一项" in read) == (True, True)
    session = lying.session()
    assert (session.parts.content, session.parts.kind, session.away.content) == (
        "小区停水三天了一直没人管",
        None,
        STORY,
    )


def test_a_picture_after_a_silence_goes_to_the_draft_that_is_chosen(lying):
    lying.attaches("图片")
    assert lying.session().parts.attachments == []
    lying.attaches("图片")
    lying.says("那我重新开始")
    session = lying.session()
    assert (len(session.parts.attachments), session.away.attachments) == (2, [])


def test_a_pin_and_a_link_after_a_silence_are_held_too(lying):
    lying.pins("人民路")
    lying.sends(InboundKind.LINK, text="看看这个 https://example.com")
    assert "请发图片" in lying.says("接着写")
    parts = lying.session().parts
    assert (parts.place, parts.content) == ("人民路", f"{STORY}\n看看这个 https://example.com")


def test_another_kind_after_a_silence_does_not_change_the_draft(lying):
    assert "接着写" in lying.says("我要举报")
    assert lying.session().parts.kind.value == "complaint"
    assert "您要举报的事" in lying.says("2")
    assert lying.session().away.kind.value == "complaint"


@pytest.mark.parametrize(
    ("text", "read"),
    [("跳过", "请发图片"), ("继续", "请告诉我地点"), ("查询", "没有登记过"), ("改2", STORY), ("帮助", "写得越具体")],
)
def test_a_word_that_says_what_is_wanted_is_simply_done(lying, text, read):
    assert read in lying.says(text)
    assert lying.session().parts.content == STORY


def test_soon_afterwards_nobody_is_asked(stage):
    for text in ("投诉", STORY):
        stage.says(text)
    stage.now += TIMES.silence - timedelta(minutes=1)
    assert "请发图片" in stage.says("和平路12号")


def test_an_old_question_whether_to_cancel_is_not_answered_by_a_word_of_today(stage):
    for text in ("投诉", STORY, "取消"):
        stage.says(text)
    stage.now += timedelta(days=1)
    assert "请告诉我地点" in stage.says("是的")
    assert stage.session().parts.content == STORY


def test_side_questions_over_the_offer_lose_nothing(lying):
    lying.says("小区停水三天了一直没人管")
    lying.says("查询")
    lying.says("人工")
    lying.says("那个，还有物业电话也打不通")
    assert lying.session().held.content == "小区停水三天了一直没人管\n那个，还有物业电话也打不通"
    lying.taps("重新开始")
    assert lying.session().parts.content.startswith("小区停水")


def test_cancelled_the_draft_can_be_taken_up_again(stage):
    for text in ("投诉", STORY, "和平路12号", "取消"):
        stage.says(text)
    read = stage.says("确定")
    assert ("已取消" in read, "再留 7 天" in read) == (True, True)
    assert "您正在填写的内容都还在" in stage.says("继续")
    assert (stage.session().parts.place, stage.session().away) == ("和平路12号", None)


def test_cancelled_the_draft_can_be_deleted_at_once(stage):
    for text in ("投诉", STORY, "取消", "确定"):
        stage.says(text)
    assert "已删除" in stage.says("删除")
    assert (stage.session().away, stage.session().parts) == (None, None)
    assert STORY not in stage.sessions["甲"]


def test_a_draft_put_away_does_not_mix_with_the_next(stage):
    for text in ("投诉", STORY, "取消", "确定"):
        stage.says(text)
    for text in ("建议：公园多放几把椅子吧", "跳过", "跳过", "跳过", "公开", "提交"):
        stage.says(text)
    [filed] = stage.turn.intents
    assert (filed.draft.content, filed.draft.place) == ("公园多放几把椅子吧", "")
    assert "请告诉我地点" in stage.says("继续")
    assert stage.session().parts.content == STORY


def test_after_its_days_the_draft_is_gone_and_that_is_said_once(stage):
    for text in ("投诉", STORY):
        stage.says(text)
    stage.now += TIMES.keep
    read = stage.says("和平路12号")
    assert ("已经过了 7 天" in read, STORY in stage.sessions["甲"]) == (True, False)
    assert "已经过了" not in stage.says("你好")


def test_what_was_put_away_is_gone_after_its_days_without_a_word(stage):
    for text in ("投诉", STORY, "取消", "确定"):
        stage.says(text)
    stage.now += TIMES.keep
    assert "请选一项" in stage.says("继续")
    assert STORY not in stage.sessions["甲"]


# --- what time does -------------------------------------------------------------------------------------------------


def swept_after(text, hours, *, times=TIMES, reachable=True):
    return swept(text, seen=NOW, now=NOW + timedelta(hours=hours), times=times, reachable=reachable)


@pytest.fixture
def left(stage):
    """Return the session of a citizen who left a draft at `NOW`."""
    for text in ("投诉", STORY):
        stage.says(text)
    return stage.sessions["甲"]


def test_before_the_reminder_nothing_happens_but_a_later_look(left):
    found = swept_after(left, 39)
    assert (found.session, found.next_at, found.remind) == (left, NOW + TIMES.remind, None)


def test_one_reminder_then_the_end(left):
    found = swept_after(left, 40)
    assert (found.remind.phrase, found.remind.values) == ("draft.reminder", {"given": STORY, "days": 7})
    assert (found.next_at, load_session(found.session).state) == (NOW + TIMES.keep, State.OFFER)
    again = swept_after(found.session, 41)
    assert (again.session, again.remind, again.next_at) == (found.session, None, NOW + TIMES.keep)
    gone = swept_after(found.session, 24 * 7)
    assert (gone.next_at, gone.remind, STORY in gone.session) == (None, None, False)
    assert load_session(gone.session).lapsed


def test_without_a_permitted_way_there_is_no_reminder(left):
    found = swept_after(left, 40, reachable=False)
    assert (found.remind, found.next_at, found.session) == (None, NOW + TIMES.keep, left)


def test_the_office_may_do_without_reminders(left):
    found = swept_after(left, 40, times=replace(TIMES, remind=None))
    assert (found.remind, found.next_at) == (None, NOW + TIMES.keep)


def test_after_a_reminder_a_number_is_the_answer_to_it(stage, left):
    stage.sessions["甲"] = swept_after(left, 40).session
    stage.now += timedelta(hours=41)
    assert "请告诉我地点" in stage.says("1")
    assert stage.session().reminded


@pytest.mark.parametrize("state", [State.CANCEL, State.EDIT, State.PICK])
def test_a_reminder_leaves_a_session_that_can_be_read(left, state):
    session = load_session(left)
    session.back, session.state = session.state, state
    found = swept_after(dump_session(session), 40)
    after = load_session(found.session)
    assert (after.state, after.back, after.parts.content) == (State.OFFER, State.PLACE, STORY)


def test_nothing_lies_where_nothing_was_begun():
    found = swept_after(dump_session(Session(notified=True)), 24 * 30)
    assert (found.next_at, found.remind) == (None, None)


def test_what_was_put_away_ends_without_a_reminder(stage):
    for text in ("投诉", STORY, "取消", "确定"):
        stage.says(text)
    text = stage.sessions["甲"]
    assert swept_after(text, 40) == swept_after(text, 41)
    found = swept_after(text, 24 * 7)
    assert (found.next_at, found.remind, STORY in found.session) == (None, None, False)


# --- of mentions ----------------------------------------------------------------------------------------------------


def waiting(*days_ago, **more):
    """Return the session of somebody who mentioned us in public so many days before `NOW`."""
    began = [int((NOW - timedelta(days=days)).timestamp()) if days is not None else 0 for days in days_ago]
    drafts = [Parts(content=f"@云溪问政 {STORY}", origin=f"s{n}", since=at) for n, at in enumerate(began)]
    return dump_session(Session(waiting=drafts, **more))


def test_a_mention_nobody_took_up_ends_without_a_word():
    text = waiting(0)
    for hours in (40, 24 * 7 - 1):
        assert swept_after(text, hours) == Swept(session=text, next_at=NOW + TIMES.keep)
    found = swept_after(text, 24 * 7)
    assert (found.session, found.next_at, found.remind) == (dump_session(Session()), None, None)


def test_each_mention_ends_by_its_own_time():
    found = swept_after(waiting(6, 8, 2), 0)
    kept = [one.origin for one in load_session(found.session).waiting]
    assert (kept, found.next_at) == (["s0", "s2"], NOW + timedelta(days=1))


def test_a_mention_of_an_earlier_version_counts_from_the_last_word():
    assert swept_after(waiting(None), 24 * 7 - 1).next_at == NOW + TIMES.keep
    assert load_session(swept_after(waiting(None), 24 * 7).session).waiting == []


def test_a_mention_ends_while_the_draft_of_one_s_own_goes_on(left):
    own = load_session(left)
    found = swept_after(waiting(7, parts=own.parts, state=own.state), 0)
    after = load_session(found.session)
    assert (after.waiting, after.parts.content, after.lapsed) == ([], STORY, False)


def test_who_writes_after_it_ended_begins_afresh_and_is_told_nothing(stage):
    stage.sends(InboundKind.MENTION, text=f"@云溪问政 {STORY}")
    assert stage.turn.drafting
    stage.now += TIMES.keep
    read = stage.says("你好")  # nobody swept in time
    assert ("请选一项" in read, STORY in read, "过了" in read) == (True, False, False)
    assert stage.session().waiting == []


def test_a_new_mention_does_not_keep_an_old_one(stage):
    stage.sends(InboundKind.MENTION, text=f"@云溪问政 {STORY}")
    stage.now += TIMES.keep
    stage.sends(InboundKind.MENTION, text="@云溪问政 路灯坏了三天没人修")
    assert [one.content for one in stage.session().waiting] == ["@云溪问政 路灯坏了三天没人修"]


def test_a_mention_that_was_taken_up_is_a_draft_like_others(stage):
    stage.sends(InboundKind.MENTION, text=f"@云溪问政 {STORY}")
    stage.now += timedelta(days=6)
    assert STORY in stage.says("你好")
    stage.now += timedelta(days=6)
    assert "还在，要接着写吗" in stage.says("你好")
    stage.now += TIMES.keep
    assert "已经过了 7 天" in stage.says("你好")


# --- double taps ----------------------------------------------------------------------------------------------------

READY = ("投诉", STORY, "和平路12号", "跳过", "跳过", "不公开")


@pytest.mark.parametrize("choice", ["summary.submit", ""])
def test_a_second_submit_files_nothing(stage, choice):
    for text in READY:
        stage.says(text)
    stage.says("提交", choice=choice)
    assert [type(intent) for intent in stage.turn.intents] == [File]
    assert "已经提交成功" in stage.says("提交", choice=choice)
    assert stage.turn.intents == ()
    stage.says("建议：公园多放几把椅子吧")
    stage.says("提交", choice="summary.submit")
    assert (stage.turn.intents, stage.session().parts.content) == ((), "公园多放几把椅子吧")


@pytest.mark.parametrize(
    ("choice", "state"),
    [
        ("summary.edit", State.EDIT),
        ("summary.cancel", State.CANCEL),
        ("field.place", State.PLACE),
        ("cancel.yes", State.SUMMARY),
        ("cancel.no", State.SUMMARY),
        ("draft.anew", State.SUMMARY),
    ],
)
def test_a_tap_made_twice_does_what_one_does(stage, choice, state):
    for text in READY:
        stage.says(text)
    for _ in range(2):
        stage.says("点了", choice=choice)
        assert stage.session().state is state
    assert (stage.session().parts.content, stage.session().parts.place) == (STORY, "和平路12号")


def test_a_second_tap_on_cancelling_does_not_touch_what_was_put_away(stage):
    for text in (*READY, "取消"):
        stage.says(text)
    for _ in range(2):
        stage.says("确定取消", choice="cancel.yes")
    assert (stage.session().parts, stage.session().away.content) == (None, STORY)
