"""The engine: one message of a citizen and the session before it → one turn.

Pure: no I/O, no clock, no state between turns. What a message means is decided in this order: the kind of message; a
tapped choice; a petition number, alone or with a verb; a command understood at every step; a rating; a kind; and last
the answer to the question that was asked. A side conversation that does not recognise its answer gives it back to the
step below, so that a draft never waits for a question about something else.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.messages import Inbound, InboundKind, Reply
from dialogs import (
    chasing,
    correcting,
    drafts,
    explaining,
    filing,
    gathering,
    joining,
    looking,
    person,
    rating,
    reviewing,
    supplementing,
    withdrawing,
)
from dialogs.asking import question
from dialogs.beginning import begun
from dialogs.catalogue import Catalogue
from dialogs.choosing import picked
from dialogs.commands import COMMANDS, button
from dialogs.hearing import Word
from dialogs.lookups import Facts, Lookup
from dialogs.meanwhile import another
from dialogs.mentioned import Mentions
from dialogs.references import ActOn
from dialogs.scanning import scanned
from dialogs.session import ASIDES, STEPS, State
from dialogs.session_json import dump_session, forgotten, load_session
from dialogs.talk import Answer, Office, Talk
from dialogs.tapping import detail, labelled, tapped
from dialogs.turn import Turn
from dialogs.understanding import Heard
from dialogs.warning import alarm_in_public, warned

ASIDE_SECONDS = 1800
"""How long a side question or an offered menu gives a bare number its meaning."""
_SILENT = frozenset({InboundKind.REPORT, InboundKind.CONSENT, InboundKind.IGNORED, InboundKind.UNKNOWN})
_NOTHING_HEARD = Heard("", "", "", None, 0)


class Engine:
    """Talks with citizens about the office described by `catalogue`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._office = Office(catalogue)
        self.mentions = Mentions(self._office.ear, write=catalogue.write)
        """What becomes of public mentions."""

    def urgent(self, message: Inbound) -> bool:
        """Whether a message speaks of a danger: it is answered whatever else holds."""
        return message.kind is InboundKind.TEXT and self._office.dangers.sign(message.text) is not None

    def turn(
        self,
        session: str,
        message: Inbound,
        *,
        now: datetime,
        seen: datetime | None = None,
        facts: tuple[Facts, ...] = (),
    ) -> Turn | Lookup:
        """Return the turn that `message` makes of `session` (JSON, '' for a newcomer) of who wrote before at `seen`.

        A `Lookup` instead means: find these facts too, and call again with the same session and message and all that
        was found. What one conversation looks up in vain another may look up anew, but nothing is asked for twice.
        """
        if message.kind in _SILENT:
            return Turn(reply=None, session=session)
        if message.kind is InboundKind.UNFOLLOW:
            return Turn(reply=None, session=forgotten(session), intents=person.gone(session, message.key))
        talk = Talk(
            office=self._office,
            ear=self._office.ear,
            session=load_session(session),
            message=message,
            now=now,
            facts=facts,
            heard=_NOTHING_HEARD,
            seen=seen,
        )
        if message.kind is InboundKind.MENU and message.text == "unsubscribe":  # Weibo's td: no reason to go on talking
            return Turn(reply=None, session=session)
        if message.kind is InboundKind.MENTION:
            drafts.expired(talk, self._office.drafts)
            alarm_in_public(talk)
            reply, after = self.mentions.mentioned(talk), talk.session
            intents, waiting = tuple(talk.intents), bool(after.waiting)
            return Turn(reply=reply, session=dump_session(after), intents=intents, drafting=waiting)
        if talk.session.person and (turn := person.heard(talk)) is not None:
            return turn
        answer = _answer(talk)
        if not isinstance(answer, Reply):
            return answer
        session_after = talk.session
        return Turn(
            reply=replace(answer, short=True) if session_after.simple else answer,
            session=dump_session(session_after),
            intents=tuple(talk.intents),
            drafting=session_after.parts is not None or session_after.away is not None,
        )


def _answer(talk: Talk) -> Answer:
    _expire(talk)
    answer = _answered(talk)
    return drafts.told_lapsed(talk, answer) if talk.session.lapsed else answer


def _answered(talk: Talk) -> Answer:
    match talk.message.kind:
        case InboundKind.TEXT:
            talk.heard = talk.ear.hear(talk.message.text)
            sign = talk.office.dangers.sign(talk.message.text)
            return _listen(talk) if sign is None else warned(talk, sign, _listen(talk))
        case InboundKind.IMAGE | InboundKind.VOICE | InboundKind.VIDEO | InboundKind.LOCATION | InboundKind.LINK:
            return _brought(talk)
        case InboundKind.DOCUMENT:
            return drafts.refused_file(talk) if _waits(talk) else gathering.document(talk)
        case InboundKind.MENU:
            return button(talk)
        case InboundKind.FOLLOW | InboundKind.SCAN as kind:
            return scanned(talk, otherwise="greeting.follow" if kind is InboundKind.FOLLOW else "greeting.menu")
        case _:
            return question(talk)


def _brought(talk: Talk) -> Answer:
    """Take a file, a pin or a link for what it is meant for."""
    link = talk.message.kind is InboundKind.LINK
    if not link and (answer := _added(talk)) is not None:
        return answer
    if _waits(talk):
        return drafts.held(talk)
    if link:
        return gathering.link(talk)
    return gathering.location(talk) if talk.message.kind is InboundKind.LOCATION else gathering.media(talk)


def _added(talk: Talk) -> Answer | None:
    """Give a file or a pin to the petition it is meant for; None when it belongs to a draft."""
    if talk.session.state is State.SUPPLEMENT:
        return supplementing.said(talk)
    return supplementing.awaited(talk)


def _waits(talk: Talk) -> bool:
    return talk.session.parts is not None and drafts.waits(talk)


def _expire(talk: Talk) -> None:
    """Let a side question or a menu lapse: a number typed hours later is no answer to it. Drafts lapse after days."""
    session = talk.session
    if session.parts is not None or session.away is not None or session.waiting:
        drafts.expired(talk, talk.office.drafts)
    if session.state in ASIDES and talk.at - session.since > ASIDE_SECONDS:
        session.leave()
    elif session.state is State.MENU and talk.at - session.since > ASIDE_SECONDS:
        session.enter(State.IDLE)


# --- texts ----------------------------------------------------------------------------------------------------------


def _listen(talk: Talk) -> Answer:
    choice = talk.message.choice or labelled(talk)
    if choice and (answer := tapped(talk, choice, otherwise=_below)) is not None:
        return answer
    heard, session = talk.heard, talk.session
    if not heard.text:
        return question(talk)
    answered = session.state is State.PHONE and talk.ear.phone(heard.text) != ""
    if not answered and (answer := looking.asked(talk)) is not None:
        return answer
    if (verb := talk.ear.act_on(heard.text)) is not None:
        return _acted(talk, verb)
    if session.parts is not None and drafts.waits(talk) and (answer := drafts.heard(talk)) is not None:
        return answer
    if heard.plain:
        if (answer := _commanded(talk)) is not None:
            return answer
    elif (answer := _rated(talk)) is not None:
        return answer
    return _below(talk)


def _acted(talk: Talk, verb: ActOn) -> Answer:
    """Do what a verb with a number says."""
    match verb.word:
        case Word.RATE:
            return rating.one(talk, verb.number, verb.words)
        case Word.CHASE:
            return chasing.one(talk, verb.number, verb.words)
        case Word.SUPPLEMENT:
            return supplementing.one(talk, verb.number, verb.words)
        case Word.WHY:
            return explaining.one(talk, verb.number)
        case Word.REVIEW:
            return reviewing.one(talk, verb.number, verb.words)
        case Word.JOIN:
            return joining.join(talk, verb.number)
        case Word.LEAVE:
            return joining.leave(talk, verb.number)
        case _:
            return withdrawing.one(talk, verb.number)


def _commanded(talk: Talk) -> Answer | None:
    """Read a short text as a command; None when it is none."""
    heard, session = talk.heard, talk.session
    chatting = heard.word is Word.CHAT and session.parts is not None
    if heard.plain not in talk.ear.words and (kind := talk.office.kind_named(heard.plain)) is not None:
        return filing.begin(talk, kind)
    if heard.word is not None and (command := COMMANDS.get(heard.word)) is not None:
        return command(talk)
    if session.parts is not None and (name := correcting.field_to_change(talk, session.parts)):
        return correcting.edit_field(talk, name)
    if session.parts is not None and (kind := correcting.kind_to_change(talk)) is not None:
        return filing.begin(talk, kind)
    if not chatting and (kind := talk.office.kind_said(heard)) is not None:
        return filing.begin(talk, kind)
    return _rated(talk)


def _rated(talk: Talk) -> Answer | None:
    """Read a rating, inside a draft only one without words. None when it is none, or when nothing waits for it."""
    heard, session = talk.heard, talk.session
    if (
        session.parts is None
        and session.state not in ASIDES
        and (solved := talk.ear.solved_said(heard.plain)) is not None
    ):
        return rating.latest_solved(talk, solved)
    judged = talk.ear.rated(heard.text)
    if judged is None or (judged.words and session.parts is not None and session.state not in ASIDES):
        return None
    if session.state in _JUDGING:
        return rating.given(talk, session.number, judged.rating, judged.words)
    answer = rating.latest(talk, judged.rating, judged.words)
    if answer is None and session.parts is None and len(heard.text) < talk.ear.lengths.story:
        return rating.nothing(talk)
    return answer


def _below(talk: Talk) -> Answer:
    """Give the text to the question that was asked; a side question gives what it does not know to the step below."""
    session = talk.session
    if session.state in ASIDES:
        answer = _ASIDE_ANSWERS[session.state](talk)
        if answer is not None:
            return answer
        session.leave()
    if session.parts is not None:
        return _filing(talk)
    return begun(talk)


def _filing(talk: Talk) -> Answer:
    session = talk.session
    word = talk.heard.word
    if session.state is State.OFFER or word is Word.CHAT or (word is Word.CONTINUE and session.state in STEPS):
        return question(talk)
    return another(talk) or filing.answer(talk)


_JUDGING = frozenset({State.RATE_PICK, State.RATE_SOLVED, State.RATE_WORDS})


_ASIDE_ANSWERS: Mapping[State, Callable[[Talk], Answer | None]] = {
    State.PICK: looking.picked,
    State.CODE: looking.coded,
    State.DETAILS: lambda talk: detail(talk, looking.detailed(talk)),
    State.WITHDRAW_PICK: lambda talk: picked(talk, withdrawing.one),
    State.WITHDRAW_CONFIRM: withdrawing.confirmed,
    State.RATE_PICK: rating.picked,
    State.RATE_SOLVED: rating.said_solved,
    State.RATE_WORDS: rating.said_why,
    State.RATE_REDO: rating.answered_redo,
    State.CHASE_PICK: lambda talk: picked(talk, chasing.one),
    State.SUPPLEMENT_PICK: lambda talk: picked(talk, supplementing.one),
    State.SUPPLEMENT: supplementing.said,
    State.REVIEW_REASON: reviewing.said,
}
