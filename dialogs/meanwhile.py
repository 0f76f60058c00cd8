"""Another matter, said in the middle of a draft: kept beside it as a draft of its own, and taken up in its turn.

It is told by its opening (`咨询：…`, 我想咨询…), or as a question about rules where a place was asked for, which no
place is. Everything else belongs to the draft under way.
"""

from bot.messages import Reply
from bot.petitions.vocabulary import Kind
from bot.petitions.wording import word
from dialogs.asking import question
from dialogs.beginning import opening
from dialogs.gathering import HARD_CONTENT, begun_with
from dialogs.session import Parts, State
from dialogs.talk import Talk

MOST_BESIDE = 5
"""Matters that wait beside a draft; the words of a further one go into the draft, as before."""
_ENDS = ":："
_STEPS = frozenset({State.PLACE, State.EVIDENCE, State.PHONE, State.PUBLIC, State.SUMMARY})
"""Where the draft has its words already, so that other words may be about something else."""


def another(talk: Talk) -> Reply | None:
    """Keep another matter and ask the same question again; None for what belongs to the draft."""
    text = talk.heard.text
    opens = "：" in text or ":" in text
    if len(text) < talk.ear.lengths.story and not opens:  # most answers end here
        return None
    session, parts = talk.session, talk.session.parts
    if parts is None or not parts.content or session.state not in _STEPS or len(session.waiting) >= MOST_BESIDE:
        return None
    found = (opening(talk, ends=_ENDS) if opens else None) or _asked(talk, parts)
    if found is None or found[1] in parts.content:
        return None
    kind, words = found
    waiting = begun_with(talk, kind, words[:HARD_CONTENT])
    waiting.since = talk.at
    session.waiting.append(waiting)
    return question(talk, lead=Reply(phrase="draft.another", values={"kind": word(kind)}))


def _asked(talk: Talk, parts: Parts) -> tuple[Kind, str] | None:
    text = talk.heard.text
    if talk.session.state is State.PHONE and talk.heard.plain and talk.ear.phone(text):
        return None  # a number in few words is the answer, and asks nothing
    if not talk.ear.lengths.story <= len(text) <= HARD_CONTENT:
        return None
    if parts.kind is Kind.CONSULT or Kind.CONSULT not in talk.office.kinds:
        return None
    if talk.ear.kind_in(text) is not Kind.CONSULT:
        return None
    sure = talk.session.state is State.PLACE or talk.office.names_kind(talk.ear.fold(text), Kind.CONSULT)
    return (Kind.CONSULT, text) if sure else None
