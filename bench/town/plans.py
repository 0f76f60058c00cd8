"""Who lives in the town and what happens there, decided beforehand by a seed: pure, and the same in every run.

A life is one citizen on one platform with at most one petition. Its deeds are the citizen's own and those of the
office about the petition; both are listed by the day of the month and the hour of Beijing at which they happen. What
the clocks do by themselves (silence, overdue answers) is not planned: it follows.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.clock import SHANGHAI
from bot.petitions.acts import Act

START = datetime(2026, 11, 2, 8, 0, tzinfo=SHANGHAI)
"""A Monday; the four weeks after it have no holiday and no make-up workday."""
HOURS = (9, 14, 20)
UNITS = ("zhujian", "chengguan", "shuiwu", "jiaojing", "huanjing")


class Temper(StrEnum):
    """What kind of citizen it is."""

    FOLLOWING = "following"
    """Files, answers what is asked, rates."""
    SILENT = "silent"
    """Files, and never says a word again."""
    TALKATIVE = "talkative"
    """Asks, chases and adds all the time."""
    UNFOLLOWED = "unfollowed"
    """Leaves after filing, and comes back at the end in one of two cases; consents to a message or two before."""
    WEIBO = "weibo"
    """Has only a Weibo account."""
    MENTIONING = "mentioning"
    """Has only a Weibo account and begins in public."""
    BROWSING = "browsing"
    """Follows, taps, asks what this is, and files nothing."""


SHARES = {
    Temper.FOLLOWING: 0.24, Temper.SILENT: 0.14, Temper.TALKATIVE: 0.07, Temper.UNFOLLOWED: 0.12,
    Temper.WEIBO: 0.10, Temper.MENTIONING: 0.03, Temper.BROWSING: 0.30,
}  # fmt: skip


class Story(StrEnum):
    """What the office makes of a petition."""

    SWIFT = "swift"
    LATE = "late"
    """The response is late, and the answer."""
    REFUSED = "refused"
    RETURNED = "returned"
    ASKED = "asked"
    EXTENDED = "extended"
    DENIED = "denied"
    HELPED = "helped"
    """Another unit helps."""
    REDONE = "redone"
    PRESSED = "pressed"
    """A supervisor takes it up by hand."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that happens: the citizen does `body` in the sandbox, or `act` is done by `role` of `unit`."""

    at: datetime
    body: Mapping[str, Any] | None = None
    in_public: bool = False
    consents: int = 0
    """How often the citizen consents to a subscription message."""
    act: Act | None = None
    role: str = "clerk"
    unit: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One citizen's month, its deeds in order."""

    name: str
    temper: Temper
    story: Story | None
    deeds: tuple[Deed, ...]

    @property
    def on_weibo(self) -> bool:
        """Whether this citizen has Weibo only."""
        return self.temper in {Temper.WEIBO, Temper.MENTIONING}


def moments(days: int) -> list[datetime]:
    """Return the moments at which something may happen."""
    midnight = START.replace(hour=0)
    return [midnight + timedelta(days=day, hours=hour) for day in range(days) for hour in HOURS]


def lives(count: int, *, seed: int, days: int) -> list[Life]:
    """Return so many lives; all filings lie in the first half, so that most petitions come to their end."""
    chance = random.Random(seed)
    tempers = chance.choices(list(SHARES), weights=list(SHARES.values()), k=count)
    return [_Plan(chance, days).life(f"{seed}-{number}", temper) for number, temper in enumerate(tempers)]


class _Plan:
    """Makes one life."""

    def __init__(self, chance: random.Random, days: int) -> None:
        self._chance = chance
        self._days = days
        self._deeds: list[Deed] = []
        self._filed = self._moment(chance.randrange(0, max(days // 2, 1)), chance.choice(HOURS))

    def life(self, name: str, temper: Temper) -> Life:
        """Return the whole life."""
        if temper is Temper.BROWSING:
            self._browse()
            return self._done(name, temper, None)
        story = self._chance.choice(list(Story))
        self._file(name, temper)
        self._handle(story, name)
        self._live_on(temper, story)
        return self._done(name, temper, story)

    def _done(self, name: str, temper: Temper, story: Story | None) -> Life:
        last = moments(self._days)[-1]
        deeds = sorted((deed for deed in self._deeds if deed.at <= last), key=lambda deed: deed.at)
        return Life(name=name, temper=temper, story=story, deeds=tuple(deeds))

    # --- moments

    def _moment(self, day: int, hour: int) -> datetime:
        return START.replace(hour=0) + timedelta(days=day, hours=hour)

    def _later(self, days: int, hour: int) -> datetime:
        """Return an hour so many days after the filing; at least the next moment."""
        moment = (self._filed + timedelta(days=days)).replace(hour=hour)
        return moment if moment > self._filed else self._later(days + 1, hour)

    def _workday(self, days: int, hour: int) -> datetime:
        """Return an hour so many working days after the filing."""
        moment, left = self._filed.replace(hour=hour) if days else self._later(0, hour), days
        while left or moment.weekday() > 4:
            moment += timedelta(days=1)
            left -= left > 0 and moment.weekday() < 5
        return moment

    # --- the citizen

    def _says(self, at: datetime, *texts: str) -> None:
        self._deeds += [Deed(at=at, body={"text": text}) for text in texts]

    def _file(self, name: str, temper: Temper) -> None:
        words = f"和平路工地夜里一直施工到凌晨三点（{name}）"
        if temper is Temper.MENTIONING:
            words = f"和平路路灯坏了三天没有人管 {name}"
            self._deeds.append(Deed(at=self._filed, body={"text": words}, in_public=True))
            self._filed = self._later(1, 9)
            self._says(self._filed, "你好", "投诉", "和平路", "完成", "跳过", "公开", "提交")
            return
        self._says(self._filed, f"投诉：{words}", "提交", "公开", "提交")

    def _browse(self) -> None:
        self._deeds += [
            Deed(at=self._filed, body={"event": {"type": "CLICK", "key": "mine"}}),
            Deed(at=self._filed, body={"text": "你好"}),
        ]

    def _live_on(self, temper: Temper, story: Story) -> None:
        match temper:
            case Temper.SILENT | Temper.BROWSING:
                pass
            case Temper.UNFOLLOWED:
                self._leave()
            case Temper.TALKATIVE:
                for day in range(1, self._days - (self._filed - START).days, 4):
                    self._says(self._later(day, 9), self._chance.choice(("查询", "催办", "你好", "帮助")))
                self._reply(story)
            case Temper.FOLLOWING | Temper.WEIBO | Temper.MENTIONING:
                self._reply(story)
                if self._chance.random() < 0.7:
                    self._says(self._moment(self._days - 1, 14), "你好")

    def _reply(self, story: Story) -> None:
        """Do what the office's story asks of the citizen."""
        match story:
            case Story.ASKED:
                self._says(self._workday(3, 20), "护栏断在三号桥旁边，夜里没有灯。")
            case Story.REDONE:
                self._says(self._workday(4, 20), "不满意")
            case Story.WITHDRAWN:
                self._says(self._workday(1, 20), "撤回", "确认撤回")
            case _:
                if self._chance.random() < 0.5:
                    self._says(self._workday(7, 20), "满意")

    def _leave(self) -> None:
        left = self._later(self._chance.randrange(1, 6), 20)
        if consents := self._chance.randrange(3):
            self._deeds.append(Deed(at=self._filed, consents=consents))
        self._deeds.append(Deed(at=left, body={"event": "unsubscribe"}))
        if self._chance.random() < 0.5:
            back = self._moment(self._days - 1, 9)
            self._deeds.append(Deed(at=back, body={"event": "subscribe"}))
            self._says(back, "查询")

    # --- the office

    def _act(
        self, at: datetime, act: Act, *, role: str = "clerk", unit: str = "", to: str = "", **more: object
    ) -> None:
        fields = more | ({"unit": to} if to else {})
        self._deeds.append(Deed(at=at, act=act, role=role, unit=unit, fields=fields))

    def _handle(self, story: Story, name: str) -> None:
        unit, other = self._chance.sample(UNITS, 2)
        match story:
            case Story.REFUSED:
                self._act(self._later(0, 14), Act.REFUSE, text=f"不属于本市（{name}）", elsewhere="请向省里反映")
                return
            case Story.LATE:
                self._act(self._workday(1, 20), Act.ACCEPT)
                self._act(self._workday(2, 9), Act.FORWARD, to=unit)
                self._answer(9, unit, name)
                return
            case Story.RETURNED:
                self._begin(other, sign=False)
                self._act(self._workday(1, 14), Act.RETURN, role="officer", unit=other, text="不归我们管")
                self._act(self._workday(2, 9), Act.FORWARD, to=unit, text="另一个单位")
            case _:
                self._begin(unit, sign=self._chance.random() < 0.5)
        self._middle(story, unit, other)
        self._answer(5 if story is not Story.EXTENDED else 8, unit, name)
        if story is Story.REDONE:
            self._act(self._workday(5, 20), Act.REDO, text="市民不满意")
            self._act(self._workday(7, 14), Act.ANSWER, role="officer", unit=unit, text=f"又修了一次（{name}）。")
            self._act(self._workday(7, 20), Act.CLOSE, text=f"第{len(self._deeds)}次")

    def _begin(self, unit: str, *, sign: bool) -> None:
        self._act(self._later(0, 14), Act.ACCEPT)
        self._act(self._workday(1, 9), Act.FORWARD, to=unit)
        if sign:
            self._act(self._workday(1, 14), Act.SIGN, role="officer", unit=unit)

    def _middle(self, story: Story, unit: str, other: str) -> None:
        match story:
            case Story.ASKED:
                self._act(self._workday(2, 14), Act.ASK, role="officer", unit=unit, text="请问在哪座桥旁边？")
            case Story.EXTENDED | Story.DENIED:
                self._act(self._workday(3, 9), Act.EXTEND, role="officer", unit=unit, text="要等材料", amount=3)
                decision = Act.GRANT if story is Story.EXTENDED else Act.DENY
                self._act(self._workday(3, 14), decision, role="supervisor", text="按期办理")
            case Story.HELPED:
                self._act(self._workday(2, 9), Act.COHANDLE, units=(other,))
                self._act(self._workday(3, 9), Act.CONTRIBUTE, role="officer", unit=other, text="已经看过")
            case Story.PRESSED:
                self._act(self._workday(2, 20), Act.SUPERVISE, role="supervisor", text="群众反映强烈")
                self._act(self._workday(4, 9), Act.FEEDBACK, role="officer", unit=unit, text="正在办")
            case _:
                pass

    def _answer(self, day: int, unit: str, name: str) -> None:
        at = day - 1 if day <= 5 else day
        self._act(self._workday(at, 9), Act.ANSWER, role="officer", unit=unit, text=f"已经派人处理（{name}）。")
        if self._chance.random() < 0.8:
            self._act(self._workday(at + 1, 9), Act.CLOSE, text=f"第{len(self._deeds)}次")
