"""Whatever a citizen sends, whenever: no turn raises, each says one thing, what was given is kept, one can still file.

A walk is a citizen of whims: at any step one of `SENDINGS`, and between them time and the office. Every text that could
be a petition's words carries a number of its own, so that words of two drafts in one are found out.
"""

import json
import os
import re
from collections.abc import Callable
from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.messages import InboundKind
from bot.petitions.number import make_number
from dialogs.intents import File
from dialogs.session import Parts, Session, State
from dialogs.session_json import dump_session, load_session

KINDS = ("投诉", "举报", "我想咨询一下", "表扬", "我要建议", "求助", "諮詢")
SKIPPING = ("跳过", "没有", "莫得", "不用了", "1", "完成", "发完了", "就这些")
AGREEING = ("好的", "确定", "👌", "要得", "ok", "是", "提交", "中")
REFUSING = ("不", "不公开", "不撤回", "👎", "不用", "不确定")
NUMBERS = ("1", "２", "第三个", "七", "99", "0", "①", "选5", "十二", "1.")
CHANGES = ("修改", "改3", "修改 电话", "修改类型", "改内容", "改", "点错了，改成投诉", "改8")
CHAT = ("你好", "？？", "😀", "谢谢", "在吗", "。", "收到")
DRAFTS = ("继续", "重新开始", "接着写")
RATINGS = ("评价", "满意", "不满意 没解决，还是黑的", "基本满意", "解决了", "没解决", "部分解决")
WRONG = ("WQ", "评价 WQ", "撤回 12345", "20261121", "WQ20261121-0000018", "123456", "查询 WQ20261121-0000019 000001")
NUMBER = "WQ20261121-0000019"
TAPS = (
    *("kind:complaint", "kind:report", "kind:", "place.skip", "evidence.done", "evidence.skip", "phone.skip"),
    *("public.yes", "public.no", "summary.submit", "summary.edit", "summary.cancel", "cancel.yes", "cancel.no"),
    *("withdraw.yes", "withdraw.no", "words.skip", "menu.mine", "more", "field.place", "field.public", "field.x"),
    *("draft.on", "draft.anew", "supplement.done", "supplement:", "look:", ":", ".", "rate:x:y"),
    *(f"{verb}:{NUMBER}" for verb in ("look", "withdraw", "chase", "supplement", "solved", "redo")),
    f"rate:{NUMBER}:fair",
)
EVENTS = {
    "follow": InboundKind.FOLLOW,
    "scan": InboundKind.SCAN,
    "report of a delivery": InboundKind.REPORT,
    "ignored": InboundKind.IGNORED,
    "unknown": InboundKind.UNKNOWN,
    "mention": InboundKind.MENTION,
    "location without a pin": InboundKind.LOCATION,
    "link": InboundKind.LINK,
    "a file or a sticker": InboundKind.DOCUMENT,
}
SILENT = {"report of a delivery", "ignored", "unknown", "unfollow"}
MAY_BE_SILENT = {"mention"}
ASKED_AWAY = ("清空", "删除", "删掉", "不填", "不留", "清除")
DRAFTS_LAST = timedelta(days=7)


def of(said: tuple[str, ...]) -> Callable:
    return lambda walk, pick: walk.says(said[pick % len(said)])


def story(form: str) -> Callable:
    """Return what says words of a petition, each time with a number of their own."""
    return lambda walk, _: walk.says(form.format(f"丙{walk.next_tag()}号"))


def event(kind: InboundKind) -> Callable:
    def send(walk, pick):
        tag = f"丙{walk.next_tag()}号"
        match kind:
            case InboundKind.MENTION:
                return walk.stage.sends(kind, text=f"@云溪问政 路灯{tag}坏了三天没人修")
            case InboundKind.LINK:
                return walk.stage.sends(kind, text=f"看看这个{tag} https://example.com")
            case _:
                return walk.stage.sends(kind, text="qr_12" if pick % 2 else "")

    return send


SENDINGS: dict[str, Callable] = {
    "a kind": of(KINDS),
    "a story": story("路灯{}坏了一个月，晚上没人敢出门"),
    "a short story": story("停水{}"),
    "a story with kind": story("投诉：楼上{}装修太吵"),
    "a story that opens with its kind": story("我要投诉楼下烧烤店{}的油烟，天天往家里灌"),
    "another matter": story("咨询：{}的社保怎么交"),
    "a question": story("请问{}的社保怎么办理，要什么材料"),
    "a story with place and phone": story("和平路12号{}工地夜里施工，电话13812345678"),
    "a story without punctuation": story("那个我跟你们讲啊就是我们楼上{}天天晚上跳绳一直跳到十二点我都睡不着觉"),
    "a story in 繁体": story("請問{}的退休金認證要去哪裏辦"),
    "a story in several scripts": story("Hello {} no heating三天了😭 توك يوق"),
    "a place": of(("和平路12号", "幸福花园3号楼", "文昌街", "河边")),
    "a phone": of(("13812345678", "0991-2223333", "幺三八零零零零一二三四", "138 0000 1234", "１３８０００００００１")),
    "no phone": of(("12", "1381234", "110")),
    "skipping": of(SKIPPING),
    "agreeing": of(AGREEING),
    "refusing": of(REFUSING),
    "public or not": of(("公开", "不公开", "保密", "随便")),
    "submit": of(("提交", "确认提交", "提交吧！")),
    "cancel": of(("取消", "算了", "不投诉了")),
    "clear": of(("清空", "删除")),
    "back": of(("返回", "上一步")),
    "change": of(CHANGES),
    "number": of(NUMBERS),
    "help": of(("帮助", "怎么填", "？")),
    "a person": of(("人工", "转人工", "找客服")),
    "menu": of(("菜单", "开始", "反映问题")),
    "chat": of(CHAT),
    "draft": of(DRAFTS),
    "look": of(("查询", "我的诉求", "进度", "更多", "下一页")),
    "look at one": of((NUMBER, f"查询 {NUMBER}", f"{NUMBER} 000001", NUMBER.replace("-", ""))),
    "chase": of(("催办", f"催办 {NUMBER}", "催一下")),
    "supplement": of(("补充", f"补充 {NUMBER} 三号楼")),
    "withdraw": of(("撤回", f"撤回 {NUMBER}")),
    "rate": of((*RATINGS, f"评价 {NUMBER} 不满意 还是吵")),
    "why": of(("为什么是这一天", f"为什么是这一天 {NUMBER}")),
    "review": of(("申请复查", f"申请复核 {NUMBER}")),
    "wrong numbers": of(WRONG),
    "danger": of(("着火了", "去年着火以后没人管")),
    "simple": of(("简单", "详细")),
    "standing by another's": of(("联名", f"联名 {NUMBER}", f"退出联名 {NUMBER}")),
    "empty": of(("", " ", "\n\t")),
    "control characters": of(("\u0000\ud7ff", "\u202e提交", "\u200b\u200b", "a\u0000b" * 30)),
    "markup": of(("<a href='x'>{{ 7 }}</a> {% x %}", "{{ office }}", "]]>", "'; DROP TABLE petitions; --")),
    "emoji only": of(("😀😀😀", "👨‍👩‍👧‍👦", "🈶", "❤️")),
    "long": lambda walk, _: walk.says("很" * 300),
    "very long": lambda walk, _: walk.says("很" * 2500),
    "too long": lambda walk, _: walk.says("很" * 7001),
    "the same again": lambda walk, _: walk.says(walk.last_text),
    "a picture": lambda walk, _: walk.stage.attaches("图片"),
    "a voice": lambda walk, _: walk.stage.attaches("语音"),
    "a video": lambda walk, _: walk.stage.attaches("视频"),
    "a pin": lambda walk, pick: walk.stage.pins(("人民路", "")[pick % 2]),
    "a tap, old or invented": lambda walk, pick: walk.stage.says("点了", choice=TAPS[pick % len(TAPS)]),
    "a tap": lambda walk, pick: walk.taps(pick),
    "a button": lambda walk, pick: walk.stage.sends(InboundKind.MENU, text=("file", "mine", "help", "x")[pick % 4]),
    "subscribing": lambda walk, pick: walk.stage.sends(InboundKind.MENU, text=("subscribe", "")[pick % 2]),
    "unfollow": lambda walk, pick: walk.leaves(pick),
    **{name: event(kind) for name, kind in EVENTS.items()},
}
ACTS = {
    "受理": {"filed"},
    "转办": {"filed", "accepted"},
    "待补充": {"accepted", "forwarded"},
    "答复": {"accepted", "forwarded"},
    "办结": {"answered"},
}
THOROUGH = "WENQIAO_WALKS" in os.environ
"""Whether somebody wants so many new walks, with the shortest that fails; else the same ones are walked each time."""
EXAMPLES = int(os.environ.get("WENQIAO_WALKS", "150"))
ENOUGH = 8
"""Messages within which somebody who only wants to file has filed, from wherever they stand."""


def drafts(session: Session) -> list[Parts]:
    """Return all drafts of a citizen that are not the same thing."""
    return [one for one in (session.parts, session.away, *session.waiting) if one is not None]


def tags(parts: Parts) -> set[str]:
    return set(re.findall(r"丙\d+号", parts.content))


ABOUT = ("look", "rate", "chase", "supplement", "withdraw", "why", "review", "standing by another's")
ANY = st.integers(0, 999)


class Walk(RuleBasedStateMachine):
    """One citizen of whims."""

    stage_of: Callable

    def __init__(self):
        super().__init__()
        self.stage = type(self).stage_of()
        self.stage.sessions["甲"] = ""
        self.tag = 0
        self.last_text = "你好"
        self.said = ""

    def says(self, text: str) -> str:
        self.last_text = self.said = text
        return self.stage.says(text)

    def taps(self, pick: int) -> str:
        choices = self.stage.choices
        if not choices:
            return self.says("在吗")
        chosen = choices[pick % len(choices)]
        self.last_text = chosen.label
        return self.stage.says(chosen.label, choice=chosen.id)

    def leaves(self, pick: int) -> str:
        """Leave, but seldom: everything would be too short."""
        if pick % 10:
            return self.stage.sends(InboundKind.REPORT)
        return self.stage.sends(InboundKind.UNFOLLOW)

    def next_tag(self) -> int:
        self.tag += 1
        return self.tag

    @initialize(answered=st.integers(0, 2), waiting=st.booleans())
    def has_filed(self, answered, waiting):
        for _ in range(answered):
            for text in ("投诉", "楼下烧烤店每天油烟很大", "跳过", "跳过", "跳过", "公开", "提交"):
                self.stage.says(text)
            self.stage.acts("转办")
            self.stage.acts("答复", "已处理")
        if waiting:
            event(InboundKind.MENTION)(self, 0)

    @rule(name=st.sampled_from(sorted(SENDINGS)), pick=ANY)
    def sends(self, name, pick):
        self.step(name, lambda: SENDINGS[name](self, pick))

    @rule(pick=ANY)
    def goes_along(self, pick):
        self.step("what is asked", lambda: self.answers(pick))

    @rule(pick=ANY)
    def goes_along_further(self, pick):
        for _ in range(1 + pick % 3):
            self.step("what is asked", lambda: self.answers(pick))

    @rule(name=st.sampled_from(ABOUT), pick=ANY)
    def asks_about_what_was_filed(self, name, pick):
        self.step(name, lambda: SENDINGS[name](self, pick))
        for _ in range(pick % 4):
            self.step("what is asked", lambda: self.answers(pick))

    def answers(self, pick: int) -> str:
        """Do what the last question asks for."""
        match load_session(self.stage.sessions["甲"]).state:
            case State.IDLE | State.MENU | State.CONTENT:
                return SENDINGS["a story"](self, pick)
            case State.PLACE:
                return SENDINGS[("a place", "a pin")[pick % 2]](self, pick)
            case State.EVIDENCE if pick % 2:
                return self.stage.attaches("图片")
            case State.PHONE:
                return SENDINGS["a phone"](self, pick)
            case State.SUPPLEMENT | State.REVIEW_REASON | State.RATE_WORDS:
                return self.says("还是那样，没有变化")
            case State.CODE:
                return self.says("000001")
            case _:
                return self.taps(pick if pick % 3 else 0)

    @rule(text=st.text(max_size=30))
    def says_anything(self, text):
        self.step("anything", lambda: self.says(text))

    def step(self, name: str, send: Callable[[], str]) -> None:
        stage, self.said = self.stage, ""
        before, files = load_session(stage.sessions["甲"]), len(stage.cases)
        old = stage.now - stage.seen.get("甲", stage.now) >= DRAFTS_LAST
        read = send()
        if name not in MAY_BE_SILENT:
            assert (read == "") == (name in SILENT), name
        filed = len(stage.cases) > files
        gone = old or name == "unfollow" or any(word in self.said for word in ASKED_AWAY)
        self.check(name, before, load_session(stage.sessions["甲"]), filed=filed, gone=gone)

    @rule(hours=st.sampled_from([0.01, 0.1, 0.1, 0.1, 1.0, 7.0, 30.0, 170.0]))
    def time_passes(self, hours):
        self.stage.now += timedelta(hours=hours)

    @rule(verb=st.sampled_from(sorted(ACTS)))
    def office_acts(self, verb):
        if self.stage.last and self.stage.cases[self.stage.last].petition.state in ACTS[verb]:
            self.stage.acts(verb, {"待补充": "是哪一栋？", "答复": "已处理"}.get(verb, ""))

    @invariant()
    def the_session_is_whole(self):
        stored = self.stage.sessions["甲"]
        assert stored == "" or json.loads(stored)["v"] == 1
        assert stored == "" or dump_session(load_session(stored)) == stored

    def check(self, name: str, before: Session, after: Session, *, filed: bool, gone: bool) -> None:
        if filed:
            (intent,) = [one for one in self.stage.turn.intents if isinstance(one, File)]
            assert before.parts is not None
            assert intent.draft.content == before.parts.content
            assert set(intent.draft.attachments) >= set(before.parts.attachments)
        if not gone:
            self.check_files(before, after, name)
        if before.parts is not None and not filed and not gone:
            self.check_fields(before.parts, after, name)
        for parts in drafts(after):
            sources = {frozenset(tags(one)) for one in drafts(before) if tags(one) & tags(parts)}
            assert len(sources) <= 1, (name, parts)

    def check_files(self, before: Session, after: Session, name: str) -> None:
        """Hold every picture to it that it is still with a draft, or went with a petition."""
        kept = {key for parts in (*drafts(after), *filter(None, [after.held])) for key in parts.attachments}
        for events in self.stage.events.values():
            kept |= {key for one in events for key in one.data.get("attachments", ())}
        had = {key for parts in (before.parts, before.held, *before.waiting) if parts for key in parts.attachments}
        assert had <= kept, name

    def check_fields(self, before: Parts, after: Session, name: str) -> None:
        """Hold a draft to it that what was given is still there, there or where it was put away."""
        for one in drafts(after):
            if (
                (before.place == "" or one.place != "")
                and (before.content == "" or one.content != "")
                and (before.phone == "" or one.phone != "")
                and (before.kind is None or one.kind is not None)
            ):
                return
        raise AssertionError((name, before, after))

    def teardown(self):
        """Whoever wants to file now can: by answering what is asked, with few messages."""
        self.stage.says("你好")  # what was held after a silence is offered first
        for count in range(ENOUGH):
            offered = {choice.id for choice in self.stage.choices}
            if "draft.on" in offered:
                text = "接着写"
            elif "summary.submit" in offered or "place.skip" in offered:
                text = "提交"
            elif any(one.startswith("kind:") for one in offered):
                text = "投诉"
            else:
                text = "小区停水三天了没人管" if count % 2 else "提交"
            files = len(self.stage.cases)
            self.stage.says(text)
            if len(self.stage.cases) > files:
                return
        raise AssertionError(self.stage.sessions["甲"])


def test_there_are_more_than_forty_kinds_of_messages():
    assert len(SENDINGS) >= 40


def test_any_walk_keeps_what_was_given_and_can_end_in_a_filing(new_stage):
    machine = type("WalkHere", (Walk,), {"stage_of": staticmethod(new_stage)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=50, deadline=None, derandomize=not THOROUGH,
            suppress_health_check=list(HealthCheck), phases=set(Phase) if THOROUGH else {Phase.generate},
        ),
    )  # fmt: skip


def test_every_number_of_the_walk_is_a_real_one(stage):
    assert make_number(stage.now.date(), 1) == NUMBER
