"""Play a conversation on the real gateway: people with phones in the sandbox, the office's own acts, the clock.

Many conversations share one house. Each begins at the same hour with people of its own; what earlier people are still
told concerns nobody here.
"""

import itertools
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, and_, func, or_, select

from bot.console import act_words
from bot.petitions.acts import Act
from bot.petitions.petition import Actor
from bot.petitions.vocabulary import Role
from storage.tables.messages import inbound
from storage.tables.petitions import petitions
from storage.tables.sending import outbox
from tests.web.gateway.conftest import House, until
from tests.web.gateway.weibo import UID, weibo
from tests.web.transcripts.people import Person
from tests.web.transcripts.reading import Line

ACTS = {label: act for act, label in act_words.ACTS.items()} | {"答": Act.ANSWER}
CLERK, BOSS = Actor(role=Role.CLERK, id="shouli"), Actor(role=Role.SUPERVISOR, id="duban")
BY_BOSS = frozenset({Act.GRANT, Act.DENY, Act.SUPERVISE, Act.REDO})
BY_UNIT = frozenset({Act.SIGN, Act.RETURN, Act.ASK, Act.EXTEND, Act.ANSWER, Act.FEEDBACK})
CHATTING = frozenset({"接手", "说", "交还"})
HOURS = {"分钟": 1 / 60, "小时": 1.0, "天": 24.0}
PATIENCE = 30.0
"""Real seconds; what comes, comes within hundredths."""
LONG_ANSWER = "".join(f"第{n}条，已经整改完毕，欢迎监督。" for n in range(1, 90))
BETWEEN = timedelta(seconds=1)
"""Between two things a citizen does: nobody types faster. To wake all loops for it would cost more than the turn."""
_COUNT = itertools.count()
_DONE = re.compile(r"\[([^\s×\]]+)(?:×(\d+))?(?: (.*))?\]")


@dataclass
class Stage:
    """One conversation on one platform."""

    house: House
    platform: str
    restart: Callable[[], Awaitable[None]] | None = None
    people: dict[str, Person] = field(default_factory=dict)
    read: str = ""
    number: str = ""
    code: str = ""
    answered: int = 0
    """How many public answers were looked at."""

    async def person(self, who: str) -> Person:
        if who not in self.people:
            name = f"市民{who}{next(_COUNT)}"
            made = (
                await self.house.sandbox("citizens", {"name": name})
                if self.platform == "wechat"
                else await weibo(self.house, "citizens", {"name": name})
            )
            identity = made["openid"] if self.platform == "wechat" else made["uid"]
            self.people[who] = Person(house=self.house, platform=self.platform, id=identity)
        return self.people[who]

    async def play(self, lines: tuple[Line, ...]) -> None:
        """Do and read everything, in its order; at the end nobody may have been told more than was written."""
        for line in lines:
            try:
                await self._line(line)
            except (AssertionError, pytest.fail.Exception) as error:
                raise AssertionError(f"{line.what}{line.who}：{line.text}\n{error}") from None
        await self.settled()
        for who, person in self.people.items():
            assert await person.news() == [], f"{who} was told more than is written"

    async def _line(self, line: Line) -> None:
        text = self._filled(line.text)
        match line.what:
            case "市民":
                await self._says(line.who, text)
            case "过了":
                amount, unit = text.split()
                await self.settled()
                self.house.advance(hours=float(amount) * HOURS[unit])
                await self.settled()
            case "工作人员" if text.split()[0] in CHATTING:
                await self._chats(*text.partition(" ")[::2])
            case "工作人员":
                await self._acts(*text.partition(" ")[::2])
            case "重启":
                assert self.restart is not None
                await self.settled()
                await self.restart()
            case _:
                await self._finds(line.what, line.who, text)

    async def _finds(self, what: str, who: str, text: str) -> None:
        """Hold what was read, what came, or what is on record to what is written."""
        match what:
            case "问桥" if text == "（不回复）":
                assert self.read == ""
            case "问桥":
                in_order(self.read, text)
            case "问桥没说":
                assert text not in self.read, self.read
            case "通知":
                await self._told(who, text)
            case "公开回复":
                await self._told_in_public(text)
            case "登记":
                assert f"{await self._count()} 件" == text
            case "留着":
                assert await self._kept(text) > 0
            case "提醒":
                async with self.house.running.storage.read() as work:
                    alarms = await work.alarms.open(limit=1000)
                assert text in [one.label for one in alarms if one.citizen in self._keys]
            case _:
                raise AssertionError(what)

    async def _says(self, who: str, text: str) -> None:
        person = await self.person(who)
        self.house.clock.drift(BETWEEN)
        if found := _DONE.fullmatch(text):
            what, times, more = found.groups()
            self.read = await person.sends(what, int(times or 1), more or "")
        else:
            self.read = await person.does(text=text.replace("\\n", "\n"))
        if "编号：" in self.read and "查询码：" in self.read:
            self.number = self.read.partition("编号：")[2].split("\n")[0]
            self.code = self.read.partition("查询码：")[2].split("\n")[0]

    async def _told(self, who: str, text: str) -> None:
        person = await self.person(who)

        async def came() -> list[str]:
            return await person.news()

        news = await until(came, seconds=PATIENCE)
        person.looked += 1
        person.shown = news[0]
        in_order(news[0], text)

    async def _told_in_public(self, text: str) -> None:
        async def came() -> list[str]:
            here = {post for person in self.people.values() for post in person.posts}
            said = (await self.house.ask(f"/sandbox/weibo/demo/comments?uid={UID}"))["comments"]
            return [one["text"] for one in said if one["post"] in here][self.answered :]

        said = await until(came, seconds=PATIENCE)
        self.answered += 1
        in_order(said[0], text)

    async def _acts(self, word: str, text: str) -> None:
        """Let the office, the unit that has the petition, or a supervisor act on the petition filed last."""
        act = ACTS[word]
        fields: dict[str, Any] = {"text": text}
        match act:
            case Act.FORWARD:
                fields = {"unit": self._unit(text or "城管局")}
            case Act.REFUSE:
                reason, _, elsewhere = text.partition("｜")
                fields = {"text": reason, "elsewhere": elsewhere}
            case Act.EXTEND:
                fields["amount"] = 5
            case Act.COHANDLE:
                fields = {"units": tuple(self._unit(one) for one in text.split("、"))}
        await self.house.act(act, self.number, actor=await self._actor(act), **fields)
        await self.settled()

    async def _chats(self, word: str, text: str) -> None:
        """Let a clerk take over the chat that 甲 has asked for, say something in it, or hand it back."""
        service, clerk, now = self.house.running.chats, CLERK.id, self.house.clock.now()
        assert service is not None
        key = (await self.person("甲")).key
        async with self.house.running.storage.read() as work:
            (chat,) = [one for one in await work.chats.listed() if one.citizen == key]
        match word:
            case "接手":
                await service.take(chat.id, by=clerk, now=now)
            case "说":
                await service.say(chat.id, text, by=clerk, once=str(next(_COUNT)), now=now)
            case _:
                await service.hand_back(chat.id, by=clerk, now=now)
        await self.settled()

    async def _actor(self, act: Act) -> Actor:
        unit = (await self.house.case(self.number)).petition.unit
        if act in BY_BOSS:
            return BOSS
        return Actor(role=Role.OFFICER, id=unit, unit=unit) if act in BY_UNIT and unit else CLERK

    def _unit(self, name: str) -> str:
        (found,) = [unit.id for unit in self.house.office.directory.units if name in (unit.name, *unit.aliases)]
        return found

    async def _count(self) -> int:
        return await self._found(select(func.count()).where(petitions.c.citizen.in_(self._keys)))

    async def _kept(self, words: str) -> int:
        said = and_(inbound.c.citizen.in_(self._keys), inbound.c.payload.contains(words))
        return await self._found(select(func.count()).where(said))

    async def settled(self) -> None:
        """Wait until every clock that is due was worked off, and everything that may leave now has left."""

        async def quiet() -> bool:
            now = self.house.clock.now()
            async with self.house.running.storage.read() as work:
                if await work.cases.due_milestones(now=now, limit=1):
                    return False
            leaving = or_(outbox.c.state == "sending", and_(outbox.c.state == "pending", outbox.c.next_at <= now))
            return not await self._found(select(func.count()).where(outbox.c.citizen.in_(self._keys), leaving))

        await until(quiet, seconds=PATIENCE)

    @property
    def _keys(self) -> list[str]:
        return [person.key for person in self.people.values()]

    async def _found(self, query: Select[tuple[int]]) -> int:
        async with self.house.running.storage._reader.connect() as connection:
            return (await connection.execute(query)).scalar_one()

    def _filled(self, text: str) -> str:
        wrong = self.number[:-1] + str((int(self.number[-1]) + 1) % 10) if self.number else ""
        values: Mapping[str, str] = {
            "{编号}": self.number,
            "{数字}": re.sub(r"\D", "", self.number),
            "{全角}": "".join(chr(ord(sign) + 0xFEE0) for sign in self.number),
            "{查询码}": self.code,
            "{错号}": wrong,
            "{长}": LONG_ANSWER,
        }
        for mark, value in values.items():
            assert mark not in text or value, f"nothing was filed yet: {text}"
            text = text.replace(mark, value)
        return text


def in_order(read: str, wanted: str) -> None:
    """Hold what was read to the pieces that must be in it, one after the other."""
    at = 0
    for piece in wanted.split(" … "):
        found = read.find(piece.strip(), at)
        assert found >= 0, f"{piece!r} is missing in\n{read}"
        at = found + len(piece.strip())
