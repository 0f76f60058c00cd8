"""A draft left lying: offered again after a silence, put away when cancelled, reminded of once, gone after its time.

Who comes back after hours with free words or a picture may mean the old draft or a new matter. Nothing is guessed:
what comes is held beside the draft until they have chosen, and then goes to the one they chose. Commands and side
questions are answered as ever. A draft that was cancelled or given up for a new one is put away and can be taken up
again until its time is over; one more that is put away takes its place. One made of a mention that waits to be taken
up ends after the same time, from the mention on; nothing was said of it in private, so nothing is said of its end. It
knows nothing of loops and tables: `swept` says what time does to a session, and somebody else looks when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.messages import InboundKind, Reply
from bot.petitions.masking import masked
from dialogs import filing
from dialogs.asking import menu, question, said, short
from dialogs.catalogue import DraftTimes
from dialogs.correcting import field_to_change, go_on
from dialogs.gathering import HARD_CONTENT, LONGEST_PLACE, MOST_ATTACHMENTS, further, offered, proceed
from dialogs.hearing import Word
from dialogs.session import STEPS, Parts, Session, State
from dialogs.session_json import dump_session, load_session
from dialogs.talk import Answer, Talk
from dialogs.understanding import letters

REMINDED_OF = 40
"""Characters of the content that a citizen is reminded of."""
_SECOND = 2
_LINK = "://"
_LOOSE = frozenset({None, Word.CHAT, Word.FILE, Word.MENU, Word.CONTINUE})
"""What may mean the draft or something new; every other word says by itself what is wanted."""
_FILES = frozenset({InboundKind.IMAGE, InboundKind.VOICE, InboundKind.VIDEO})


def waits(talk: Talk) -> bool:
    """Whether the draft under way waits for a word about whether it goes on."""
    session = talk.session
    if session.state is State.OFFER or session.held is not None:
        return True
    return talk.seen is not None and talk.now - talk.seen >= talk.office.drafts.silence


def heard(talk: Talk) -> Answer | None:
    """Read a text while the draft waits; None for one that says by itself what is wanted."""
    session, said_ = talk.session, talk.heard
    if session.state is State.OFFER:
        if said_.word in {Word.CONTINUE, Word.YES, Word.SUBMIT} or said_.ordinal == 1:
            return taken_on(talk)
        if said_.ordinal == _SECOND:
            return restarted(talk)
    elif session.held is not None and said_.ordinal:
        return None  # a number is for the question that was asked last
    if said_.word is Word.RESTART:
        return restarted(talk)
    if said_.word is Word.CONTINUE or (session.state is State.CANCEL and said_.word in {Word.YES, Word.NO}):
        return taken_on(talk)  # an old question whether to cancel is not answered by a word of today
    if said_.word not in _LOOSE or talk.ear.rated(said_.text) is not None or _names_field(talk):
        return None
    _hold_words(talk)
    return _offer(talk)


def _names_field(talk: Talk) -> bool:
    parts = talk.session.parts
    return bool(talk.heard.plain and parts is not None and field_to_change(talk, parts))


def held(talk: Talk) -> Reply:
    """Hold a picture, a voice message, a video, a pin or a link until the citizen has said what it belongs to."""
    message, parts = talk.message, _held(talk)
    if message.kind in _FILES and message.key not in parts.attachments:
        parts.attachments = [*parts.attachments, message.key][:MOST_ATTACHMENTS]
    if message.kind is InboundKind.LINK:
        _add_words(parts, message.text.strip())
    if (pin := message.location) is not None:
        parts.latitude, parts.longitude = pin.latitude, pin.longitude
        parts.place = " ".join(pin.label.split())[:LONGEST_PLACE]
    return _offer(talk)


def refused_file(talk: Talk) -> Reply:
    """Say that what came cannot be taken, and offer the draft that waits."""
    return said(_offer(talk), lead=Reply(phrase="ack.document"))


def _held(talk: Talk) -> Parts:
    if talk.session.held is None:
        talk.session.held = Parts()
    return talk.session.held


def _hold_words(talk: Talk) -> None:
    said_ = talk.heard
    if (kind := talk.office.kind_said(said_)) is not None and said_.word is None:
        _held(talk).kind = kind
    elif said_.word is None and not said_.ordinal and letters(said_.text, enough=2):
        _add_words(_held(talk), said_.text)


def _add_words(parts: Parts, text: str) -> None:
    joined = f"{parts.content}\n{text}" if parts.content else text
    parts.content = joined[:HARD_CONTENT]


def _offer(talk: Talk) -> Reply:
    session, parts = talk.session, talk.session.parts
    if parts is None:
        return question(talk)
    if session.state is not State.OFFER:
        step = session.state if session.state in STEPS else session.back
        session.state, session.back = State.OFFER, step if step is not None else talk.office.next_step(parts)
    asked = question(talk)
    return said(asked, tail=Reply(phrase="draft.held")) if session.held is not None else asked


def taken_on(talk: Talk) -> Answer:
    """Go on with the draft; what was held meanwhile belongs to it, its words as the answer to the step."""
    session, more = talk.session, talk.session.held
    session.held = None
    if session.state not in STEPS:
        go_on(talk)
    parts = session.parts
    if parts is None or more is None:
        return question(talk)
    parts.attachments = list(dict.fromkeys([*parts.attachments, *more.attachments]))[:MOST_ATTACHMENTS]
    if more.latitude is not None:
        parts.latitude, parts.longitude, parts.place = more.latitude, more.longitude, more.place or parts.place
        parts.passed(State.PLACE)
    if parts.kind is None and more.kind is not None:
        parts.kind = more.kind
    if not more.content:
        return proceed(talk)
    if "\n" in more.content or more.latitude is not None or _LINK in more.content:  # a story, not the answer to a step
        session.enter(talk.office.next_step(parts))
        return further(talk, more.content)
    talk.heard = talk.ear.hear(more.content)
    return filing.answer(talk)


def restarted(talk: Talk) -> Reply:
    """Put the draft away and begin anew, with what was held."""
    session, new = talk.session, talk.session.held
    put_away(session, at=talk.at)
    lead = Reply(phrase="draft.put_away", values={"days": talk.office.drafts.keep.days})
    if new is None:
        return said(menu(talk, phrase="greeting.file"), lead=lead)
    session.parts, session.filed = new, False
    session.enter(State.KIND)
    if new.content:
        new.passed(State.CONTENT)
    if new.latitude is not None:
        new.passed(State.PLACE)
    return said(offered(talk) if new.content and new.kind is None else proceed(talk), lead=lead)


# --- put away -------------------------------------------------------------------------------------------------------


def put_away(session: Session, *, at: int) -> None:
    """Put the draft under way where it can be taken up again, in the place of an earlier one."""
    parts = session.parts
    session.drop_draft()
    if parts is not None:
        session.away, session.away_at = parts, at


def taken_up(talk: Talk) -> Reply | None:
    """Read 继续 and 删除 while nothing but a draft that was put away is there; None for anything else."""
    session = talk.session
    if session.away is None or talk.heard.word not in {Word.CONTINUE, Word.CLEAR}:
        return None
    parts, session.away, session.away_at = session.away, None, 0
    if talk.heard.word is Word.CLEAR:
        return question(talk, lead=Reply(phrase="draft.erased"))
    session.parts, session.filed = parts, False
    session.enter(talk.office.next_step(parts))
    return question(talk, lead=Reply(phrase="draft.still"))


# --- time -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """A session after time has passed: its JSON, when to look again (None: nothing more), what the citizen is told."""

    session: str
    next_at: datetime | None
    remind: Reply | None = None


def swept(text: str, *, seen: datetime, now: datetime, times: DraftTimes, reachable: bool) -> Swept:
    """Return what time does to the session `text` of a citizen who wrote last at `seen`.

    Reminds once, only while they may be written to; after `times.keep` the draft is gone, and the session says so.
    """
    session = load_session(text)
    ends: list[datetime] = []
    remind = None
    if session.parts is not None:
        if now >= seen + times.keep:
            lapse(session)
        else:
            ends.append(seen + times.keep)
            remind_at = None if times.remind is None or session.reminded else seen + times.remind
            if remind_at is not None and now < remind_at:
                ends.append(remind_at)
            elif remind_at is not None and reachable:
                remind = _remind(session, times)
    if session.away is not None:
        ends += _away_ends(session, now=now, times=times)
    if session.waiting:
        ends += _waiting_ends(session, seen=seen, now=now, times=times)
    after = dump_session(session)
    return Swept(session=text if after == text else after, next_at=min(ends, default=None), remind=remind)


def lapse(session: Session) -> None:
    """End a draft whose time is over; the citizen is told when they come again."""
    session.drop_draft()
    session.lapsed = True


def _away_ends(session: Session, *, now: datetime, times: DraftTimes) -> Sequence[datetime]:
    ends = datetime.fromtimestamp(session.away_at, tz=now.tzinfo) + times.keep
    if now < ends:
        return (ends,)
    session.away, session.away_at = None, 0
    return ()


def _waiting_ends(session: Session, *, seen: datetime, now: datetime, times: DraftTimes) -> Sequence[datetime]:
    """Drop the drafts that nobody took up in time; return when the others end."""
    ends = [(parts, _began(parts, seen) + times.keep) for parts in session.waiting]
    session.waiting = [parts for parts, end in ends if now < end]
    session.lapsed = session.lapsed or any(now >= end and not parts.origin for parts, end in ends)
    return [end for _, end in ends if now < end]


def _began(parts: Parts, seen: datetime) -> datetime:
    """Return when a draft began to wait; one of an earlier version counts from the last word."""
    return datetime.fromtimestamp(parts.since, tz=seen.tzinfo) if parts.since else seen


def _remind(session: Session, times: DraftTimes) -> Reply | None:
    parts = session.parts
    if parts is None:
        return None
    session.reminded = True
    if session.state is not State.OFFER:
        step = session.state if session.state in STEPS else session.back
        session.enter(State.OFFER)
        session.back = step or State.KIND
    return Reply(phrase="draft.reminder", values={"given": given(parts), "days": times.keep.days}, short=session.simple)


def given(parts: Parts) -> str:
    """Return what a draft is about, in a few words; '' for one without words."""
    return short(masked(parts.content), REMINDED_OF)


def expired(talk: Talk, times: DraftTimes) -> None:
    """End what nobody swept in time: a message that comes later must not go on with it."""
    session = talk.session
    if session.parts is not None and talk.seen is not None and talk.now - talk.seen >= times.keep:
        lapse(session)
    if session.away is not None:
        _away_ends(session, now=talk.now, times=times)
    if session.waiting:
        _waiting_ends(session, seen=talk.seen or talk.now, now=talk.now, times=times)


def told_lapsed(talk: Talk, answer: Answer) -> Answer:
    """Say once, before anything else, that a draft is gone; a lookup comes again, and is told then."""
    if not isinstance(answer, Reply):
        return answer
    talk.session.lapsed = False
    values: dict[str, Any] = {"days": talk.office.drafts.keep.days}
    return said(answer, lead=Reply(phrase="draft.expired", values=values))
