"""Answering a danger to life: whom to ring, before anything else. What was said goes on as usual behind it."""

from bot.messages import Reply
from dialogs.asking import said
from dialogs.danger import Sign
from dialogs.talk import Answer, Talk
from dialogs.turn import Alarm


def warned(talk: Talk, sign: Sign, answer: Answer) -> Answer:
    """Put whom to ring before the answer of this turn, and alarm the staff unless it is over."""
    if not isinstance(answer, Reply):
        return answer  # the turn comes again with the facts
    danger = sign.danger
    if not sign.calm:
        talk.intents.append(Alarm(danger=danger.id, label=danger.label, message=talk.message.key))
    return said(answer, lead=Reply(phrase="danger.now", values={"say": danger.say}))
