"""Nothing in code assumes one language: a whole story, typed and told in a made-up one, and nothing Chinese but data.

What a citizen gets may hold what the office itself wrote (its name, its units, answers, reasons, the names of holidays)
and what citizens wrote; all else would be a word that never left the code.
"""

import itertools
import re
import shutil
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.app.calendars import CalendarDesk
from bot.clock import MovableClock
from bot.commands.showing import DEMO_CONFIG
from bot.petitions.acts import Act
from bot.petitions.calendar import CalendarDay, CalendarNotice
from bot.petitions.petition import Actor
from bot.petitions.vocabulary import MilestoneName, Role, State
from config.phrases import load_phrases
from tests.made_up import made_up, made_up_hearing

from .conftest import MONDAY, Citizen, House, until
from .weibo import Blogger, blogger, comments

HAN = re.compile(r"[\u3400-\u9fff]+")
NUMBER = re.compile(r"WQ\d{8}-\d{7}")
FIELD_DATE = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")
"""How WeChat has dates in the fields of a template; the adapter writes them so whatever is said."""
NOISE, MORE_NOISE, LAMP, COVER = (
    "和平路工地夜里一直施工到凌晨三点",
    "上周又吵了一夜",
    "长江路的路灯坏了三盏",
    "学校门口井盖丢了",
)
NOTE, QUESTION, REASON, ANSWER = "请核实施工许可", "晚上几点开始的？", "要等专家论证", "已责令停工，夜间不再施工。"
NOTICE, HOLIDAY = "云溪市人民政府通知", "云溪节"
PLACES = ("和平路", "长江路")
DATA = (*PLACES, NOISE, MORE_NOISE, LAMP, COVER, NOTE, QUESTION, REASON, ANSWER, NOTICE, HOLIDAY)
MUST_BE_SAID = frozenset(
    (
        "greeting.follow",
        "filing.summary",
        "filing.filed",
        "summary.kind",
        "looking.one",
        "timeline.filed",
        "due.open",
        "explaining.one",
        "explaining.clock",
        "chasing.done",
        "supplement.taken",
        "notice.accepted",
        "notice.forwarded",
        "notice.asked",
        "notice.rescheduled",
        "notice.answer_overdue",
        "notice.answered",
        "notice.closed",
        "rating.thanks",
        "withdrawing.done",
        "mention.received",
        "public.news",
        "draft.waiting",
        "timeline.passed",
        "timeline.rescheduled",
        "timeline.answered",
        "person.closed",
        "person.queued",
        "person.taken",
        "person.back",
        "joining.done",
        "joining.left",
        "short.filing.filed",
        "short.draft.expired",
        "short.notice.asked",
        "short.notice.supervised",
        "notice.joined_ended",
        "timeline.cohandled",
        "timeline.resumed",
        "list.and",
        "moved.later",
        "explain.paused",
    )
)
RESTS = CalendarNotice(
    year=2026,
    region="云溪",
    source=NOTICE,
    days=(CalendarDay(date=date(2026, 11, 27), is_workday=False, name=HOLIDAY, source=NOTICE),),
)
BOSS = Actor(role=Role.SUPERVISOR, id="duban")
OFFICER = Actor(role=Role.OFFICER, id="zhujian", unit="zhujian")


@pytest.fixture
async def house(migrated_sqlite: Path, tmp_path: Path) -> AsyncIterator[House]:
    """A gateway that speaks the made-up language."""
    shutil.copyfile(migrated_sqlite, tmp_path / "wenqiao.sqlite3")
    for folder in ("phrases", "hearing"):
        (tmp_path / folder).mkdir()
    (tmp_path / "phrases" / "xx.toml").write_text(made_up(load_phrases()), encoding="utf-8")
    (tmp_path / "hearing" / "xx.toml").write_text(made_up_hearing(), encoding="utf-8")
    demo = DEMO_CONFIG.read_text(encoding="utf-8").replace("phrase3", "thing3").replace("市问政办", "Office")
    config = f'{demo}\n[phrases]\nlanguage = "xx"\n[files]\nphrases = "phrases"\nhearing = "hearing"\n'
    (tmp_path / "demo.toml").write_text(config, encoding="utf-8")
    async with aiohttp.ClientSession() as client:
        house = House(data_dir=tmp_path, database="sqlite", clock=MovableClock(start=MONDAY), client=client)
        try:
            await house.start(config=tmp_path / "demo.toml", WEIBO__0__MENTIONS="push", OUTBOX__POLL="0.02")
            yield house
        finally:
            await house.stop()
            assert house.sandbox_runner is not None
            await house.sandbox_runner.cleanup()


async def test_nothing_but_data_is_chinese(house: House) -> None:
    an, ma = await house.citizen("an"), await blogger(house, "ma")
    number = await filed_and_asked_about(an)
    await worked_on(house, an, number)
    await answered_and_rated(house, an, number)
    await withdrawn(an)
    li = await house.citizen("li")
    await passed_around(house, li, others=an)
    await talked_to(house, li)
    await in_public(house, ma)
    read = [*await on_the_phone(an), *await on_the_phone(li), *await ma.messages(), *await comments(house)]
    told = {found for text in read for found in re.findall(r"\[([a-z_.]+)\]", text)}
    assert MUST_BE_SAID - told == frozenset()
    lines = {line for text in read for line in without_data(text, house).splitlines()}
    left = sorted(line for line in lines if HAN.search(line))
    assert left == [], "\n".join(left)


async def filed_and_asked_about(an: Citizen) -> str:
    """File; look, ask why, chase, supplement, ask for a person; return the number."""
    await an.does(event="subscribe")
    for text in ("chat ka", "3", NOISE, "Help Ka!", "1", "1", "138", "1", "1", "edit ka", "please back ka"):
        await an.says(text)
    number = NUMBER.findall(await an.says("submit ka"))[0]
    for text in (
        "look ka",
        number,
        "1",
        "chase ka",
        "chase ka",
        "supplement ka",
        MORE_NOISE,
        "done ka",
        "human ka",
        "rate ka",
    ):
        await an.says(text)
    return str(number)


async def worked_on(house: House, an: Citizen, number: str) -> None:
    """All that an office does before the answer, the new holiday, and the clocks that pass."""
    await house.act(Act.ACCEPT, number, text=NOTE)
    await house.act(Act.FORWARD, number, unit="zhujian")
    await house.act(Act.SIGN, number, actor=OFFICER)
    await until_said(an, "notice.signed")
    await house.act(Act.ASK, number, actor=OFFICER, text=QUESTION)
    await until_said(an, "notice.asked")
    await an.says(MORE_NOISE)
    await a_new_holiday(house)
    await until_said(an, "notice.rescheduled")
    await house.act(Act.EXTEND, number, actor=OFFICER, text=REASON, amount=2)
    await house.act(Act.GRANT, number, actor=BOSS)
    await until_said(an, "notice.extended")
    clock = (await house.case(number)).milestone(MilestoneName.ANSWER)
    assert clock is not None
    house.clock.set(clock.due_at - timedelta(hours=1))  # the window has closed: the warning goes by template
    await until_fields(an, 1)
    await an.says("look ka")
    house.advance(hours=2)
    await until_said(an, "notice.answer_overdue")


async def a_new_holiday(house: House) -> None:
    """Apply a notice, and let the gateway take it up."""
    desk = CalendarDesk(house.running.storage, policies=house.office.policies.by_name)
    plan = await desk.apply(RESTS, actor=BOSS, now=house.clock.now())
    house.advance(minutes=1)

    async def counts() -> bool:
        return house.running.registrar.calendar.version == plan.calendar.version

    await until(counts)


async def answered_and_rated(house: House, an: Citizen, number: str) -> None:
    await an.says("look ka")
    await house.act(Act.ANSWER, number, actor=OFFICER, text=ANSWER)
    await until_said(an, "notice.answered")
    await house.act(Act.CLOSE, number)
    await until_said(an, "notice.closed")
    for text in ("3", "3", "skip ka", "2", number, "more ka"):
        await an.says(text)


async def withdrawn(an: Citizen) -> None:
    for text in ("chat ka", "3", LAMP, "look ka", "submit ka", "submit ka"):
        said = await an.says(text)
    for text in (f"withdraw ka {NUMBER.findall(said)[0]}", "yes ka", "look ka"):
        await an.says(text)


async def passed_around(house: House, li: Citizen, *, others: Citizen) -> None:
    """In short words: joined, returned, handled together, supervised, asked and waited for in vain, refused."""
    for text in ("simple ka", "chat ka", "4", LAMP, "submit ka", "submit ka"):
        await li.says(text)
    for text in ("chat ka", "3", COVER, "submit ka", "public ka", "submit ka"):
        said = await li.says(text)
    number = NUMBER.findall(said)[0]
    for text in (f"join ka {number}", f"leave ka {number}", f"join ka {number}"):
        await others.says(text)
    await house.act(Act.ACCEPT, number)
    await house.act(Act.FORWARD, number, unit="zhujian")
    await house.act(Act.RETURN, number, actor=OFFICER, text=REASON)
    await house.act(Act.FORWARD, number, unit="zhujian", text=NOTE)
    await house.act(Act.COHANDLE, number, units=("chengguan", "jiaotong"))
    await house.act(Act.SUPERVISE, number, actor=BOSS, text=REASON)
    await house.act(Act.ASK, number, actor=OFFICER, text=QUESTION)
    await until_said(li, "short.notice.asked")
    for text in ("chat ka", "1", MORE_NOISE):
        await li.says(text)
    house.advance(days=15)  # nobody answers, and a draft is left lying

    async def goes_on() -> bool:
        return (await house.case(number)).petition.state is State.FORWARDED

    await until(goes_on)
    await li.says("look ka")
    for text in (number, "1"):
        await li.says(text)
    await others.says("look ka")
    await house.act(Act.ANSWER, number, actor=OFFICER, text=ANSWER)
    await house.act(Act.CLOSE, number)
    await until_said(others, "notice.joined_ended")


async def talked_to(house: House, li: Citizen) -> None:
    """In opening hours a person comes into the chat."""
    house.clock.set(house.clock.now().replace(hour=3, minute=0) + timedelta(days=1))
    said = await li.says("human ka")
    while "person.queued" not in said:  # a day off: the next one
        house.advance(days=1)
        said = await li.says("human ka")
    assert house.running.chats is not None
    async with house.running.storage.read() as work:
        (chat,) = await work.chats.listed()
    await house.running.chats.take(chat.id, by="shouli", now=house.clock.now())
    await house.running.chats.hand_back(chat.id, by="shouli", now=house.clock.now())
    await until_said(li, "person.back")


async def in_public(house: House, ma: Blogger) -> None:
    """A mention becomes a petition; when the window is shut, the public hears that there is news."""
    await ma.mentions(COVER)
    await until(lambda: comments(house))
    for text in ("chat ka", "3", "submit ka"):
        await ma.says(text)
    number = NUMBER.findall(await ma.says("submit ka"))[0]
    house.advance(days=3)
    await house.act(Act.ACCEPT, number)

    async def news() -> bool:
        return len(await comments(house)) > 1

    await until(news)
    await ma.says("look ka")


async def until_said(an: Citizen, mark: str) -> None:
    async def said() -> bool:
        return any(re.search(mark, text) for text in await on_the_phone(an))

    await until(said)


async def until_fields(an: Citizen, count: int) -> None:
    async def there() -> bool:
        return sum("fields" in message for message in await an.phone()) >= count

    await until(there)


async def on_the_phone(an: Citizen) -> list[str]:
    """Return what the office said to somebody on WeChat; of a template's field without its date."""
    said = [message for message in await an.phone() if message["from"] == "account"]
    fields = [FIELD_DATE.sub("", line["value"]) for message in said for line in message.get("fields", ())]
    return [*fields, *(message["text"] for message in said if "fields" not in message)]


def without_data(text: str, house: House) -> str:
    """Return a text without what the office and the citizens wrote."""
    office, units = house.office.settings.office, house.office.directory.units
    settings = (office.name, office.short_name, office.hours, office.retention, office.privacy_contact)
    names = [name for unit in units for name in (unit.name, unit.short)]
    for known, length in itertools.product(DATA, range(12, 1, -1)):
        text = text.replace(f"{known[:length]}…", "")  # in a list, cut to fit its line
    for known in sorted((*DATA, *settings, *names, "云溪问政"), key=len, reverse=True):
        text = text.replace(known, "")
    return text
