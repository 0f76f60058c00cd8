"""The choices that are always the same: their ids, the question each answers, the word it stands for, and its label.

A label is a phrase, so it is not known here what it says; but whoever types what it says means the choice. Knows no
session.
"""

from collections.abc import Callable, Mapping

from bot.messages import Reply
from bot.petitions.vocabulary import Rating, Solved
from bot.petitions.wording import word
from dialogs.hearing import Word
from dialogs.session import State

FIELDS: Mapping[str, State] = {
    "kind": State.KIND,
    "content": State.CONTENT,
    "place": State.PLACE,
    "evidence": State.EVIDENCE,
    "phone": State.PHONE,
    "public": State.PUBLIC,
}
TAPS: Mapping[str, tuple[State, Word]] = {
    "place.skip": (State.PLACE, Word.SKIP),
    "evidence.skip": (State.EVIDENCE, Word.SKIP),
    "evidence.done": (State.EVIDENCE, Word.DONE),
    "phone.skip": (State.PHONE, Word.SKIP),
    "public.yes": (State.PUBLIC, Word.PUBLIC),
    "public.no": (State.PUBLIC, Word.PRIVATE),
    "summary.submit": (State.SUMMARY, Word.SUBMIT),
    "summary.edit": (State.SUMMARY, Word.EDIT),
    "refusal.insist": (State.SUMMARY, Word.SUBMIT),
    "summary.cancel": (State.SUMMARY, Word.CANCEL),
    "cancel.yes": (State.CANCEL, Word.YES),
    "cancel.no": (State.CANCEL, Word.NO),
    "draft.on": (State.OFFER, Word.CONTINUE),
    "draft.anew": (State.OFFER, Word.RESTART),
    "withdraw.yes": (State.WITHDRAW_CONFIRM, Word.YES),
    "withdraw.no": (State.WITHDRAW_CONFIRM, Word.NO),
    "solved.skip": (State.RATE_SOLVED, Word.SKIP),
    "words.skip": (State.RATE_WORDS, Word.SKIP),
    "redo.yes": (State.RATE_REDO, Word.YES),
    "redo.no": (State.RATE_REDO, Word.NO),
    "supplement.done": (State.SUPPLEMENT, Word.DONE),
}
"""Choice id → the question it answers, and the word it stands for."""
_OTHERS: Mapping[str, State] = {
    "menu.mine": State.MENU,
    "mine.next": State.PICK,
    **{f"details.{verb}": State.DETAILS for verb in ("why", "chase", "supplement", "rate", "withdraw")},
    **{f"field.{name}": State.EDIT for name in FIELDS},
}
NUMBER = "{number}"
"""Stands in an id for the number of the petition it is about."""
Labels = Mapping[str, Mapping[State, str]]


def labels(fold: Callable[[str], str], write: Callable[[Reply], str]) -> Labels:
    """Return the folded labels of choices: by the state each is shown in, the id of its choice."""
    shown: dict[str, dict[State, str]] = {}

    def show(label: Reply, state: State, identity: str) -> None:
        if folded := fold(write(label)):  # one of nothing but signs can be tapped only
            shown.setdefault(folded, {})[state] = identity

    for identity, state in [*_OTHERS.items(), *((identity, tap[0]) for identity, tap in TAPS.items())]:
        show(Reply(phrase=f"choice.{identity}"), state, identity)
    for rating in Rating:
        show(word(rating), State.RATE_PICK, f"rate:{NUMBER}:{rating}")
    for solved in Solved:
        show(word(solved), State.RATE_SOLVED, f"solved:{NUMBER}:{solved}")
    return shown
