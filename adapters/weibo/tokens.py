"""The two tokens of an account, and when somebody must be told that one of them ends.

Neither can be renewed by us: the fans service's is shown on the account's own page and lives a year, the OAuth2 one
comes from a sign-in. Both may die before, by a change of password for one. Reads no clock.
"""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WARNINGS = (30, 14, 7, 1)
"""Days before its end at which a token is spoken of."""
EXPIRED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSlot:
    """One token as the settings give it; `expires` None where its end is not known."""

    token: str = field(repr=False)
    expires: datetime | None = None

    def days_left(self, now: datetime) -> int | None:
        """Return the days until the token ends, begun ones counted whole; None where that is not known."""
        if self.expires is None:
            return None
        return max(math.ceil((self.expires - now) / timedelta(days=1)), 0)

    def warning(self, now: datetime) -> int | None:
        """Return the nearest of `WARNINGS` that is reached, `EXPIRED` at the end, None before the first.

        A watcher speaks when this value changes: once for each step, also when it has slept over one.
        """
        return warning_step(self.days_left(now))


def warning_step(left: int | None) -> int | None:
    """Return the step of `WARNINGS` reached with so many days left, as `TokenSlot.warning` does."""
    if left is None or left > max(WARNINGS):
        return None
    return EXPIRED if left == 0 else min(days for days in WARNINGS if days >= left)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenInfo:
    """What Weibo says of an OAuth2 token."""

    uid: str
    app_key: str
    expires: datetime
