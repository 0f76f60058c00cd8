"""How fast one citizen may write and file: counted in the memory of this process, so that it costs nothing to store.

A count is lost with the process, and each process has its own: the limits keep one person's flood from the office, they
are no promise to anybody. Knows no dialog and no platform.
"""

from datetime import datetime

from bot.clock import local


class Pace:
    """Counts messages of a minute and filings of a day; 0 means no limit."""

    def __init__(self, *, a_minute: int = 0, a_day: int = 0) -> None:
        self.a_day = a_day
        self._a_minute = a_minute
        self._minute = -1
        self._messages: dict[str, int] = {}
        self._day = 0
        self._filings: dict[str, set[str]] = {}

    def hurried(self, user: str, now: datetime) -> bool:
        """Count one message; tell whether it is one too many in this minute."""
        minute = now.hour * 60 + now.minute
        if minute != self._minute:
            self._minute, self._messages = minute, {}
        count = self._messages[user] = self._messages.get(user, 0) + 1
        return count > self._a_minute > 0

    def may_file(self, citizen: str, key: str, now: datetime) -> bool:
        """Count the filing that the message `key` makes, however often it is turned; False for one too many today."""
        if not self.a_day:
            return True
        today = local(now).toordinal()
        if today != self._day:
            self._day, self._filings = today, {}
        filings = self._filings.setdefault(citizen, set())
        if key not in filings and len(filings) >= self.a_day:
            return False
        filings.add(key)
        return True
