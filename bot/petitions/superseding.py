"""Which notices a later one of the same petition makes pointless while both still wait to be sent. Pure.

Three reminders that nobody received are one: the newest says all. What holds words of its own is never passed over: an
answer, a refusal, the opinion of a review, the question put to the citizen until it is answered, a note by the office.
The hops themselves stay in the timeline, whatever is passed over here.
"""

from collections.abc import Iterable, Mapping

from bot.petitions.vocabulary import NoticeKind as N

_DONE = frozenset({N.ANSWERED, N.CLOSED, N.REFUSED})
_UNDER_WAY = _DONE | {N.FORWARDED, N.RETURNED}

OVERTAKEN_BY: Mapping[N, frozenset[N]] = {
    N.ACCEPTED: _UNDER_WAY,
    N.REFUSED: frozenset(),
    N.FORWARDED: _UNDER_WAY,
    N.RESPONSE_OVERDUE: _UNDER_WAY | {N.ACCEPTED, N.RESPONSE_OVERDUE, N.ANSWER_OVERDUE},
    N.ANSWER_DUE_SOON: _DONE | {N.ANSWER_DUE_SOON, N.ANSWER_OVERDUE, N.EXTENDED, N.ASKED, N.REDONE},
    N.ANSWER_OVERDUE: _DONE | {N.ANSWER_OVERDUE, N.REDONE},
    N.ANSWERED: frozenset(),
    N.CLOSED: frozenset(),
    N.RESCHEDULED: _DONE,
    N.SIGNED: _UNDER_WAY,
    N.RETURNED: _UNDER_WAY,
    N.COHANDLED: _UNDER_WAY,
    N.ASKED: _DONE,
    N.RESUMED: _DONE | {N.ASKED, N.RESUMED},
    N.EXTENDED: _DONE,
    N.SUPERVISED: _DONE | {N.SUPERVISED},
    N.REDONE: _DONE,
    N.REVIEW_TAKEN: frozenset({N.REVIEWED}),
    N.REVIEWED: frozenset(),
    N.REVIEW_OVERDUE: frozenset({N.REVIEWED, N.REVIEW_OVERDUE}),
    N.JOINED_ENDED: frozenset(),
}
"""Notice kind → the later kinds that say all it would say, and more."""


def overtaken(kind: N, values: Mapping[str, object], later: Iterable[N]) -> bool:
    """Tell whether a notice with these `values` is pointless beside what came `later`; a note of the office stays."""
    return not values.get("note") and not OVERTAKEN_BY[kind].isdisjoint(later)
