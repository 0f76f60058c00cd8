"""The reach ladder: which forms of sending are permitted now, and when to try again. Pure functions.

Rules, as WeChat documents them for 客服消息 and 模板消息: a free message only inside the window the citizen opened, a
template message only to a follower; a time-out is never a reason to send again blindly. Weibo has besides the message
that a mention permits, and a comment for all to read.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.platform import Rung
from bot.petitions.ports import CitizenRow

WINDOW_MARGIN = timedelta(seconds=20)
"""A window that closes within this time is taken as closed: the message would arrive too late."""

MOST_ATTEMPTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Seconds before the second attempt, doubling with each further one up to `longest`."""

    first: float = 5.0
    longest: float = 3600.0


BACKOFF = Backoff()


def rungs(
    row: CitizenRow | None,
    *,
    has_template: bool,
    now: datetime,
    mention_reply: bool = False,
    public: bool = False,
    answers_mention: bool = False,
) -> tuple[Rung, ...]:
    """Return the permitted forms in the order to be tried; none means to wait for the next contact.

    `mention_reply`: a mention still permits a private message. `public`: there is a place for a comment. Who asked in
    public is answered there, and only where that fails in private.
    """
    if answers_mention:
        forms = ((Rung.PUBLIC_COMMENT, public), (Rung.MENTION_REPLY, mention_reply))
        return tuple(rung for rung, permitted in forms if permitted)
    if row is None:
        return ()
    permitted = []
    if row.window_left > 0 and row.window_until is not None and now < row.window_until - WINDOW_MARGIN:
        permitted.append(Rung.MESSAGE)
    if has_template and row.following:
        permitted.append(Rung.TEMPLATE)
    if mention_reply:
        permitted.append(Rung.MENTION_REPLY)
    if public:
        permitted.append(Rung.PUBLIC_COMMENT)
    return tuple(permitted)


def retry_at(attempts: int, *, now: datetime, seconds: float | None, backoff: Backoff = BACKOFF) -> datetime | None:
    """Return when to try again after `attempts` that were not accepted; None when it is time to give up.

    `seconds` is what the platform asked for, and beats our own doubling wait when it is longer.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    own = min(backoff.first * 2 ** max(attempts - 1, 0), backoff.longest)
    return now + timedelta(seconds=max(own, seconds or 0.0))
