"""Taking what comes, in any order: pictures, voice, video, a map pin, a link, further words. Nothing given is lost.

Everything goes into the one draft of the citizen, which it begins where there is none.
"""

from bot.messages import InboundKind, Reply
from bot.petitions.vocabulary import Kind
from dialogs.asking import question, said
from dialogs.session import ASIDES, STEPS, Parts, State
from dialogs.talk import Talk

MOST_ATTACHMENTS = 30
SOFT_CONTENT = 2_000
HARD_CONTENT = 7_000
LONGEST_PLACE = 200
_ACK = {InboundKind.IMAGE: "ack.image", InboundKind.VIDEO: "ack.video", InboundKind.VOICE: "ack.voice"}


def draft(talk: Talk) -> Parts:
    """Return the citizen's draft, begun now if there is none; a side conversation over it ends."""
    session = talk.session
    if session.parts is None:
        session.parts = session.waiting.pop(0) if session.unsorted else Parts()
        session.filed = False
        session.enter(State.KIND)
    elif session.state in ASIDES:
        session.leave()
    elif session.state not in STEPS and session.back is not None:
        session.enter(session.back)
    return session.parts


def privacy(talk: Talk, reply: Reply) -> Reply:
    """Add the notice about personal data, the first time only (个人信息保护法 17)."""
    session = talk.session
    if session.notified:
        return reply
    session.notified = True
    office = talk.office
    told = {
        "retention": office.retention,
        "privacy_contact": office.privacy_contact,
        "days": office.drafts.keep.days,
    }
    notice = Reply(phrase="privacy", values=told)
    return Reply(
        phrase=reply.phrase,
        values={**reply.values, "tail": (*reply.values.get("tail", ()), notice)},
        choices=reply.choices,
    )


def media(talk: Talk) -> Reply:
    """Keep a picture, a voice message or a video as evidence."""
    parts = draft(talk)
    key = talk.message.key
    if key not in parts.attachments:
        if len(parts.attachments) >= MOST_ATTACHMENTS:
            return question(talk, lead=Reply(phrase="ack.too_many", values={"most": MOST_ATTACHMENTS}))
        parts.attachments.append(key)
    state = talk.session.state
    if state is State.EVIDENCE:
        return question(talk)
    if state is State.CONTENT and talk.message.kind is InboundKind.VOICE:
        return privacy(talk, question(talk, lead=Reply(phrase="ack.voice_content")))
    values = {"count": len(parts.attachments)}
    return privacy(talk, question(talk, lead=Reply(phrase=_ACK[talk.message.kind], values=values)))


def location(talk: Talk) -> Reply:
    """Take a map pin for the place, at whatever step it comes."""
    pin = talk.message.location
    parts = draft(talk)
    if pin is None:
        return question(talk)
    parts.latitude, parts.longitude = pin.latitude, pin.longitude
    label = " ".join(pin.label.split())[:LONGEST_PLACE]
    parts.place = label or parts.place
    parts.passed(State.PLACE)
    lead = Reply(phrase="ack.location", values={"place": label}) if label else Reply(phrase="ack.pin")
    if talk.session.state is State.PLACE:
        return proceed(talk, lead=lead)
    return privacy(talk, question(talk, lead=lead))


def proceed(talk: Talk, *, lead: Reply | None = None) -> Reply:
    """Go to the first step that is not behind the citizen yet, and ask it."""
    session, parts = talk.session, draft(talk)
    session.enter(talk.office.next_step(parts))
    return privacy(talk, question(talk, lead=lead))


def content(talk: Talk, text: str, *, unasked: bool = False) -> Reply:
    """Take the words at the content step: they replace what was written before.

    `unasked` words began the conversation: the place they name is taken; else it is asked for, and theirs is offered.
    """
    parts = draft(talk)
    parts.content = text[:HARD_CONTENT]
    parts.passed(State.CONTENT)
    found = _find(talk, parts, text, sure=unasked)
    return proceed(talk, lead=_all((_long(text), *found)))


def begun_with(talk: Talk, kind: Kind, words: str) -> Parts:
    """Return a draft of these words that is not yet the one under way."""
    parts = Parts(kind=kind, content=words)
    parts.passed(State.CONTENT)
    _find(talk, parts, words, sure=True)
    return parts


def _find(talk: Talk, parts: Parts, text: str, *, sure: bool) -> tuple[Reply, ...]:
    """Take place and phone out of free words where they were not given yet; return what to say about it.

    A place that is not `sure` waits to be confirmed at its own step.
    """
    said_so: list[Reply] = []
    if not parts.place and parts.latitude is None and (place := talk.ear.place_in(text)):
        parts.place = place
        if sure:
            parts.passed(State.PLACE)
            said_so.append(Reply(phrase="ack.found_place", values={"place": place}))
    phoned = parts.kind is None or State.PHONE in talk.office.steps(parts.kind)
    if phoned and not parts.phone and (number := talk.ear.phone_in(text)):
        parts.phone = number
        parts.passed(State.PHONE)
        said_so.append(Reply(phrase="ack.found_phone", values={"phone": number}))
    return tuple(said_so)


def _all(leads: tuple[Reply | None, ...]) -> Reply | None:
    """Return all that is to be said before a question as one reply."""
    given = [lead for lead in leads if lead is not None]
    if len(given) < 2:  # noqa: PLR2004 -- nothing to put together
        return given[0] if given else None
    return Reply(phrase=given[0].phrase, values={**given[0].values, "tail": tuple(given[1:])})


def further(talk: Talk, text: str) -> Reply:
    """Append words that come at another step, and ask the same again."""
    parts = draft(talk)
    joined = f"{parts.content}\n{text}" if parts.content else text
    parts.content = joined[:HARD_CONTENT]
    parts.passed(State.CONTENT)
    found = _find(talk, parts, text, sure=talk.session.state is State.KIND)
    lead = _all((_long(joined) or Reply(phrase="ack.further"), *found))
    return privacy(talk, question(talk, lead=lead))


def offer(talk: Talk, text: str) -> Reply:
    """Offer to file words that came without a command: the kind is asked next."""
    parts = draft(talk)
    if parts.origin:
        return further(talk, text)
    parts.content = text[:HARD_CONTENT]
    parts.passed(State.CONTENT)
    return offered(talk, lead=_all((_long(text), *_find(talk, parts, text, sure=True))))


def offered(talk: Talk, *, lead: Reply | None = None) -> Reply:
    """Ask for the kind of a draft whose words came first."""
    asked = Reply(phrase="filing.offer", choices=talk.office.kind_choices)
    return privacy(talk, said(asked, lead=lead) if lead else asked)


def _long(text: str) -> Reply | None:
    """Say that a content is long, or that not all of it went in; None for an ordinary one."""
    if len(text) > HARD_CONTENT:
        return Reply(phrase="content.too_long", values={"rest": len(text) - HARD_CONTENT, "most": HARD_CONTENT})
    if len(text) > SOFT_CONTENT:
        return Reply(phrase="content.long", values={"count": len(text), "most": HARD_CONTENT})
    return None


def link(talk: Talk) -> Reply:
    """Keep a shared link as words of the content."""
    text = talk.message.text.strip()
    session = talk.session
    if not text:
        return question(talk)
    if session.parts is None:
        return offer(talk, text)
    parts = draft(talk)
    if session.state is State.CONTENT and not parts.content:
        return content(talk, text)
    return further(talk, text)


def document(talk: Talk) -> Reply:
    """Say kindly that a file cannot be taken, and what works instead; what was asked is asked again."""
    refused = Reply(phrase="ack.document")
    if talk.session.state in ASIDES:
        return refused  # a side question goes on waiting for its answer
    return question(talk, lead=refused)
