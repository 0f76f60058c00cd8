"""Filing a petition, step by step: what an answer at each step means.

投诉 → content → place → evidence → phone → 公开 or 不公开 → summary → 提交. After any answer the citizen goes on at the
first step still open, so that changing one thing comes back to where one was. A 举报 is asked for neither phone nor
publication. An answer that does not fit is met with one sentence and the same question; it never costs what was given.
"""

import re
from collections.abc import Callable, Mapping

from bot.messages import Reply
from bot.petitions.petition import Draft
from bot.petitions.scenes import write_scene
from bot.petitions.vocabulary import Kind
from bot.petitions.wording import word
from dialogs import correcting, refusing
from dialogs.asking import files, is_public, question, said
from dialogs.gathering import LONGEST_PLACE, content, draft, further, proceed
from dialogs.hearing import Word
from dialogs.intents import File
from dialogs.lookups import Consented
from dialogs.session import ASIDES, STEPS, Parts, State
from dialogs.talk import Answer, Talk
from dialogs.understanding import letters

LEAST_CONTENT = 2
"""Letters or 汉字 that make a content: 停水 says what is wrong."""
_SENTENCES = re.compile("[，。！？；,!?;]")
_SKIPS = frozenset({Word.SKIP, Word.NO, Word.CLEAR})
_ENDS = _SKIPS | {Word.DONE, Word.YES, Word.CONTINUE}
_AGREES = frozenset({Word.SUBMIT, Word.YES, Word.DONE})


def begin(talk: Talk, kind: Kind, *, words: str = "") -> Reply:
    """Start with a kind, or change the kind of the draft under way; `words` are a content that came with it."""
    session = talk.session
    fresh = session.parts is None
    if fresh and words:
        session.parts = Parts()  # with words of its own it is not the one that waits
        session.filed = False
        session.enter(State.KIND)
    parts = draft(talk)
    changed = parts.kind is not None and parts.kind is not kind
    parts.kind = kind
    lead = Reply(phrase="ack.kind", values={"kind": word(kind)}) if changed and not fresh else None
    if not parts.content and words:
        return content(talk, words, unasked=True)
    step = session.state
    asked = step in STEPS and step is not State.KIND and step in talk.office.steps(kind)
    if asked and not (kind is Kind.CONSULT and parts.content):
        return question(talk, lead=lead)
    return proceed(talk, lead=lead)


def submit(talk: Talk) -> Answer:
    """File the draft if all is answered; a second 提交 is told that it is filed already.

    Where notices need a consent that was not given, the last words ask for it.
    """
    session, parts = talk.session, talk.session.parts
    if parts is None:
        return question(talk, lead=Reply(phrase="filing.already" if session.filed else "filing.nothing"))
    if session.state in ASIDES:
        session.leave()
    if parts.kind is None or not parts.content:
        return question(talk, lead=Reply(phrase="filing.not_yet")) if session.state in STEPS else proceed(talk)
    if session.state not in {State.SUMMARY, State.EDIT, State.CANCEL} or session.back not in {None, State.SUMMARY}:
        return _rest_skipped(talk, parts, parts.kind)
    if (stop := refusing.stopped(talk, parts, parts.kind)) is not None:
        return stop
    subscribing = _subscribing(talk)
    if isinstance(subscribing, Consented):
        return subscribing
    talk.intents.append(File(draft=_complete(talk, parts, parts.kind), mention=parts.origin))
    kind = word(parts.kind)
    phrase = "filing.filed_public" if is_public(talk.office, parts) else "filing.filed"
    held = session.held
    session.drop_draft()
    session.filed, session.scene = True, ""
    reply = Reply(phrase=phrase, values={"kind": kind})
    if subscribing:
        reply = said(reply, tail=subscribing)
    if held is not None:
        return _with_held(talk, held, reply)
    return said(reply, tail=_next(session.waiting[0])) if session.waiting else reply


def _next(waiting: Parts) -> Reply:
    """Say what waits to be taken up."""
    if waiting.kind is None:
        return Reply(phrase="draft.mentioned")
    return Reply(phrase="draft.another_waits", values={"kind": word(waiting.kind)})


def _with_held(talk: Talk, held: Parts, reply: Reply) -> Reply:
    """Go on with what came after a silence and was for no draft yet: with the other one filed it is one of its own."""
    talk.session.parts = held
    talk.session.enter(State.KIND)
    ask = question(talk, lead=Reply(phrase="draft.still"))
    return Reply(
        phrase=reply.phrase, values={**reply.values, "tail": (*reply.values.get("tail", ()), ask)}, choices=ask.choices
    )


def _subscribing(talk: Talk) -> Reply | Consented | None:
    """Return the question for a consent, what must be known first, or None where nothing needs to be asked."""
    ref = talk.message.citizen
    needed = talk.office.subscribing.get(f"{ref.channel}:{ref.account}")
    if needed is None:
        return None
    lookup = Consented(templates=needed.templates)
    found = talk.found(lookup)
    if found is None:
        return lookup
    return None if found.consented else Reply(phrase="filing.subscribe", values={"link": needed.link})


def _rest_skipped(talk: Talk, parts: Parts, kind: Kind) -> Reply:
    """Skip every question that is left, and show what would be filed: who says 提交 early has said enough."""
    for step in talk.office.steps(kind):
        parts.passed(step)
    return proceed(talk)


def _complete(talk: Talk, parts: Parts, kind: Kind) -> Draft:
    return Draft(
        kind=kind,
        content=parts.content,
        place=parts.place,
        latitude=parts.latitude,
        longitude=parts.longitude,
        attachments=_evidenced(parts),
        phone=parts.phone,
        public=is_public(talk.office, parts),
        scene=_scene(talk),
        warned=refusing.warned_of(talk, parts, kind),
    )


def _scene(talk: Talk) -> str:
    """Return the scanned code that the petition goes by, in our own form whatever platform it came from."""
    scene = talk.office.scene(talk.session.scene) if talk.session.scene else None
    return write_scene(scene) if scene is not None else ""


def _evidenced(parts: Parts) -> tuple[str, ...]:
    """Return the keys of what belongs to the petition: its files, and the mention it was made of."""
    files = tuple(parts.attachments)
    return files if not parts.origin or parts.origin in files else (*files, parts.origin)


def answer(talk: Talk) -> Answer:
    """Take a text as the answer to the present step."""
    return _ANSWERS[talk.session.state](talk, draft(talk) if talk.session.state in STEPS else Parts())


def _kind(talk: Talk, parts: Parts) -> Reply:
    heard = talk.heard
    kinds = talk.office.kind_choices
    if 0 < heard.ordinal <= len(kinds):
        return begin(talk, Kind(kinds[heard.ordinal - 1].id.removeprefix("kind:")))
    if parts.kind is not None and heard.word in _ENDS:
        return proceed(talk)
    if heard.word is None and not heard.ordinal and letters(heard.text, enough=LEAST_CONTENT):
        return further(talk, heard.text)
    return question(talk, lead=Reply(phrase="wrong.kind"))


def _content(talk: Talk, parts: Parts) -> Reply:
    heard = talk.heard
    if parts.content and heard.word in _SKIPS | {Word.CONTINUE}:
        parts.passed(State.CONTENT)
        return proceed(talk)
    if heard.word is not None or not letters(heard.text, enough=LEAST_CONTENT):
        return question(talk, lead=Reply(phrase="wrong.content"))
    return refusing.turned_down(talk, heard.text) or content(talk, heard.text)


def _tells_more(text: str, *, longest_place: int) -> bool:
    """Whether an answer to the question for the place is more of the story: long sentences, an address of the web."""
    if len(text) > LONGEST_PLACE or "://" in text:
        return True
    return len(text) > longest_place and _SENTENCES.search(text) is not None


def _place(talk: Talk, parts: Parts) -> Reply:
    heard = talk.heard
    if heard.word is Word.CLEAR:
        parts.place, parts.latitude, parts.longitude = "", None, None
    if heard.word in _SKIPS or heard.ordinal == 1 or (parts.place and heard.word is Word.YES):
        parts.passed(State.PLACE)
        return proceed(talk)
    if _tells_more(heard.text, longest_place=talk.ear.lengths.place):
        return further(talk, heard.text)
    if heard.word is not None or heard.ordinal or not letters(heard.text, enough=1):
        return question(talk, lead=Reply(phrase="wrong.place"))
    parts.place, parts.latitude, parts.longitude = " ".join(heard.text.split()), None, None
    parts.passed(State.PLACE)
    return proceed(talk)


def _evidence(talk: Talk, parts: Parts) -> Reply:
    heard = talk.heard
    if heard.word is Word.CLEAR and parts.attachments:
        parts.attachments = []
        return question(talk, lead=Reply(phrase="ack.cleared"))
    if heard.word in _ENDS or heard.ordinal == 1:
        parts.passed(State.EVIDENCE)
        return proceed(talk)
    if heard.word is not None or heard.ordinal or not letters(heard.text, enough=LEAST_CONTENT):
        return question(talk, lead=Reply(phrase="wrong.evidence", values={"files": files(talk)}))
    return further(talk, heard.text)


def _phone(talk: Talk, parts: Parts) -> Reply:
    heard = talk.heard
    if heard.word is Word.CLEAR:
        parts.phone = ""
    if heard.word in _SKIPS or heard.ordinal == 1:
        parts.passed(State.PHONE)
        return proceed(talk)
    if number := talk.ear.phone(heard.text):
        parts.phone = number
        parts.passed(State.PHONE)
        return proceed(talk)
    if heard.word is None and letters(heard.text, enough=talk.ear.lengths.story):
        return further(talk, heard.text)
    return question(talk, lead=Reply(phrase="wrong.phone"))


def _public(talk: Talk, parts: Parts) -> Reply:
    heard = talk.heard
    if heard.word in {Word.PUBLIC, Word.YES} or heard.ordinal == 1:
        parts.public = True
    elif heard.word in {Word.PRIVATE, Word.NO} or heard.ordinal == 2:  # noqa: PLR2004 -- the second of two choices
        parts.public = False
    elif heard.word is Word.SKIP:
        parts.public = bool(parts.public)
    elif heard.word is None and letters(heard.text, enough=talk.ear.lengths.story):
        return further(talk, heard.text)
    else:
        return question(talk, lead=Reply(phrase="wrong.public"))
    parts.passed(State.PUBLIC)
    return proceed(talk)


def _summary(talk: Talk, parts: Parts) -> Answer:
    heard = talk.heard
    if heard.word in _AGREES or heard.ordinal == 1:
        return submit(talk)
    if heard.word in {Word.PUBLIC, Word.PRIVATE} and State.PUBLIC in talk.office.steps(parts.kind or Kind.REPORT):
        parts.public = heard.word is Word.PUBLIC
        return question(talk)
    match heard.ordinal:
        case 2:
            return correcting.edit(talk)
        case 3:
            return correcting.cancel(talk)
        case _ if heard.word is None and letters(heard.text, enough=talk.ear.lengths.story):
            return further(talk, heard.text)
        case _:
            return question(talk, lead=Reply(phrase="wrong.summary"))


def _edit(talk: Talk, _parts: Parts) -> Answer:
    if talk.heard.word in {Word.SUBMIT, Word.DONE}:
        return submit(talk) if talk.heard.word is Word.SUBMIT else correcting.go_on(talk)
    return correcting.pick_field(talk)


def _cancel(talk: Talk, _parts: Parts) -> Reply:
    return correcting.confirm_cancel(talk)


_ANSWERS: Mapping[State, Callable[[Talk, Parts], Answer]] = {
    State.KIND: _kind,
    State.CONTENT: _content,
    State.PLACE: _place,
    State.EVIDENCE: _evidence,
    State.PHONE: _phone,
    State.PUBLIC: _public,
    State.SUMMARY: _summary,
    State.EDIT: _edit,
    State.CANCEL: _cancel,
}
