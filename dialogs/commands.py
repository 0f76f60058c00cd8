"""The commands that every step understands, and the buttons of the bottom menu: they never cost the draft anything."""

from collections.abc import Callable, Mapping

from bot.messages import Reply
from bot.petitions.vocabulary import Kind
from dialogs import (
    chasing,
    correcting,
    explaining,
    filing,
    joining,
    looking,
    person,
    rating,
    reviewing,
    supplementing,
    withdrawing,
)
from dialogs.asking import files, menu, question, said
from dialogs.hearing import Word
from dialogs.session import ASIDES, STEPS, State
from dialogs.talk import Answer, Talk


def remind(talk: Talk) -> Reply:
    """Say that a draft is waiting and ask where it stands."""
    session = talk.session
    if session.state in ASIDES:
        session.leave()
    return question(talk, lead=Reply(phrase="draft.still"))


def _spoken(talk: Talk, *, simple: bool) -> Reply:
    """Speak in short words from now on, or in full again."""
    talk.session.simple, talk.session.struggles = simple, 0
    return question(talk, lead=Reply(phrase="simple.on" if simple else "simple.off"))


def _help(talk: Talk) -> Reply:
    helped = _helped(talk)
    return helped if talk.session.simple else said(helped, tail=Reply(phrase="simple.offer"))


def _helped(talk: Talk) -> Reply:
    session = talk.session
    if session.state in ASIDES:
        session.leave()
    if session.state not in STEPS:
        if session.parts is not None:
            return question(talk, lead=Reply(phrase="help.draft"))
        return menu(talk, phrase="help.menu")
    values = {"files": files(talk)} if session.state is State.EVIDENCE else {}
    return question(talk, lead=Reply(phrase=f"help.{session.state.value.removeprefix('filing.')}", values=values))


def _human(talk: Talk) -> Answer:
    office = talk.office
    if office.attended:
        return person.ask(talk)
    values = {"office": office.name, "office_phone": office.phone}
    reply = Reply(phrase="human.plain", values=values)
    if office.hours:
        reply = Reply(phrase="human.hours", values={**values, "office_hours": office.hours})
    if talk.session.parts is None:
        return reply
    if talk.session.state in ASIDES:
        talk.session.leave()
    asked = question(talk)
    return Reply(phrase=reply.phrase, values={**reply.values, "tail": (asked,)}, choices=asked.choices)


def more(talk: Talk) -> Answer:
    """Give what was left over of a long answer, or the next page of a list."""
    session = talk.session
    if not session.rest and session.state is State.PICK:
        return looking.next_page(talk)
    if not session.rest:
        return question(talk, lead=Reply(phrase="more.nothing"))
    rest, session.rest = session.rest, ""
    return Reply(phrase="verbatim", values={"text": rest})


def _menu(talk: Talk) -> Reply:
    return menu(talk) if talk.session.parts is None else remind(talk)


def _file(talk: Talk) -> Reply:
    return menu(talk, phrase="greeting.file") if talk.session.parts is None else remind(talk)


COMMANDS: Mapping[Word, Callable[[Talk], Answer]] = {
    Word.HELP: _help,
    Word.HUMAN: _human,
    Word.LOOK: looking.mine,
    Word.WITHDRAW: lambda talk: (
        withdrawing.confirmed(talk) or withdrawing.start(talk)
        if talk.session.state is State.WITHDRAW_CONFIRM
        else withdrawing.start(talk)
    ),
    Word.RATE: rating.ask,
    Word.CHASE: chasing.start,
    Word.SUPPLEMENT: supplementing.start,
    Word.WHY: explaining.start,
    Word.REVIEW: reviewing.start,
    Word.MORE: more,
    Word.MENU: _menu,
    Word.FILE: _file,
    Word.EDIT: correcting.edit,
    Word.BACK: correcting.back,
    Word.CANCEL: lambda talk: (
        correcting.confirm_cancel(talk) if talk.session.state is State.CANCEL else correcting.cancel(talk)
    ),
    Word.JOIN: joining.start,
    Word.LEAVE: joining.start,
    Word.SIMPLE: lambda talk: _spoken(talk, simple=True),
    Word.FULL: lambda talk: _spoken(talk, simple=False),
    Word.RESTART: correcting.cancel,
    Word.SUBMIT: filing.submit,
}
"""What is understood at every step."""


_WORDS_OF_KEYS: Mapping[str, Word] = {
    "human": Word.HUMAN,
    "chase": Word.CHASE,
    "supplement": Word.SUPPLEMENT,
    "rate": Word.RATE,
}
MENU_KEYS = frozenset({"file", "mine", "help", *_WORDS_OF_KEYS, *(f"kind:{kind}" for kind in Kind)})
"""What a button of the bottom menu may send."""


def button(talk: Talk) -> Answer:
    """Answer a button of the bottom menu, or a subscription by keyword (Weibo's dy)."""
    key = talk.message.text
    if key in MENU_KEYS and key.startswith("kind:"):
        return filing.begin(talk, Kind(key.removeprefix("kind:")))
    if (word := _WORDS_OF_KEYS.get(key)) is not None:
        return COMMANDS[word](talk)
    match key:
        case "file" if talk.session.parts is not None:
            return remind(talk)
        case "file":
            return menu(talk, phrase="greeting.file")
        case "mine":
            return looking.mine(talk)
        case "help":
            return _help(talk)
        case "subscribe":
            return menu(talk, phrase="greeting.follow") if talk.session.parts is None else remind(talk)
        case _:
            return question(talk)
