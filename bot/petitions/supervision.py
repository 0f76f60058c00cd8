"""Pressing on and doing again: 催办 chase, 督办 supervise with 督办反馈 feedback, 重办 redo, 复查 and 复核 review.

Supervision begins by rule (信访工作条例 40, 济南条例 28: the answer is overdue, the third 催办, the second 不满意) or
by the hand of a supervisor, and is answered in writing within its own clock. A petition is under one at a time.
"""

from collections.abc import Mapping
from datetime import datetime

from bot.petitions import lifecycle
from bot.petitions.acts import Act, do, landing, needed
from bot.petitions.evolution import start_data
from bot.petitions.hindrances import admit, hindrance
from bot.petitions.petition import CLOCK, Actor, Case, Outcome
from bot.petitions.terms import Terms
from bot.petitions.vocabulary import Ground, MilestoneName, NoticeKind, Rating, Role, Solved


def supervise(case: Case, *, actor: Actor, now: datetime, terms: Terms, reason: str) -> Outcome:
    """Supervise 督办 by hand; written feedback is due."""
    admit(case, Act.SUPERVISE, actor=actor, now=now, terms=terms)
    return _supervised(case, actor=actor, now=now, terms=terms, ground=Ground.HAND, reason=needed("reason", reason))


def by_rule(outcome: Outcome, *, now: datetime, terms: Terms, ground: Ground) -> Outcome:
    """Add supervision to what an act did, unless the petition is under supervision already."""
    case = outcome.case
    if hindrance(case, Act.SUPERVISE, now=now, terms=terms) is not None:
        return outcome
    more = _supervised(case, actor=CLOCK, now=now, terms=terms, ground=ground)
    # That an answer is overdue is told with the words that it was reported: one message is enough.
    told = () if ground is Ground.OVERDUE else more.notices
    return Outcome(case=more.case, events=outcome.events + more.events, notices=outcome.notices + told)


def _supervised(case: Case, *, actor: Actor, now: datetime, terms: Terms, ground: Ground, reason: str = "") -> Outcome:
    clock = terms.start(MilestoneName.FEEDBACK, now)
    data = {"ground": ground.value, "reason": reason, "starts": [start_data(clock)] if clock else []}
    return do(case, Act.SUPERVISE, actor=actor, now=now, data=data, notice=NoticeKind.SUPERVISED)


def feed_back(case: Case, *, actor: Actor, now: datetime, terms: Terms, text: str, by: str) -> Outcome:
    """Answer a supervision in writing 督办反馈."""
    admit(case, Act.FEEDBACK, actor=actor, now=now, terms=terms)
    data = {"text": needed("text", text), "unit_name": by}
    return do(case, Act.FEEDBACK, actor=actor, now=now, data=data)


def chase(case: Case, *, actor: Actor, now: datetime, terms: Terms, words: str = "") -> Outcome:
    """Chase 催办 by the citizen: counted, at most once a working day; the third leads to supervision."""
    admit(case, Act.CHASE, actor=actor, now=now, terms=terms)
    data = {
        "words": words.strip(),
        "count": case.petition.chases + 1,
        "again": terms.chase_again(now).isoformat(),
    }
    outcome = do(case, Act.CHASE, actor=actor, now=now, data=data)
    limit = terms.policy.hops.chases
    if limit and outcome.case.petition.chases % limit == 0:
        return by_rule(outcome, now=now, terms=terms, ground=Ground.CHASED)
    return outcome


def rate(
    case: Case,
    *,
    actor: Actor,
    now: datetime,
    terms: Terms,
    rating: Rating | None = None,
    solved: Solved | None = None,
    words: str = "",
) -> Outcome:
    """Rate 评价; 不满意 with what was done again leads to supervision. Words added to a rating do not count twice."""
    outcome = lifecycle.rate(case, actor=actor, now=now, rating=rating, solved=solved, words=words)
    again = case.petition.redos > 0 and case.petition.rating is not Rating.DISSATISFIED
    if rating is Rating.DISSATISFIED and again:
        return by_rule(outcome, now=now, terms=terms, ground=Ground.DISSATISFIED)
    return outcome


def redo(case: Case, *, actor: Actor, now: datetime, terms: Terms, reason: str = "") -> Outcome:
    """Do again 重办 what the citizen rated 不满意 or 没解决: a new answer is due, by a clock of its own.

    The office sends it back and says why, or the citizen does where the policy lets them (`redo_asked`): their
    judgement says why.
    """
    admit(case, Act.REDO, actor=actor, now=now, terms=terms)
    clock = terms.start(MilestoneName.ANSWER, now)
    judged = {"rating": case.petition.rating, "solved": case.petition.solved}
    data = {
        "reason": "" if actor.role is Role.CITIZEN else needed("reason", reason),
        **{name: one.value for name, one in judged.items() if one is not None},
        "state": landing(case, Act.REDO).value,
        "starts": [start_data(clock)] if clock else [],
    }
    return do(case, Act.REDO, actor=actor, now=now, data=data, notice=NoticeKind.REDONE)


REVIEWS: Mapping[Act, MilestoneName] = {Act.REVIEW: MilestoneName.REVIEW, Act.RECHECK: MilestoneName.RECHECK}
"""The two levels at which a reply is looked at again, each with its clock."""


def review(case: Case, act: Act, *, actor: Actor, now: datetime, terms: Terms, reason: str) -> Outcome:
    """Take a request for 复查 (`Act.REVIEW`) or 复核 (`Act.RECHECK`) of a reply; an opinion is due."""
    admit(case, act, actor=actor, now=now, terms=terms)
    clock = terms.start(REVIEWS[act], now)
    data = {
        "reason": needed("reason", reason),
        "level": REVIEWS[act].value,
        "state": landing(case, act).value,
        "starts": [start_data(clock)] if clock else [],
    }
    return do(case, act, actor=actor, now=now, data=data, notice=NoticeKind.REVIEW_TAKEN)


def decide(case: Case, *, actor: Actor, now: datetime, terms: Terms, text: str, by: str) -> Outcome:
    """Give the opinion 复查意见 or 复核意见; after the second the matter is not taken up again (信访工作条例 36)."""
    admit(case, Act.DECIDE, actor=actor, now=now, terms=terms)
    level = MilestoneName.REVIEW if case.petition.reviews == 1 else MilestoneName.RECHECK
    data = {"text": needed("text", text), "unit_name": by, "level": level.value}
    return do(case, Act.DECIDE, actor=actor, now=now, data=data, notice=NoticeKind.REVIEWED)
