"""联名: standing by somebody else's petition, by its number; and leaving it again.

What may not be joined and what does not exist is answered alike, so that nobody learns which numbers exist. The joiner
reads nothing of the petition's words; one representative talks, who filed it.
"""

from bot.messages import Reply
from bot.petitions.acts import Act, possible
from bot.petitions.joining import MANY, heads, joinable
from bot.petitions.petition import Actor, Case
from bot.petitions.vocabulary import Role
from bot.petitions.wording import word
from dialogs.asking import resume, said
from dialogs.choosing import named
from dialogs.intents import Join, Quit
from dialogs.lookups import Facts
from dialogs.talk import Answer, Talk


def start(talk: Talk) -> Answer:
    """Say how to join, or leave."""
    return resume(talk, Reply(phrase="joining.how"))


def join(talk: Talk, typed: str) -> Answer:
    """Stand by this petition, if that is allowed."""
    facts = named(talk, typed)
    if not isinstance(facts, Facts):
        return facts
    case, number = facts.case, facts.number
    if talk.own(case) is not None:
        return resume(talk, Reply(phrase="joining.own"))
    if facts.joined:
        return resume(talk, Reply(phrase="joining.already", values={"number": number}))
    if case is None or not _can(talk, case):
        return resume(talk, Reply(phrase="joining.not_possible"))
    talk.intents.append(Join(number=number))
    count = heads(case) + 1
    told = Reply(phrase="joining.done", values={"number": number, "kind": word(case.petition.kind), "count": count})
    return resume(talk, said(told, tail=Reply(phrase="joining.many")) if count > MANY else told)


def leave(talk: Talk, typed: str) -> Answer:
    """Stand by it no longer."""
    facts = named(talk, typed)
    if not isinstance(facts, Facts):
        return facts
    if facts.case is None or not facts.joined or Act.LEAVE not in possible(facts.case, _citizen(talk)):
        return resume(talk, Reply(phrase="joining.not_joined"))
    talk.intents.append(Quit(number=facts.number))
    return resume(talk, Reply(phrase="joining.left", values={"number": facts.number}))


def _can(talk: Talk, case: Case) -> bool:
    return talk.office.joining and joinable(case) and Act.JOIN in possible(case, _citizen(talk))


def _citizen(talk: Talk) -> Actor:
    return Actor(role=Role.CITIZEN, id=talk.message.citizen.key)
