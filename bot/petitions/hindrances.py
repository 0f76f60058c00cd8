"""What besides state and role an act depends on: open clocks, limits of the policy, windows of time.

The table of `acts` says where an act is possible at all; a hindrance says why it is not possible now. Buttons are
shown for what is `doable`, and every act is checked again when it is done.
"""

from datetime import datetime

from bot.petitions.acts import Act, check, possible
from bot.petitions.errors import Hindered, Hindrance, NotAllowed
from bot.petitions.petition import Actor, Case
from bot.petitions.terms import Terms
from bot.petitions.vocabulary import Kind, MilestoneName, Rating, Role, Solved, State


def doable(case: Case, actor: Actor, *, now: datetime, terms: Terms) -> tuple[Act, ...]:
    """Return the acts that this actor may do to this case now, in the order of `Act`."""
    found = (act for act in possible(case, actor) if hindrance(case, act, now=now, terms=terms) is None)
    return tuple(act for act in found if not _left_to_office(act, actor, terms))


def admit(case: Case, act: Act, *, actor: Actor, now: datetime, terms: Terms) -> None:
    """Raise NotAllowed, NotPossible or Hindered when the act must not be done."""
    check(case, act, actor)
    if _left_to_office(act, actor, terms):
        raise NotAllowed
    if (why := hindrance(case, act, now=now, terms=terms)) is not None:
        raise Hindered(why)


def hindrance(case: Case, act: Act, *, now: datetime, terms: Terms) -> Hindrance | None:  # noqa: PLR0911 -- a case an act
    """Return what keeps an act from being done that state and role admit; None for nothing."""
    match act:
        case Act.SIGN if case.open_clock(MilestoneName.SIGN) is None:
            return Hindrance.SIGNED
        case Act.RETURN:
            return _returning(case, now, terms)
        case Act.EXTEND:
            return _extending(case, now, terms)
        case Act.GRANT | Act.DENY if case.open_clock(MilestoneName.EXTENSION) is None:
            return Hindrance.NO_EXTENSION
        case Act.CHASE if (again := case.petition.chase_again_at) is not None and now < again:
            return Hindrance.CHASED_LATELY
        case Act.JOIN if not case.petition.public or case.petition.kind is Kind.REPORT:
            return Hindrance.NOT_JOINABLE
        case Act.SUPERVISE if case.open_clock(MilestoneName.FEEDBACK) is not None:
            return Hindrance.SUPERVISED
        case Act.FEEDBACK if case.open_clock(MilestoneName.FEEDBACK) is None:
            return Hindrance.NO_FEEDBACK
        case Act.REDO:
            return _redoing(case, now, terms)
        case Act.REVIEW:
            return _reviewing(case, MilestoneName.REVIEW, now, terms)
        case Act.RECHECK:
            return _reviewing(case, MilestoneName.RECHECK, now, terms)
        case _:
            return None


def _returning(case: Case, now: datetime, terms: Terms) -> Hindrance | None:
    sign = case.open_clock(MilestoneName.SIGN)
    if sign is None:
        return Hindrance.SIGNED
    if case.petition.dispatches >= terms.policy.hops.designate:
        return Hindrance.DESIGNATED
    return Hindrance.RETURN_LATE if now > sign.due_at else None


def _extending(case: Case, now: datetime, terms: Terms) -> Hindrance | None:
    answer = case.open_clock(MilestoneName.ANSWER)
    if answer is None:
        return Hindrance.NO_ANSWER_CLOCK
    if answer.passed_at is not None or now > answer.due_at:
        return Hindrance.ANSWER_PASSED
    if case.open_clock(MilestoneName.EXTENSION) is not None:
        return Hindrance.EXTENSION_PENDING
    return Hindrance.EXTENSIONS_SPENT if case.petition.extensions >= terms.policy.extension.times else None


def redo_open(case: Case, *, now: datetime, terms: Terms) -> bool:
    """Whether the citizen could have it done again, were they to say that it is not solved."""
    landed = case.petition.state in {State.ANSWERED, State.CLOSED}
    return landed and terms.policy.hops.redo_asked > 0 and _redo_spent(case, now, terms) is None


def _left_to_office(act: Act, actor: Actor, terms: Terms) -> bool:
    return act is Act.REDO and actor.role is Role.CITIZEN and terms.policy.hops.redo_asked == 0


def _redoing(case: Case, now: datetime, terms: Terms) -> Hindrance | None:
    if case.petition.rating is not Rating.DISSATISFIED and case.petition.solved is not Solved.UNSOLVED:
        return Hindrance.NOT_DISSATISFIED
    return _redo_spent(case, now, terms)


def _redo_spent(case: Case, now: datetime, terms: Terms) -> Hindrance | None:
    petition, answered = case.petition, _replied_at(case, MilestoneName.ANSWER)
    if petition.reviews or petition.redos >= terms.policy.hops.redos:
        return Hindrance.REDOS_SPENT
    return Hindrance.REDO_LATE if now > terms.redo_until(answered) else None


def _reviewing(case: Case, name: MilestoneName, now: datetime, terms: Terms) -> Hindrance | None:
    earlier = (MilestoneName.REVIEW, MilestoneName.RECHECK).index(name)
    if terms.policy.rule(name) is None or case.petition.reviews != earlier:
        return Hindrance.NO_REVIEW
    replied = _replied_at(case, MilestoneName.REVIEW if earlier else MilestoneName.ANSWER)
    return Hindrance.REVIEW_LATE if now > terms.review_until(replied) else None


def _replied_at(case: Case, name: MilestoneName) -> datetime:
    """Return when the citizen got the written reply that this clock was for."""
    clock = case.milestone(name)
    return clock.met_at if clock is not None and clock.met_at is not None else case.petition.updated_at
