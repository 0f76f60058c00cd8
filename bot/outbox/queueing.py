"""What waits for one citizen when a message's turn comes: what is merged away, and what may leave with it.

Reads, and writes only which messages others have overtaken. The rules are those of `bot.outbox.merging`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.messages import Outbound, Reply
from bot.metrics import Metrics
from bot.outbox.merging import joinable, joined, merged, together
from bot.outbox.record import Record
from bot.outbox.sending import Sender
from bot.petitions.outbox_ports import OutboxMessage
from bot.petitions.ports import Storage, UnitOfWork
from bot.petitions.vocabulary import NoticeKind
from bot.phrasing import PhraseError, Phrasing

MOST_TOGETHER = 100
"""Messages of a citizen that are looked at in one go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A message, where it goes, and what may go along: `message` is None when another has overtaken it.

    `citizen` of all of them is where they go, `owner` whose messages they are.
    """

    message: OutboxMessage | None
    behind: tuple[OutboxMessage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What leaves in one call: the words of the message and of its riders."""

    outbound: Outbound
    riders: tuple[OutboxMessage, ...] = ()


class Queues:
    """Looks at what waits for the citizen of a message."""

    def __init__(
        self, *, storage: Storage, record: Record, sender: Sender, phrasing: Phrasing, clock: Clock, metrics: Metrics
    ) -> None:
        self._storage = storage
        self._record = record
        self._sender = sender
        self._clock = clock
        self._metrics = metrics
        self._hint = phrasing.render(Reply(phrase="outbox.rate")).text
        self._phrasing = phrasing

    async def of(self, message: OutboxMessage) -> Queue:
        """Return the claimed message and those behind it that go to the same place, without what is overtaken."""
        async with self._storage.read() as work:
            rows = [message]
            if joinable(message):
                rows += await work.outbox.behind(message, now=self._clock.now(), limit=MOST_TOGETHER)
            numbers = sorted({row.number for row in rows if row.number is not None})
            overtaken = merged(await work.outbox.notices(numbers))
            going = await _same_place(work, [row for row in rows if row.id not in overtaken])
        if overtaken:
            await self._record.merge(overtaken)
            account = message.citizen.split(":", 2)[1]
            self._metrics.notices.labels(account, "none", "merged").inc(len(overtaken))
        if not going or going[0].id != message.id:
            return Queue(message=None)
        return Queue(message=going[0], behind=tuple(going[1:]))

    def parcel(
        self,
        outbound: Outbound,
        queue: Queue,
        *,
        pages: Callable[[Outbound], tuple[str, str]],
        last: bool,
        short: bool,
    ) -> Parcel:
        """Return what leaves in one message; the `last` that the window permits says how many are left behind."""
        parts, tail = [outbound], ""
        for row in queue.behind:
            if (words := self._words(row, short=short)) is None:
                break  # its own turn will show it to the staff
            parts.append(words)

        def whole(some: Sequence[Outbound]) -> Outbound:
            return joined(some, hint=self._hint, tail=tail)

        def fits(some: Sequence[Outbound]) -> bool:
            return not pages(whole(some))[1]

        count = together(parts, fits)
        if last and count <= len(queue.behind):
            tail = self._left(len(queue.behind))
            count = together(parts, fits)
            tail = self._left(len(queue.behind) + 1 - count) if fits(parts[:count]) else ""
        return Parcel(outbound=whole(parts[:count]), riders=queue.behind[: count - 1])

    def _words(self, message: OutboxMessage, *, short: bool) -> Outbound | None:
        try:
            return self._sender.words(message, short=short)
        except PhraseError:
            return None

    def _left(self, count: int) -> str:
        return self._phrasing.render(Reply(phrase="outbox.left", values={"count": count})).text


async def _same_place(work: UnitOfWork, rows: Sequence[OutboxMessage]) -> list[OutboxMessage]:
    """Return the first rows, up to one that goes elsewhere: a citizen may have written from another platform since."""
    going: list[OutboxMessage] = []
    places: dict[str, str] = {}
    for row in rows:
        place = row.citizen
        if row.number is not None and row.kind != NoticeKind.JOINED_ENDED:  # who joined is not whom the owner follows
            if row.number not in places:
                places[row.number] = await work.followings.last_active(row.number, row.citizen)
            place = places[row.number]
        if going and (place != going[0].citizen or not joinable(row)):
            break
        going.append(replace(row, citizen=place))
    return going
