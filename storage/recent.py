"""What the group commits of this process wrote last, so that the next ones need not read it: a guess, never the truth.

Kept are the rows of the citizens who wrote last, and the last petition number of the day. Both may have been written by
somebody else meanwhile: another process, a unit of work, a hand in the database. So nothing is ever decided by what is
remembered: whatever is written of it is guarded, the row by its version and the number by the one before it, and a
write that finds something else is `Stale`. Then all is forgotten, and for some batches nothing is believed.

Units of work of the same process say what they wrote (`forget`), so that a guess is hardly ever wrong. Where several
processes serve one database it would often be, and nothing is remembered (`size` 0).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.petitions.turn_ports import CitizenRow

DOUBTED = 50
"""Batches that read everything after a guess was wrong: what made it wrong, such as repeats, seldom comes alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Numbers that a batch has taken in memory: `before` is the last number of `day` that somebody has."""

    day: str
    before: int
    last: int


class Recent:
    """At most `size` citizens by key, and the last number of the day."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._citizens: dict[str, CitizenRow] = {}
        self._last: tuple[str, int] | None = None
        self._doubted = 0

    def citizens(self, keys: Iterable[str]) -> Mapping[str, CitizenRow]:
        """Return the rows that are remembered among `keys`; called once a batch."""
        if self._doubted:
            self._doubted -= 1
            return {}
        known = self._citizens
        return {key: known[key] for key in keys if key in known}

    def last_number(self, day: date) -> int | None:
        """Return the last number given out on `day`, None when it must be asked for."""
        if self._last is None or self._doubted or self._last[0] != day.isoformat():
            return None
        return self._last[1]

    def numbered(self, day: str, last: int) -> None:
        """Remember the last number of a day, committed."""
        if self._size:
            self._last = day, last

    def wrote(self, citizens: Iterable[CitizenRow]) -> None:
        """Remember rows that were committed, as they were handed to the write: each is a version further now."""
        if not self._size:
            return
        known = self._citizens
        for row in citizens:
            known.pop(row.key, None)  # whoever wrote last stands last
            known[row.key] = CitizenRow(  # not `replace`, which costs three times as much
                key=row.key,
                session=row.session,
                version=row.version + 1,
                following=row.following,
                window_until=row.window_until,
                window_left=row.window_left,
                last_seen=row.last_seen,
                draft_at=row.draft_at,
            )
        while len(known) > self._size:
            del known[next(iter(known))]

    def forget(self, touched: Iterable[str]) -> None:
        """Forget citizens by key and days by date: somebody else has written them."""
        for key in touched:
            self._citizens.pop(key, None)
            if self._last is not None and self._last[0] == key:
                self._last = None

    def doubt(self) -> None:
        """Forget everything: a guess was wrong, or nobody knows what was written."""
        self._citizens.clear()
        self._last = None
        if self._size:
            self._doubted = DOUBTED
