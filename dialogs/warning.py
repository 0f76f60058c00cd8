"""Answering a danger to life: whom to ring, before anything else. What was said goes on as usual behind it."""

from bot.messages import Reply
from dialogs.asking import said
from dialogs.danger import Sign
from dialogs.intents import Alarm
from dialogs.talk import Answer, Talk


def warned(talk: Talk, sign: Sign, answer: Answer) -> Answer:
    """Put whom to ring before the answer of this turn, and alarm the staff unless it is over."""
    if not isinstance(answer, Reply):
        return answer  # the turn comes again with the facts
    _alarm(talk, sign)
    return said(answer, lead=Reply(phrase="danger.now", values={"say": sign.danger.say}))


def alarm_in_public(talk: Talk) -> None:
    """Alarm the staff of a danger in a mention. The public answer stays as it is: short, and for all to read."""
    sign = talk.office.dangers.sign(talk.message.text)
    if sign is not None:
        _alarm(talk, sign)


def _alarm(talk: Talk, sign: Sign) -> None:
    if not sign.calm:
        danger = sign.danger
        talk.intents.append(Alarm(danger=danger.id, label=danger.label, message=talk.message.key))
