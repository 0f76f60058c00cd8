"""Which petition something is to be done with: the only one that allows it, one of a list, or one by its number.

What is done with it then, each conversation says: 催办, 补充, 撤回, 评价, 联名, 查询.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.messages import Option, Reply
from bot.petitions.acts import Act
from bot.petitions.errors import WrongNumber
from bot.petitions.masking import masked
from bot.petitions.number import parse_number
from bot.petitions.petition import Case
from bot.petitions.vocabulary import Lamp
from bot.petitions.wording import word
from dialogs.asking import resume, short
from dialogs.lookups import Facts, Mine, One
from dialogs.session import State
from dialogs.talk import Answer, Talk

SHOWN = 4
"""How many of the own petitions a page offers: with their lamps they must stay small enough to be tapped."""
_LABEL, _LAMPED = 6, 4
"""Characters of the content in a choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """How a petition is found for `act`: the `verb` of its choices, the `state` while one is picked, what is said."""

    act: Act
    verb: str
    state: State
    none: str
    """Said when no petition allows it."""
    which: str
    """Asks which of several."""


def choose(
    talk: Talk,
    how: Choosing,
    go_on: Callable[[Talk, Case], Answer],
    *,
    rather: Callable[[Case], bool] = lambda _case: False,
) -> Answer:
    """Go on with the only petition that allows it, or ask which; where there are any `rather` ones, only of these."""
    facts = talk.found(Mine())
    if facts is None:
        return Mine()
    able = [case for case in facts.cases if talk.can(how.act, case)]
    able = ([case for case in able if rather(case)] or able)[:SHOWN]
    if not able:
        return resume(talk, Reply(phrase=how.none))
    if len(able) == 1:
        return go_on(talk, able[0])
    session = talk.session
    session.aside(how.state, at=talk.at)
    session.numbers = [case.petition.number for case in able]
    return Reply(phrase=how.which, choices=tuple(pick(how.verb, case) for case in able))


def picked(talk: Talk, go_on: Callable[[Talk, str], Answer]) -> Answer | None:
    """Go on with the petition whose place in the list was typed; None for anything else."""
    place, numbers = talk.heard.ordinal, talk.session.numbers
    return go_on(talk, numbers[place - 1]) if 0 < place <= len(numbers) else None


def named(talk: Talk, typed: str) -> Facts | Answer:
    """Return what there is about the petition with this number, or what must be given back before it can be known."""
    try:
        number = parse_number(typed)
    except WrongNumber:
        return resume(talk, Reply(phrase="looking.wrong_number"))
    lookup = One(number=number)
    return talk.found(lookup) or lookup


def pick(verb: str, case: Case, *, lamp: Lamp = Lamp.NONE) -> Option:
    """Offer a case to be picked for `verb` (look, withdraw); a lamp that is on stands in its label."""
    petition = case.petition
    words = short(masked(petition.content), _LABEL if lamp is Lamp.NONE else _LAMPED)
    values: dict[str, Any] = {"kind": word(petition.kind), "words": words, "state": word(petition.state)}
    if lamp is Lamp.NONE:
        label = Reply(phrase="looking.pick", values=values)
    else:
        label = Reply(phrase="looking.pick_lamp", values=values | {"lamp": word(lamp)})
    return Option(id=f"{verb}:{petition.number}", label=label)
