"""The reach ladder: which forms of sending are permitted now and why, and when to try again. Pure functions.

Rules, as WeChat documents them: a free message (客服消息) only inside the window the citizen opened and within its
count; a template message (模板消息) only to a follower; a subscription message (订阅通知) only to whom consented to its
template. Weibo has the free message too, besides the private message that a mention permits, and a comment for all to
read. A form that the platform said does not reach a citizen rests until they are heard of again. A time-out is never a
reason to send again blindly.

What is not of a petition (the reply that came too late, the answer to a mention) has no template and no subscription.
Knows no code of a platform and reads nothing: `bot.outbox.reach` collects what stands in `ReachState`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from adapters.platform import Rung, Subscription

WINDOW_MARGIN = timedelta(seconds=20)
"""A window that closes within this time is taken as closed: the message would arrive too late."""

SAFE_REPEAT = timedelta(minutes=9)
"""How long a repeat of a template message may be sent: WeChat knows its `client_msg_id` for ten minutes."""

MOST_ATTEMPTS = 30


class Why(StrEnum):
    """Why a form is permitted, or is not; stored with what was decided."""

    WINDOW_OPEN = "window_open"
    FOLLOWS = "follows"
    GRANTED = "granted"
    MENTION_PERMITS = "mention_permits"
    SPOKE_IN_PUBLIC = "spoke_in_public"

    NEVER_SEEN = "never_seen"
    """Nothing was ever heard of this citizen on the account."""
    WINDOW_SHUT = "window_shut"
    WINDOW_CLOSES = "window_closes"
    """It closes before a message could arrive."""
    WINDOW_SPENT = "window_spent"
    """All messages that it permitted were sent."""
    NOT_FOLLOWING = "not_following"
    NO_TEMPLATE = "no_template"
    NO_GRANT = "no_grant"
    NO_MENTION = "no_mention"
    NO_PLACE = "no_place"
    """Nothing of this petition was ever said in public, or nothing more may be."""
    DID_NOT_REACH = "did_not_reach"
    """The platform said so after the citizen was last heard of."""
    SAME_AGAIN = "same_again"
    """The same message once more: the platform drops it if it has taken it already."""
    UNCLEAR = "unclear"
    """It may have arrived, and the platform no longer knows a repeat."""
    RESTS = "rests"
    """The account may not use this form for a while."""

    @property
    def permits(self) -> bool:
        """Whether it is a reason to send."""
        return self in _PERMITTING


_PERMITTING = frozenset({Why.WINDOW_OPEN, Why.FOLLOWS, Why.GRANTED, Why.MENTION_PERMITS, Why.SPOKE_IN_PUBLIC})


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is to be said: about a petition or not, and whether it answers somebody who mentioned us in public.

    `unclear_at`: when a template message left that had no answer.
    """

    of_petition: bool
    answers_mention: bool = False
    unclear_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachState:
    """What is known of the ways to one citizen of one account, kept from what happened.

    `seen`: anything was ever heard of them. `granted`: the templates they consented to, with how many consents are
    good. `did_not_reach`: the forms that failed for the citizen's own reasons, with when. `mention_permits` and
    `in_public`: a mention still permits a private message, there is a place for a comment.
    """

    seen: bool = True
    last_seen: datetime | None = None
    following: bool = True
    window_until: datetime | None = None
    window_left: int = 0
    granted: Mapping[str, int] = field(default_factory=dict)
    did_not_reach: Mapping[str, datetime] = field(default_factory=dict)
    mention_permits: bool = False
    in_public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountForms:
    """What the account can do for a notice of this kind, by its settings and its platform.

    `forms` are tried in their order. `rests`: until when a form is not to be used for the whole account.
    """

    forms: tuple[Rung, ...]
    template: bool = False
    subscriptions: tuple[Subscription, ...] = ()
    rests: Mapping[Rung, datetime] = field(default_factory=dict)


PRIVATE_FORMS = (Rung.MESSAGE, Rung.TEMPLATE, Rung.SUBSCRIPTION)
"""The forms of a platform where nobody speaks in public."""
FORMS_WITH_MENTIONS = (Rung.MESSAGE, Rung.MENTION_REPLY, Rung.PUBLIC_COMMENT)
_OF_AN_ANSWER = (Rung.PUBLIC_COMMENT, Rung.MENTION_REPLY)
"""Who asked in public is answered there, and only where that fails in private."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The forms to be tried in this order; with none, `until` is when to look again (None: at the next contact).

    `subscription` is the template of the subscription among them. `reasons` has every form that was looked at.
    """

    rungs: tuple[Rung, ...]
    reasons: Mapping[Rung, Why]
    until: datetime | None = None
    subscription: Subscription | None = None
    unclear: bool = False
    """It may have arrived, and no form is left in which a repeat would be harmless."""

    @property
    def reason(self) -> str:
        """All reasons as they are stored: `message: window_spent; template: not_following`."""
        return "; ".join(f"{rung}: {why}" for rung, why in self.reasons.items())


def decide(notice: Notice, reach: ReachState, *, now: datetime, account: AccountForms) -> Decision:
    """Return the permitted forms in the order to be tried, or until when to wait.

    A form that rests is waited for, unless it would no longer be permitted then; what stands below it is worse for the
    citizen, and a rest is short.
    """
    if notice.unclear_at is not None:
        return _repeat(notice.unclear_at, now=now, rest=account.rests.get(Rung.TEMPLATE))
    forms = _OF_AN_ANSWER if notice.answers_mention else account.forms
    reasons = {form: _RULES[form](notice, reach, now, account) for form in forms}
    open_now: list[Rung] = []
    until: datetime | None = None
    for form, why in reasons.items():
        if not why.permits:
            continue
        rest = account.rests.get(form)
        if rest is not None and rest > now:
            still = _RULES[form](notice, reach, rest, account).permits
            reasons[form] = Why.RESTS
            if still and not open_now:
                until = rest
                break
            continue
        open_now.append(form)
    subscription = next((one for one in account.subscriptions if reach.granted.get(one.template)), None)
    return Decision(rungs=tuple(open_now), reasons=reasons, until=until, subscription=subscription)


def _repeat(unclear_at: datetime, *, now: datetime, rest: datetime | None) -> Decision:
    """Repeat the same template message while the platform knows it by its id; no other form, which would be a second.

    Rests are waited for only within that time.
    """
    again = now if rest is None else max(now, rest)
    if again >= unclear_at + SAFE_REPEAT:
        return Decision(rungs=(), reasons={Rung.TEMPLATE: Why.UNCLEAR}, unclear=True)
    if again > now:
        return Decision(rungs=(), reasons={Rung.TEMPLATE: Why.RESTS}, until=again)
    return Decision(rungs=(Rung.TEMPLATE,), reasons={Rung.TEMPLATE: Why.SAME_AGAIN})


def _message(_notice: Notice, reach: ReachState, now: datetime, _account: AccountForms) -> Why:
    if not reach.seen:
        return Why.NEVER_SEEN
    if _did_not_reach(reach, Rung.MESSAGE):
        return Why.DID_NOT_REACH
    if reach.window_until is None or now >= reach.window_until:
        return Why.WINDOW_SHUT
    if reach.window_left <= 0:
        return Why.WINDOW_SPENT
    return Why.WINDOW_OPEN if now < reach.window_until - WINDOW_MARGIN else Why.WINDOW_CLOSES


def _template(notice: Notice, reach: ReachState, _now: datetime, account: AccountForms) -> Why:
    if not (notice.of_petition and account.template):
        return Why.NO_TEMPLATE
    if not reach.seen:
        return Why.NEVER_SEEN
    if not reach.following:
        return Why.NOT_FOLLOWING
    return Why.DID_NOT_REACH if _did_not_reach(reach, Rung.TEMPLATE) else Why.FOLLOWS


def _subscription(notice: Notice, reach: ReachState, _now: datetime, account: AccountForms) -> Why:
    if not (notice.of_petition and account.subscriptions):
        return Why.NO_TEMPLATE
    return Why.GRANTED if any(reach.granted.get(one.template) for one in account.subscriptions) else Why.NO_GRANT


def _mention_reply(_notice: Notice, reach: ReachState, _now: datetime, _account: AccountForms) -> Why:
    return Why.MENTION_PERMITS if reach.mention_permits else Why.NO_MENTION


def _public_comment(_notice: Notice, reach: ReachState, _now: datetime, _account: AccountForms) -> Why:
    return Why.SPOKE_IN_PUBLIC if reach.in_public else Why.NO_PLACE


_RULES: Mapping[Rung, Callable[[Notice, ReachState, datetime, AccountForms], Why]] = {
    Rung.MESSAGE: _message,
    Rung.TEMPLATE: _template,
    Rung.SUBSCRIPTION: _subscription,
    Rung.MENTION_REPLY: _mention_reply,
    Rung.PUBLIC_COMMENT: _public_comment,
}


def _did_not_reach(reach: ReachState, rung: Rung) -> bool:
    told = reach.did_not_reach.get(rung)
    return told is not None and (reach.last_seen is None or told >= reach.last_seen)


# --- when to try again ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Seconds before the second attempt, doubling with each further one up to `longest`."""

    first: float = 5.0
    longest: float = 3600.0


BACKOFF = Backoff()


def retry_at(
    attempts: int,
    *,
    now: datetime,
    seconds: float | None,
    backoff: Backoff = BACKOFF,
    before: datetime | None = None,
) -> datetime | None:
    """Return when to try again after `attempts` that were not accepted; None when it is time to give up.

    `seconds` is what the platform asked for, and beats our own doubling wait when it is longer. `before` is when a
    window shuts: the message is certain, so our own wait is cut short for it, and the platform's is not.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    own = min(backoff.first * 2 ** max(attempts - 1, 0), backoff.longest)
    again = now + timedelta(seconds=max(own, seconds or 0.0))
    if before is None:
        return again
    last = before - 2 * WINDOW_MARGIN
    earliest = now + timedelta(seconds=max(backoff.first, seconds or 0.0))
    return last if earliest <= last < again else again
