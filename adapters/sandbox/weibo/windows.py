"""Whether the account may write to a citizen now (the platform's rule of 2014 to 2015, the last published).

A private message, follow, subscription, menu click or scan opens 48 hours without a count; an @mention permits one
private message within 48 hours. Unfollowing closes everything, until the citizen does something again. The two do not
add up, and a second mention gives the one reply anew, not a second one. Pure; the moment is passed in.
"""

from datetime import datetime, timedelta
from typing import Any

from adapters.sandbox.errors import ApiError
from adapters.sandbox.timeline import show_moment

CONTACT_LASTS = timedelta(hours=48)
MENTION_LASTS = timedelta(hours=48)

NOT_A_FOLLOWER = 20301
WINDOW_CLOSED = 26401
REPLY_USED = 26402
"""The last two are of the fans service's own family, 264XX, whose members are not published: a guess."""


class Windows:
    """What one citizen permits one account."""

    def __init__(self) -> None:
        self._left = False
        self._contact_until: datetime | None = None
        self._mention_until: datetime | None = None
        self._mention_replies = 0

    def open_contact(self, *, now: datetime) -> None:
        """Open the window without a count."""
        self._left, self._contact_until = False, now + CONTACT_LASTS

    def open_mention(self, *, now: datetime) -> None:
        """Permit one private message."""
        self._left, self._mention_until, self._mention_replies = False, now + MENTION_LASTS, 1

    def close(self) -> None:
        """Close all: the citizen unfollowed."""
        self._left, self._contact_until, self._mention_until = True, None, None

    def spend(self, *, now: datetime) -> None:
        """Count one private message; raise 20301 after unfollowing, 264xx where none is permitted."""
        if _open(self._contact_until, now):
            return
        if _open(self._mention_until, now):
            if not self._mention_replies:
                raise ApiError(REPLY_USED, "the one reply to a mention has been sent")
            self._mention_replies -= 1
            return
        if self._left:
            raise ApiError(NOT_A_FOLLOWER, "the receiver does not follow you")
        raise ApiError(WINDOW_CLOSED, "out of reply time")

    def as_json(self, *, now: datetime) -> dict[str, Any]:
        """Return `kind` (contact, mention or closed), `until`, and `left` (None: without a count)."""
        if self._contact_until and _open(self._contact_until, now):
            return {"kind": "contact", "until": show_moment(self._contact_until), "left": None}
        if self._mention_until and _open(self._mention_until, now):
            return {"kind": "mention", "until": show_moment(self._mention_until), "left": self._mention_replies}
        return {"kind": "closed", "until": "", "left": 0}


def _open(until: datetime | None, now: datetime) -> bool:
    return until is not None and now < until
