"""Taps: the id of a choice that was shown, now or long ago, and what it stands for. An old tap does nothing twice."""

from collections.abc import Callable, Mapping

from bot.petitions.vocabulary import Kind, Rating, Solved
from dialogs import chasing, correcting, drafts, explaining, filing, looking, rating, supplementing, withdrawing
from dialogs.asking import question
from dialogs.commands import COMMANDS, more
from dialogs.hearing import Word
from dialogs.session import State
from dialogs.talk import Answer, Talk
from dialogs.taps import NUMBER, TAPS
from dialogs.understanding import Heard


def tapped(talk: Talk, choice: str, *, otherwise: Callable[[Talk], Answer]) -> Answer | None:
    """Read the id of a tapped choice. It is user input: None where it is not known, for the label's words then.

    `otherwise` answers the word that a tap stands for where it is no command.
    """
    session = talk.session
    if (tap := TAPS.get(choice)) is not None:
        state, word = tap
        if session.state is not state:
            return filing.submit(talk) if choice == "summary.submit" and session.parts is None else question(talk)
        talk.heard = Heard("", "", "", word, 0)
        if state is State.OFFER:
            return drafts.taken_on(talk) if word is Word.CONTINUE else drafts.restarted(talk)
        return (COMMANDS.get(word) or otherwise)(talk)
    if choice == "more":
        return more(talk)
    if choice == "menu.mine":
        return looking.mine(talk)
    return _tapped_item(talk, choice)


def labelled(talk: Talk) -> str:
    """Return the id of the choice whose label was typed where it is shown; '' for anything else.

    A label that is a word is left to what the word means.
    """
    heard = talk.heard
    shown = talk.office.labels.get(heard.plain) if heard.word is None else None
    return shown.get(talk.session.state, "").replace(NUMBER, talk.session.number) if shown else ""


def _tapped_item(talk: Talk, choice: str) -> Answer | None:
    """Read the id of something out of a list: a kind, a petition, a rating, a field."""
    verb, _, rest = choice.partition(":") if ":" in choice else choice.partition(".")
    if (of_petition := _PETITION_TAPS.get(verb)) is not None:
        return of_petition(talk, rest)
    match verb:
        case "kind" if rest in _KINDS:
            return filing.begin(talk, _KINDS[rest])
        case "mine":
            return looking.next_page(talk)
        case "details" if talk.session.state is State.DETAILS and rest in talk.session.numbers:
            return detail(talk, rest)
        case "rate" | "solved":
            number, _, given = rest.partition(":")
            return _judged_tap(talk, verb, number, given=given)
        case "field" if talk.session.parts is not None:
            return correcting.edit_field(talk, rest)
        case _:
            return None


_PETITION_TAPS: Mapping[str, Callable[[Talk, str], Answer]] = {
    "look": looking.one,
    "withdraw": withdrawing.one,
    "chase": chasing.one,
    "supplement": supplementing.one,
}
_KINDS = {kind.value: kind for kind in Kind}
_RATINGS = {one.value: one for one in Rating}
_SOLVED = {one.value: one for one in Solved}


def detail(talk: Talk, verb: str) -> Answer | None:
    """Do what was offered below the details of a petition; None for a text that is nothing of it."""
    number = talk.session.number
    match verb:
        case "why":
            return explaining.one(talk, number)
        case "chase":
            return chasing.one(talk, number)
        case "supplement":
            return supplementing.one(talk, number)
        case "rate":
            return rating.given(talk, number, None)
        case "withdraw":
            return withdrawing.one(talk, number)
        case _:
            return None


def _judged_tap(talk: Talk, verb: str, number: str, *, given: str) -> Answer | None:
    if not number.startswith("WQ"):
        return None
    if verb == "rate":
        return rating.given(talk, number, _RATINGS[given]) if given in _RATINGS else None
    return rating.settled(talk, number, _SOLVED[given]) if given in _SOLVED else None
