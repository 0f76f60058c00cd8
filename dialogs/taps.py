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
Labels = Mapping[State, Mapping[str, str]]


def labels(fold: Callable[[str], str], write: Callable[[Reply], str]) -> Labels:
    """Return, by the state they are shown in, the folded labels of choices and the id of each."""
    shown: dict[State, dict[str, str]] = {}
    for identity, state in [*_OTHERS.items(), *((identity, tap[0]) for identity, tap in TAPS.items())]:
        shown.setdefault(state, {})[fold(write(Reply(phrase=f"choice.{identity}")))] = identity
    for rating in Rating:
        shown.setdefault(State.RATE_PICK, {})[fold(write(word(rating)))] = f"rate:{NUMBER}:{rating}"
    for solved in Solved:
        shown.setdefault(State.RATE_SOLVED, {})[fold(write(word(solved)))] = f"solved:{NUMBER}:{solved}"
    return shown
