"""A stage for conversations: the real engine, phrases and lifecycle, with a caller that keeps everything in memory."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.app.office import hearing_of
from bot.messages import Channel, CitizenRef, Inbound, InboundKind, Location, MediaKind, MediaRef, Outbound, Reply
from bot.petitions import hops, joining, lifecycle, supervision
from bot.petitions.clock_acts import tick
from bot.petitions.deadlines import Deadline
from bot.petitions.hindrances import doable, redo_open
from bot.petitions.number import make_number
from bot.petitions.petition import Actor, Case, Event, Outcome
from bot.petitions.routing import Unit
from bot.petitions.vocabulary import Kind, Role
from bot.petitions.wording import word
from bot.phrasing import Phrasing
from config.hearing import HEARING
from config.phrases import load_phrases
from dialogs.catalogue import Catalogue, Danger, Dangers, KindChoice
from dialogs.engine import Engine
from dialogs.intents import Chase, File, Join, Quit, Rate, Redo, Review, Supplement, Withdraw
from dialogs.lookups import Facts, Mine, One, Why
from dialogs.session_json import load_session
from dialogs.spoken import SPOKEN
from dialogs.turn import Turn
from dialogs.understanding import Ear
from tests.terms import terms

CLERK = Actor(role=Role.CLERK, id="wang")
UNIT = Unit(id="chengguan", name="河滩区城管局", short="城管局", phone="0991-2222222")
HEARD = hearing_of(HEARING)
EAR = Ear(HEARD)
PHRASING = Phrasing(load_phrases())
CATALOGUE = Catalogue(
    hearing=HEARD,
    write=PHRASING.text,
    kinds=tuple(
        KindChoice(
            kind=kind,
            label=PHRASING.text(word(kind)),
            synonyms={Kind.PRAISE: ("感谢",), Kind.HELP: ("我要帮助",)}.get(kind, ()),
            public_allowed=kind is not Kind.REPORT,
            phone_asked=kind is not Kind.REPORT,
        )
        for kind in Kind
    ),
    office="市网络问政办公室",
    office_phone="0991-12345",
    retention="按档案规定保存，到期删除",
    privacy_contact="市网络问政办公室，电话 0991-12345",
    units={UNIT.id: UNIT.name},
    office_hours="工作日 10:00–19:00",
    dangers=Dangers(
        rules=(Danger(id="fire", label="着火", keywords=("着火",), say="着火请马上打119。"),), calm=("去年",)
    ),
)
MEDIA = {"图片": InboundKind.IMAGE, "语音": InboundKind.VOICE, "视频": InboundKind.VIDEO}


def deadlines(now):
    return (
        Deadline(
            name="response",
            start=now,
            due=now + timedelta(hours=8),
            warn_at=now + timedelta(hours=6),
            provisional=False,
            calendar_version="t",
        ),
        Deadline(
            name="answer",
            start=now,
            due=now + timedelta(days=9),
            warn_at=now + timedelta(days=8),
            provisional=True,
            calendar_version="t",
        ),
    )


def check_spoken(reply: Reply) -> None:
    """Hold a reply, and every reply inside it, against the list of what is said."""
    extra = {"number", "code", "response_due", "answer_due"} if reply.phrase.startswith("filing.filed") else set()
    assert set(reply.values) - {"lead", "tail"} | extra == SPOKEN[reply.phrase], reply.phrase
    for value in reply.values.values():
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Reply):
                check_spoken(inner)


class Stage:
    """The caller of the engine, as the intake is, and the office."""

    def __init__(self) -> None:
        self.engine = Engine(CATALOGUE)
        self.now = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
        self.sessions: dict[str, str] = {}
        self.seen: dict[str, datetime] = {}
        self.cases: dict[str, Case] = {}
        self.joined: set[tuple[str, str]] = set()
        self.events: dict[str, tuple[Event, ...]] = {}
        self.notices: list[str] = []
        self.count = 0
        self.policy = "urumqi"
        self.turn: Turn | None = None
        self.choices = ()
        self.last = ""

    # --- the citizen

    def sends(self, kind: InboundKind, *, who: str = "甲", **fields) -> str:
        """Send one message; return what the citizen reads, '' for no reply."""
        self.count += 1
        message = Inbound(
            key=f"wechat:main:{who}:{self.count}",
            citizen=CitizenRef(channel=Channel.WECHAT, account="main", user=who),
            kind=kind,
            sent_at=self.now,
            **fields,
        )
        session = self.sessions.get(who, "")
        common = {"now": self.now, "seen": self.seen.get(who)}
        turn = self.engine.turn(session, message, **common)
        facts: tuple[Facts, ...] = ()
        while not isinstance(turn, Turn):
            assert turn not in {found.lookup for found in facts}, "nothing is looked up twice for a turn"
            facts += (self.find(turn, message.citizen.key),)
            turn = self.engine.turn(session, message, **common, facts=facts)
        self.turn, self.sessions[who], self.seen[who] = turn, turn.session, self.now
        yielded: dict[str, object] = {}
        for intent in turn.intents:
            yielded |= self.do(intent, message.citizen.key)
        if turn.reply is None:
            self.choices = ()
            return ""
        check_spoken(turn.reply)
        reply = replace(turn.reply, values={**turn.reply.values, **yielded})
        return self.shown(PHRASING.render(reply))

    def says(self, text: str, *, who: str = "甲", choice: str = "") -> str:
        return self.sends(InboundKind.TEXT, who=who, text=text, choice=choice)

    def taps(self, wanted: str, *, who: str = "甲") -> str:
        """Tap one of the choices shown last, by id or label."""
        choice = next(one for one in self.choices if wanted in {one.id, one.label})
        return self.says(choice.label, who=who, choice=choice.id)

    def attaches(self, name: str, *, who: str = "甲") -> str:
        kind = MEDIA[name]
        media = (MediaRef(kind=MediaKind(kind.value), media_id=f"m{self.count}"),)
        return self.sends(kind, who=who, media=media)

    def pins(self, label: str, *, who: str = "甲") -> str:
        pin = Location(latitude=43.8, longitude=87.6, label=label)
        return self.sends(InboundKind.LOCATION, who=who, location=pin)

    def shown(self, outbound: Outbound) -> str:
        self.choices = outbound.choices
        lines = [f"{place}. {choice.label}" for place, choice in enumerate(outbound.choices, 1)]
        return "\n".join([outbound.text, *lines])

    def session(self, who: str = "甲"):
        return load_session(self.sessions[who])

    # --- the office

    def find(self, lookup: Mine | One | Why, citizen: str) -> Facts:
        match lookup:
            case Mine():
                mine = [case for case in self.cases.values() if case.petition.citizen == citizen]
                return Facts(lookup=lookup, cases=tuple(reversed(mine)), redoable=self.redoable(mine))
            case One(number=number):
                case, events = self.cases.get(number), self.events.get(number, ())
                again, joined = self.redoable([case] if case else []), (number, citizen) in self.joined
                return Facts(lookup=lookup, case=case, events=events, redoable=again, joined=joined)
            case Why(number=number):
                mine = [one for one, case in self.cases.items() if case.petition.citizen == citizen]
                number = number or (mine[-1] if mine else "")
                case, events = self.cases.get(number), self.events.get(number, ())
                clocks = case.milestones if case else ()
                reasons = {clock.key: terms().explain(clock, events) for clock in clocks}
                actor = Actor(role=Role.CITIZEN, id=citizen)
                acts = doable(case, actor, now=self.now, terms=terms(self.policy)) if case else ()
                return Facts(lookup=lookup, case=case, events=events, reasons=reasons, doable=acts)

    def redoable(self, cases):
        return frozenset(
            case.petition.number for case in cases if redo_open(case, now=self.now, terms=terms(self.policy))
        )

    def do(self, intent, citizen: str) -> Mapping[str, object]:
        actor = Actor(role=Role.CITIZEN, id=citizen)
        match intent:
            case File(draft=draft):
                number, code = make_number(self.now.date(), len(self.cases) + 1), f"{len(self.cases) + 1:06d}"
                outcome = lifecycle.file(
                    draft,
                    number=number,
                    code=code,
                    citizen=citizen,
                    policy="urumqi",
                    deadlines=deadlines(self.now),
                    now=self.now,
                )
                self.save(outcome)
                self.last = number
                response, answer = outcome.case.milestones
                dues = {"response_due": response.due_at, "answer_due": answer.due_at}
                return {"number": number, "code": code, **dues}
            case Withdraw(number=number):
                self.save(lifecycle.withdraw(self.cases[number], actor=actor, now=self.now))
            case Rate(number=number, rating=rating, solved=solved, words=words):
                said = {"rating": rating, "solved": solved, "words": words}
                self.save(lifecycle.rate(self.cases[number], actor=actor, now=self.now, **said))
            case Redo(number=number):
                common = {"actor": actor, "now": self.now, "terms": terms()}
                self.save(supervision.redo(self.cases[number], **common))
            case Supplement(number=number, text=text, attachments=files):
                common = {"actor": actor, "now": self.now, "terms": terms(), "history": self.events[number]}
                self.save(hops.supplement(self.cases[number], **common, text=text, attachments=files))
            case Chase(number=number, words=words):
                common = {"actor": actor, "now": self.now, "terms": terms()}
                self.save(supervision.chase(self.cases[number], **common, words=words))
            case Review(number=number, level=level, reason=reason):
                common = {"actor": actor, "now": self.now, "terms": terms(self.policy)}
                self.save(supervision.review(self.cases[number], level, **common, reason=reason))
            case Join(number=number) | Quit(number=number):
                joins = isinstance(intent, Join)
                act, there = (joining.join, self.joined.add) if joins else (joining.leave, self.joined.discard)
                there((number, citizen))
                self.save(act(self.cases[number], actor=actor, now=self.now, terms=terms()))
        return {}

    def save(self, outcome: Outcome) -> None:
        number = outcome.case.petition.number
        self.cases[number] = outcome.case
        self.events[number] = self.events.get(number, ()) + outcome.events
        self.notices += [self.shown(PHRASING.notice(one.kind, one.values)) for one in outcome.notices]

    def acts(self, verb: str, text: str = "") -> None:
        """Let the clerk act on the petition filed last."""
        case, common = self.cases[self.last], {"actor": CLERK, "now": self.now}
        match verb:
            case "受理":
                outcome = lifecycle.accept(case, **common, note=text)
            case "不予受理":
                reason, elsewhere = text.split("｜")
                outcome = lifecycle.refuse(case, **common, reason=reason, elsewhere=elsewhere)
            case "转办":
                outcome = lifecycle.forward(case, **common, unit=UNIT, terms=terms())
            case "待补充":
                outcome = hops.ask(case, **common, terms=terms(), question=text, by=UNIT.name)
            case "答复":
                outcome = lifecycle.answer(case, **common, text=text, by=UNIT.name)
            case "办结":
                outcome = lifecycle.close(case, **common)
        self.save(outcome)

    def waits(self, hours: float) -> None:
        """Let time pass, and every clock that runs out on the way."""
        self.now += timedelta(hours=hours)
        for number, case in list(self.cases.items()):
            for milestone in case.milestones:
                clock = {"now": self.now, "terms": terms(), "history": self.events[number], "unit_name": UNIT.name}
                while outcome := tick(self.cases[number], milestone.key, **clock):
                    self.save(outcome)


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def filed(stage):
    """Return a stage on which a complaint was filed by 甲."""
    for text in ("投诉", "楼下烧烤店每天油烟很大", "和平路12号", "跳过", "跳过", "不公开", "提交"):
        stage.says(text)
    assert re.fullmatch(r"WQ\d{8}-\d{7}", stage.last)
    return stage


@pytest.fixture(scope="session")
def new_stage():
    """Return what makes stages, for tests that need more than one."""
    return Stage
