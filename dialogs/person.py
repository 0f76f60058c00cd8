"""人工: waiting for a person of the staff, and talking with one.

While somebody waits or talks, what they say is the person's: it is put before them in order, and no draft is touched.
Who waits hears that each message was noted; who talks hears only the person. Understood besides: words of danger
(answered at once), 结束 and the like, a tap on a choice or a button of the menu; and from who waits also 查询, 帮助, a
petition's number, and whatever goes on with the dialog (继续, 提交, a kind): those leave the queue.
"""

from bot.messages import InboundKind, Reply
from bot.petitions.masking import masked
from dialogs.asking import question, said, short
from dialogs.danger import Sign
from dialogs.hearing import Word
from dialogs.intents import Alarm, AskPerson, Intent, Leave, Say
from dialogs.lookups import Attended, Lookup
from dialogs.session import ASIDES, Person
from dialogs.session_json import dump_session, load_session
from dialogs.talk import Answer, Talk
from dialogs.turn import Turn

ABOUT = 40
"""Characters of what a chat is about."""
_GOES_ON = frozenset({Word.CONTINUE, Word.SUBMIT, Word.FILE, Word.MENU})
_LOOKS = frozenset({Word.LOOK, Word.HELP, Word.WHY, Word.MORE})
_PERSONS_OWN = frozenset(
    {
        InboundKind.TEXT,
        InboundKind.IMAGE,
        InboundKind.VOICE,
        InboundKind.VIDEO,
        InboundKind.LOCATION,
        InboundKind.LINK,
        InboundKind.DOCUMENT,
    }
)
"""What is said to the person; all else (a button, a scan, following again) the dialog answers as ever."""


def ask(talk: Talk) -> Answer:
    """Queue for a person when one is there; else say when, and offer to file."""
    facts = talk.found(Attended())
    if facts is None or facts.attendance is None:
        return Attended()
    session, attendance = talk.session, facts.attendance
    if session.state in ASIDES:
        session.leave()
    values = {"office_phone": talk.office.phone}
    if attendance.opens is None or attendance.opens > talk.now:
        reply = Reply(phrase="person.closed", values={**values, "opens": attendance.opens or ""})
        return said(reply, tail=Reply(phrase="draft.waiting")) if session.parts is not None else reply
    session.person = Person(attendance.chat) or Person.QUEUED
    about = short(masked(session.parts.content), ABOUT) if session.parts is not None else ""
    if not attendance.chat:
        talk.intents.append(AskPerson(message=talk.message.key, about=about))
    return Reply(phrase="person.queued", values={**values, "ahead": attendance.ahead})


def gone(session: str, message: str) -> tuple[Intent, ...]:
    """Return what is to be done when the citizen unfollows: a chat ends."""
    return (Leave(message=message, unfollowed=True),) if load_session(session).person else ()


def heard(talk: Talk) -> Turn | Lookup | None:
    """Take a message of somebody who waits for a person or talks with one; None when the dialog answers it."""
    message, session = talk.message, talk.session
    if message.kind not in _PERSONS_OWN or message.choice:
        return None
    text = message.kind is InboundKind.TEXT
    plain = talk.ear.fold(message.text) if text and len(message.text) <= talk.ear.lengths.command else ""
    if session.person is Person.QUEUED and text and _goes_on(talk):
        _go_on(talk)
        return None
    facts = talk.found(Attended())
    if facts is None or facts.attendance is None:
        return Attended()
    session.person = Person(facts.attendance.chat)
    if not session.person:
        return _turn(talk, question(talk, lead=Reply(phrase="person.over")))
    if plain in (talk.ear.ends if session.person is Person.HELD else talk.ear.leaves):
        return _turn(talk, _left(talk))
    sign = talk.office.dangers.sign(message.text) if text else None
    return _turn(talk, _said(talk, sign, ahead=facts.attendance.ahead))


def _goes_on(talk: Talk) -> bool:
    """Whether who waits turns to the dialog again: looks something up, or goes on filing."""
    text = talk.message.text
    told = talk.ear.hear(text)
    return (
        told.word in _GOES_ON | _LOOKS
        or talk.office.kind_said(told) is not None
        or talk.ear.reference(text) is not None
        or talk.ear.act_on(text) is not None
    )


def _go_on(talk: Talk) -> None:
    """Let the dialog answer; what goes on filing leaves the queue."""
    told = talk.ear.hear(talk.message.text)
    if told.word in _GOES_ON or talk.office.kind_said(told) is not None:
        talk.session.person = Person.NONE
        talk.intents.append(Leave(message=talk.message.key))


def _left(talk: Talk) -> Reply:
    talk.session.person = Person.NONE
    talk.intents.append(Leave(message=talk.message.key))
    return question(talk, lead=Reply(phrase="person.left"))


def _said(talk: Talk, sign: Sign | None, *, ahead: int) -> Reply | None:
    """Put the message before the person; who waits is told that it was noted."""
    message, urgent = talk.message, sign is not None and not sign.calm
    about = short(masked(message.text), ABOUT) if message.kind is InboundKind.TEXT else ""
    again = talk.session.person is Person.QUEUED and talk.ear.hear(message.text).word is Word.HUMAN
    talk.intents.append(Say(message=message.key, about="" if again else about, urgent=urgent))
    reply = None
    if talk.session.person is Person.QUEUED:
        reply = Reply(phrase="person.noted", values={"ahead": ahead})
    if sign is None:
        return reply
    if urgent:
        talk.intents.append(Alarm(danger=sign.danger.id, label=sign.danger.label, message=message.key))
    danger = Reply(phrase="danger.now", values={"say": sign.danger.say})
    return said(reply, lead=danger) if reply is not None else danger


def _turn(talk: Talk, reply: Reply | None) -> Turn:
    return Turn(reply=reply, session=dump_session(talk.session), intents=tuple(talk.intents))
