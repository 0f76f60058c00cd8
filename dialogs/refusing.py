"""What the office does not take on (不予受理), told before it is filed: by rule, with the reason and the right door.

Words show such a matter, and words can be wrong: where the rule allows it the citizen files all the same by saying
提交 once more (仍要提交), and the staff sees the hint on the page. Mere abuse and advertising begin no draft.
Nothing said is lost: every message is stored, whatever is answered.
"""

from bot.messages import Option, Reply
from bot.petitions.vocabulary import Kind
from dialogs.asking import menu, question, said
from dialogs.catalogue import Refusal
from dialogs.session import Parts, State
from dialogs.talk import Talk

_TOLD = "<{}>"
"""Stands, with the rule's id in capitals, among the letters of the steps behind the citizen, once it was told of."""
_PICKS = (
    Option(id="refusal.insist"),
    Option(id="summary.edit"),
    Option(id="summary.cancel"),
)
"""In the order of the summary's own choices: a number typed means the same."""


def stopped(talk: Talk, parts: Parts, kind: Kind) -> Reply | None:
    """Return what is said instead of filing: the hint, once for each rule; None when it may be filed."""
    rule = talk.office.refusals.found(parts.content, kind)
    if rule is None or (rule.insist and _mark(rule) in parts.behind):
        return None
    if not rule.insist:
        talk.session.enter(State.CONTENT)
        return question(talk, lead=Reply(phrase="refusal.never", values={"say": rule.say}))
    parts.behind += _mark(rule)
    talk.session.enter(State.SUMMARY)
    return Reply(phrase="refusal.ask", values={"say": rule.say}, choices=_PICKS)


def warned_of(talk: Talk, parts: Parts, kind: Kind) -> str:
    """Return the id of the rule that these words fall under, if the citizen was told of it before; '' otherwise."""
    if "<" not in parts.behind:
        return ""
    rule = talk.office.refusals.found(parts.content, kind)
    return rule.id if rule is not None and _mark(rule) in parts.behind else ""


def turned_down(talk: Talk, text: str) -> Reply | None:
    """Return the answer to words that begin no petition (mere abuse, advertising); None for all others."""
    rule = talk.office.refusals.found(text, final=True)
    if rule is None:
        return None
    lead = Reply(phrase="refusal.never", values={"say": rule.say})
    return said(menu(talk), lead=lead) if talk.session.parts is None else question(talk, lead=lead)


def _mark(rule: Refusal) -> str:
    return _TOLD.format(rule.id.upper())
