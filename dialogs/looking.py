"""查询: the citizen's own petitions, and one petition with its whole timeline.

Others' petitions are shown only with the 查询码. A foreign number and one that does not exist are answered alike, so
that nobody learns which numbers exist; after five wrong codes in an hour the asking rests.
"""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from bot.messages import CitizenRef, Option, Reply
from bot.petitions.acts import Act
from bot.petitions.moved_dates import changes_of
from bot.petitions.petition import Case, Event, Milestone, split_key
from bot.petitions.recorded import level_of, rating_of, reason_of
from bot.petitions.vocabulary import PROMISED, EventType
from bot.petitions.wording import listed, word
from dialogs import choosing
from dialogs.asking import menu, question, resume, short
from dialogs.choosing import SHOWN, named, pick
from dialogs.hearing import Word
from dialogs.intents import Follow
from dialogs.lookups import Facts, Mine
from dialogs.session import Session, State
from dialogs.talk import Answer, Talk

NEXT = Option(id="mine.next")
MOST_WRONG_CODES = 5
REST_SECONDS = 3600
_CODE_DIGITS = 6
_SAID = 60
"""Characters of a supplement that the timeline repeats."""


def mine(talk: Talk, *, page: int = 0) -> Answer:
    """List the citizen's own petitions, newest first, a page at a time, each with its lamp in shape and word."""
    facts = talk.found(Mine())
    if facts is None:
        return Mine()
    if not facts.cases:
        if talk.session.parts is None:
            return menu(talk, phrase="looking.none")
        return resume(talk, Reply(phrase="looking.none", values={"office": talk.office.name}))
    first = page * SHOWN if page * SHOWN < len(facts.cases) else 0
    shown = facts.cases[first : first + SHOWN]
    session = talk.session
    session.aside(State.PICK, at=talk.at)
    session.numbers, session.number = [case.petition.number for case in shown], str(first // SHOWN)
    values: dict[str, Any] = {"count": len(facts.cases), "first": first + 1, "last": first + len(shown)}
    if session.parts is not None:
        values["tail"] = (Reply(phrase="draft.waiting"),)
    picks = tuple(pick("look", case, lamp=case.lamp(talk.now)) for case in shown)
    more = first + SHOWN < len(facts.cases)
    return Reply(phrase="looking.mine", values=values, choices=(*picks, *([NEXT] if more else [])))


def next_page(talk: Talk) -> Answer:
    """Show the older ones; after the last page the first again."""
    page = talk.session.number
    return mine(talk, page=int(page) + 1 if page.isdecimal() else 0)


def picked(talk: Talk) -> Answer | None:
    """Read a number typed after a list; None for anything else."""
    if talk.heard.ordinal == len(talk.session.numbers) + 1 == SHOWN + 1:
        return next_page(talk)
    return choosing.picked(talk, one)


def asked(talk: Talk) -> Answer | None:
    """Read a petition number typed alone or with 查询 and perhaps a code; None for anything else."""
    found = talk.ear.reference(talk.heard.text)
    return one(talk, found.number, code=found.code) if found else None


def one(talk: Talk, typed: str, *, code: str = "") -> Answer:
    """Show one petition: one's own at once, another's with its code."""
    facts = named(talk, typed)
    if not isinstance(facts, Facts):
        return facts
    number = facts.number
    if (case := talk.own(facts.case)) is not None:
        return _own(talk, case, facts)
    if _rests(talk):
        return resume(talk, Reply(phrase="looking.rests", values={"office_phone": talk.office.phone}))
    if not code:
        session = talk.session
        session.aside(State.CODE, at=talk.at)
        session.number = number
        return Reply(phrase="looking.code", values={"number": number})
    if facts.case is not None and hmac.compare_digest(facts.case.petition.code.encode(), code.encode()):
        talk.session.wrong_codes = []
        if CitizenRef.parse(facts.case.petition.citizen).channel is not talk.message.citizen.channel:
            told = Reply(phrase="looking.followed", values={"number": number, "office_phone": talk.office.phone})
            talk.intents.append(Follow(number=number, owner=facts.case.petition.citizen, told=told))
            talk.session.follows = True
        return resume(talk, shown(talk, facts))
    return _wrong_code(talk, number)


_OFFERED: Mapping[str, Act] = {
    "chase": Act.CHASE,
    "supplement": Act.SUPPLEMENT,
    "rate": Act.RATE,
    "withdraw": Act.WITHDRAW,
}
"""What can be tapped below the details of an own petition, after 为什么是这一天."""


def _own(talk: Talk, case: Case, facts: Facts) -> Reply:
    """Show an own petition and what can be done with it now; over a draft, go back to the draft instead."""
    told, session = shown(talk, facts), talk.session
    if session.parts is not None:
        return resume(talk, told)
    number, able = case.petition.number, talk.acts(case)
    verbs = [verb for verb, act in _OFFERED.items() if act in able and not (verb == "rate" and case.petition.rating)]
    verbs = ["why", *verbs] if any(clock.name in PROMISED and clock.open for clock in case.milestones) else verbs
    if not verbs:
        return resume(talk, told)
    session.leave()
    session.aside(State.DETAILS, at=talk.at)
    session.number, session.numbers = number, verbs
    return Reply(phrase=told.phrase, values=told.values, choices=detail_choices(session))


def detail_choices(session: Session) -> tuple[Option, ...]:
    """Return what was offered below the details; a label comes from `choice.details.<verb>`."""
    return tuple(Option(id=f"details.{verb}") for verb in session.numbers)


def detailed(talk: Talk) -> str:
    """Return the verb that a number typed below the details means, '' for none."""
    place, verbs = talk.heard.ordinal, talk.session.numbers
    return verbs[place - 1] if 0 < place <= len(verbs) else ""


def coded(talk: Talk) -> Answer | None:
    """Read the 查询码 that was asked for; None for anything that is no code."""
    plain = talk.heard.plain
    if talk.heard.word in {Word.SKIP, Word.NO}:
        talk.session.leave()
        return question(talk)
    if not plain.isascii() or not plain.isdecimal():
        return None
    if len(plain) != _CODE_DIGITS:
        return Reply(phrase="looking.code_shape")
    return one(talk, talk.session.number, code=plain)


def _wrong_code(talk: Talk, number: str) -> Reply:
    session = talk.session
    session.wrong_codes = [*session.wrong_codes, talk.at]
    if _rests(talk):
        return resume(talk, Reply(phrase="looking.rests", values={"office_phone": talk.office.phone}))
    session.aside(State.CODE, at=talk.at)
    session.number = number
    return Reply(phrase="looking.wrong_code")


def _rests(talk: Talk) -> bool:
    session = talk.session
    session.wrong_codes = [at for at in session.wrong_codes if talk.at - at < REST_SECONDS]
    return len(session.wrong_codes) >= MOST_WRONG_CODES


def shown(talk: Talk, facts: Facts) -> Reply:
    """Tell all there is to tell about one petition: where it stands, until when what is due, and what happened."""
    case = facts.case
    if case is None:
        raise ValueError("a petition is shown only when it was found")
    petition = case.petition
    values: dict[str, Any] = {
        "number": petition.number,
        "kind": word(petition.kind),
        "state": word(petition.state),
        "summary": petition.summary,
        "lines": tuple(_happened(event) for event in _course(facts.events)),
        "dues": tuple(due_of(milestone, talk.now) for milestone in case.milestones if milestone.name in PROMISED),
    }
    return Reply(phrase="looking.one", values=values)


_INTERNAL = frozenset(
    {
        EventType.WARNED,
        EventType.CONTRIBUTED,
        EventType.EXTENSION_ASKED,
        EventType.EXTENSION_REFUSED,
        EventType.FEEDBACK,
        EventType.TRANSCRIBED,
    }
)
"""What happens among the units; citizens see where it leads."""


def _course(events: Sequence[Event]) -> Iterator[Event]:
    """Give what citizens are told, a rating given in several answers only once."""
    told = [event for event in events if _told(event)]
    for event, following in pairwise([*told, None]):
        if event is not None and not (event.type is EventType.RATED is getattr(following, "type", None)):
            yield event


def _told(event: Event) -> bool:
    """Whether citizens see an event: all but what is between the units, and clocks that were not promised to them."""
    if event.type is EventType.PASSED:
        return split_key(event.data["milestone"])[0] in PROMISED
    return event.type not in _INTERNAL


def _happened(event: Event) -> Reply:
    data = event.data
    values: dict[str, Any] = {"time": event.at}
    phrase = f"timeline.{event.type}"
    match event.type:
        case EventType.FORWARDED:
            values |= {"unit": data["unit_name"], "unit_phone": data["unit_phone"]}
            phrase = phrase if data["unit_phone"] else f"{phrase}_plain"
        case EventType.ANSWERED:
            values |= {"unit": data["unit_name"], "answer": data["text"]}
        case EventType.REFUSED:
            values |= {"reason": data["reason"], "elsewhere": data["elsewhere"]}
        case EventType.RATED:
            values |= {"rating": rating_of(data), "words": data["words"]}
            phrase = phrase if data["words"] else f"{phrase}_plain"
        case EventType.PASSED:
            values |= {"clock": word(split_key(data["milestone"])[0])}
        case EventType.RESCHEDULED:
            values |= {"reason": reason_of(event), "changes": changes_of(event)}
        case _:
            values |= _hop_values(event)
    return Reply(phrase=phrase, values=values)


def _hop_values(event: Event) -> dict[str, Any]:
    """Return what is said of an event between forwarding and closing, besides its time."""
    data = event.data
    values: dict[str, Any] = {name: data[key] for name, key in _HOP_VALUES.get(event.type, {}).items()}
    match event.type:
        case EventType.COHANDLED:
            values["co_units"] = listed([row["name"] for row in data["units"]])
        case EventType.EXTENDED:
            values["changes"] = changes_of(event)
        case EventType.SUPPLEMENTED:
            values["words"] = short(values["words"], _SAID)
        case EventType.SUPERVISED:
            values["reason"] = reason_of(event)
        case EventType.REVIEW_ASKED | EventType.REVIEWED:
            values["level"] = level_of(data)
        case _:
            pass
    return values


_HOP_VALUES: Mapping[EventType, Mapping[str, str]] = {
    EventType.SIGNED: {"unit": "unit_name"},
    EventType.RETURNED: {"unit": "unit_name"},
    EventType.COHANDLED: {"unit": "unit_name"},
    EventType.ASKED: {"unit": "unit_name", "question": "question"},
    EventType.SUPPLEMENTED: {"words": "text"},
    EventType.EXTENDED: {"reason": "reason"},
    EventType.CHASED: {"count": "count"},
    EventType.JOINED: {"count": "count"},
    EventType.LEFT: {"count": "count"},
    EventType.REVIEWED: {"unit": "unit_name", "answer": "text"},
}
"""What the timeline says of a hop: the value's name → where the event has it."""


def due_of(milestone: Milestone, now: datetime) -> Reply:
    """Tell until when something is due, and how that stands."""
    values: dict[str, Any] = {"clock": word(milestone.name), "due": milestone.due_at}
    if milestone.met_at is not None:
        phrase = "due.met" if milestone.met_at <= milestone.due_at else "due.met_late"
        return Reply(phrase=phrase, values={**values, "met": milestone.met_at})
    if milestone.ended_at is not None:
        return Reply(phrase="due.ended", values=values)
    if milestone.paused_at is not None:
        return Reply(phrase="due.paused", values={"clock": values["clock"], "since": milestone.paused_at})
    if now > milestone.due_at:
        return Reply(phrase="due.passed", values=values)
    return Reply(phrase="due.provisional" if milestone.provisional else "due.open", values=values)
