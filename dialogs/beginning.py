"""What a text begins where no draft is under way: a petition by its first words, a choice of the menu, a rating."""

from bot.messages import Reply
from bot.petitions.vocabulary import Kind
from bot.petitions.wording import word
from dialogs import drafts, filing, gathering, looking, rating, refusing, supplementing
from dialogs.asking import RATINGS_IN_ORDER, menu, said
from dialogs.session import State
from dialogs.talk import Answer, Talk
from dialogs.understanding import letters

_OPENING_ENDS = " \t\n:：,，。、"


def begun(talk: Talk) -> Answer:
    """Answer a text outside any draft: a bare number, an opening with its words, or a first message."""
    heard = talk.heard
    if talk.session.away is not None and (taken := drafts.taken_up(talk)) is not None:
        return taken
    if (opened := opening(talk)) is not None:
        return filing.begin(talk, opened[0], words=opened[1])
    picks = heard.ordinal > 0 and talk.session.state is State.MENU
    if not picks and (answer := supplementing.awaited(talk)) is not None:
        return answer
    if heard.ordinal:
        return _numbered(talk)
    if heard.word is None and len(heard.text) >= talk.ear.lengths.story and letters(heard.text, enough=4):
        return refusing.turned_down(talk, heard.text) or _told(talk, heard.text)
    return menu(talk)


def _told(talk: Talk, text: str) -> Reply:
    """Take words that began the conversation: as the kind they show, else the kind is asked."""
    kind = None if talk.session.unsorted or len(text) > gathering.HARD_CONTENT else talk.ear.kind_in(text)
    if kind is None or kind not in talk.office.kinds:
        return gathering.offer(talk, text)
    return said(filing.begin(talk, kind, words=text), lead=Reply(phrase="ack.as_kind", values={"kind": word(kind)}))


def _numbered(talk: Talk) -> Answer:
    """Read a bare number: after a menu it picks from it, else it may be the rating that a notice asked for."""
    place = talk.heard.ordinal
    if talk.session.state is not State.MENU and place <= len(RATINGS_IN_ORDER):
        answer = rating.latest(talk, RATINGS_IN_ORDER[place - 1], "")
        if answer is not None:
            return answer
    kinds = talk.office.kind_choices
    if place <= len(kinds):
        return filing.begin(talk, Kind(kinds[place - 1].id.removeprefix("kind:")))
    if place == len(kinds) + 1:
        return looking.mine(talk)
    return menu(talk)


def opening(talk: Talk, *, ends: str = _OPENING_ENDS) -> tuple[Kind, str] | None:
    """Read `投诉：…`: a kind and the words of the petition in one message, parted by one of `ends`."""
    text = talk.heard.text
    end = min((at for mark in ends if (at := text.find(mark, 0, talk.ear.lengths.command)) > 0), default=0)
    if not end:
        return None
    kind = talk.office.kind_said(talk.ear.hear(text[:end]))
    words = text[end:].strip(_OPENING_ENDS)
    if kind is None or not letters(words, enough=filing.LEAST_CONTENT) or talk.ear.fold(words) in talk.ear.words:
        return None
    return kind, words
