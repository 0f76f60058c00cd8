"""Messages to citizens and every attempt to deliver them: `bot.petitions.ports.Outbox` on SQLAlchemy Core.

Claiming keeps the order per citizen in SQL: a message is taken only when no older one of the same citizen is pending or
being sent. Two workers take disjoint rows (`SKIP LOCKED`), and as the row that one of them holds still counts as
pending for the other, the second cannot overtake it with the citizen's next message. What is waiting, unknown, dead or
sent holds nobody up. All conditions on state are literal, so that the partial indexes serve them.

A lease that ran out belongs to a process that died. If its last attempt had begun, the message may have left: it
becomes UNKNOWN and is never resent by itself. A template message is the exception: the platform drops a repeat of the
same `client_msg_id` for ten minutes, so within them it is simply sent again.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Row, and_, bindparam, func, insert, literal_column, or_, select, update

from bot.messages import DeliveryReport
from bot.petitions.ports import Delivery, DeliveryOutcome, OutboxMessage, OutboxState, Reported
from storage.columns import Moment, storable
from storage.connection import Connection
from storage.errors import StorageError
from storage.reports import settle
from storage.rows import message_from
from storage.tables import deliveries, outbox

REPEATABLE_RUNG = "template"
REPEATABLE_FOR = timedelta(minutes=10)
"""How long the platform drops a repeated template message by its `client_msg_id`."""

_UNFINISHED = (OutboxState.PENDING, OutboxState.SENDING)
_TROUBLED = (OutboxState.DEAD, OutboxState.UNKNOWN, OutboxState.WAITING)


def _is(state: OutboxState) -> ColumnElement[bool]:
    return outbox.c.state == literal_column(f"'{state.value}'")


def _in(column: ColumnElement[str], states: Sequence[OutboxState]) -> ColumnElement[bool]:
    return column.in_([literal_column(f"'{state.value}'") for state in states])


_older = outbox.alias("older")
_DUE = (
    select(outbox)
    .where(
        _is(OutboxState.PENDING),
        outbox.c.next_at <= bindparam("now"),
        ~select(_older.c.id)
        .where(_older.c.citizen == outbox.c.citizen, _in(_older.c.state, _UNFINISHED), _older.c.id < outbox.c.id)
        .exists(),
    )
    .order_by(outbox.c.next_at, outbox.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=outbox)
)
_LEASE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=OutboxState.SENDING.value,
        lease_until=bindparam("lease", type_=Moment()),
        lease_by=bindparam("owner"),
    )
)
_EXPIRED = (
    select(outbox.c.id, outbox.c.attempts, deliveries.c.rung, deliveries.c.started_at, deliveries.c.outcome)
    .select_from(
        outbox.outerjoin(
            deliveries, and_(deliveries.c.outbox_id == outbox.c.id, deliveries.c.attempt == outbox.c.attempts)
        )
    )
    .where(_is(OutboxState.SENDING), outbox.c.lease_until <= bindparam("now"))
    .order_by(outbox.c.lease_until)
    .with_for_update(skip_locked=True, of=outbox)
)
_GIVE_BACK = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"))
    .values(
        state=bindparam("b_state"),
        next_at=bindparam("b_next", type_=Moment()),
        lease_until=None,
        lease_by="",
        detail=bindparam("b_detail"),
        unclear_at=func.coalesce(outbox.c.unclear_at, bindparam("b_unclear", type_=Moment())),
    )
)
_LOSE_ATTEMPT = (
    update(deliveries)
    .where(deliveries.c.outbox_id == bindparam("b_id"), deliveries.c.attempt == bindparam("b_attempt"))
    .values(outcome=DeliveryOutcome.UNKNOWN.value, finished_at=bindparam("b_now", type_=Moment()))
)
_COUNT_ATTEMPT = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"))
    .values(attempts=outbox.c.attempts + 1)
    .returning(outbox.c.attempts)
)
_ADD_ATTEMPT = insert(deliveries)
_SETTLED = ("rung", "finished_at", "outcome", "code", "message_id", "detail")
_SETTLE_ATTEMPT = (
    update(deliveries)
    .where(deliveries.c.outbox_id == bindparam("b_id"), deliveries.c.attempt == bindparam("b_attempt"))
    .values({name: bindparam(name) for name in _SETTLED})
)
_NO_ATTEMPT = -1
_FINISH_HELD = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("b_id"),
        # Only the last attempt says where the message stands, unless an earlier one turns out to have been taken.
        or_(
            outbox.c.attempts <= bindparam("b_attempt"),
            bindparam("b_taken", type_=Boolean()),
            and_(bindparam("b_unattempted", type_=Boolean()), _is(OutboxState.SENDING)),
        ),
    )
    .values(
        state=bindparam("b_state"),
        next_at=bindparam("b_next", type_=Moment()),
        detail=bindparam("b_detail"),
        unclear_at=func.coalesce(outbox.c.unclear_at, bindparam("b_unclear", type_=Moment())),
    )
)
_FINISH = _FINISH_HELD.values(lease_until=None, lease_by="")
_RELEASE = (
    update(outbox)
    .where(outbox.c.citizen.in_(bindparam("b_citizens", expanding=True)), _is(OutboxState.WAITING))
    .values(state=OutboxState.PENDING.value, next_at=bindparam("b_now", type_=Moment()))
)
_REPLAY = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"), _in(outbox.c.state, _TROUBLED))
    .values(state=OutboxState.PENDING.value, next_at=bindparam("b_now", type_=Moment()), unclear_at=None)
)
_TROUBLES = select(outbox).where(_in(outbox.c.state, _TROUBLED)).order_by(outbox.c.id.desc()).limit(bindparam("limit"))
_OF_PETITION = select(outbox).where(outbox.c.number == bindparam("number")).order_by(outbox.c.id)
_ATTEMPTS = (
    select(deliveries)
    .where(deliveries.c.outbox_id.in_(bindparam("ids", expanding=True)))
    .order_by(deliveries.c.outbox_id, deliveries.c.attempt)
)
_WAITING = select(func.count().label("total")).select_from(outbox).where(_in(outbox.c.state, _UNFINISHED))


class SqlOutbox:
    """The topic `outbox` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def claim(self, *, owner: str, now: datetime, lease: datetime, limit: int) -> tuple[OutboxMessage, ...]:
        """Take due messages, oldest first, at most one a citizen and none behind an unfinished older one."""
        for expired in await self._db.rows(_EXPIRED, {"now": now}):
            await self._give_back(expired, now)
        rows = await self._db.rows(_DUE, {"now": now, "limit": limit})
        if rows:
            await self._db.run(_LEASE, {"ids": [row.id for row in rows], "lease": lease, "owner": owner})
        return tuple(replace(message_from(row), state=OutboxState.SENDING) for row in rows)

    async def _give_back(self, expired: Row[Any], now: datetime) -> None:
        begun = expired.outcome == DeliveryOutcome.STARTED.value
        repeatable = expired.rung == REPEATABLE_RUNG and begun and now - expired.started_at < REPEATABLE_FOR
        if begun:
            await self._db.run(_LOSE_ATTEMPT, {"b_id": expired.id, "b_attempt": expired.attempts, "b_now": now})
        again = repeatable or not begun
        values = {"b_state": OutboxState.PENDING.value, "b_next": now, "b_detail": ""}
        if not again:
            values = {"b_state": OutboxState.UNKNOWN.value, "b_next": None, "b_detail": "the sender died on the way"}
        values["b_unclear"] = expired.started_at if repeatable else None
        await self._db.run(_GIVE_BACK, {"b_id": expired.id} | values)

    async def start(self, message: OutboxMessage, *, rung: str, now: datetime) -> int:
        """Record that an attempt begins, before anything leaves; return its attempt number."""
        row = await self._db.row(_COUNT_ATTEMPT, {"b_id": message.id})
        if row is None:
            raise StorageError(f"outbox row {message.id} is gone")
        attempt: int = row.attempts
        begun = {"outbox_id": message.id, "attempt": attempt, "rung": rung, "started_at": now}
        await self._db.run(_ADD_ATTEMPT, begun | {"outcome": DeliveryOutcome.STARTED.value})
        return attempt

    async def finish(
        self,
        message: OutboxMessage,
        delivery: Delivery | None,
        *,
        state: OutboxState,
        next_at: datetime | None,
        detail: str = "",
    ) -> None:
        """Record an attempt's outcome (None: there was none) and where the message stands; SENDING keeps the lease.

        The word of an attempt that another has overtaken (the lease had run out) counts only if it is SENT. The message
        is written before its attempt, in the order in which a claim locks them: nobody deadlocks.
        """
        again = delivery is not None and delivery.rung == REPEATABLE_RUNG
        unclear = again and delivery is not None and delivery.outcome is DeliveryOutcome.UNKNOWN
        await self._db.run(
            _FINISH_HELD if state is OutboxState.SENDING else _FINISH,
            {
                "b_id": message.id,
                "b_attempt": _NO_ATTEMPT if delivery is None else delivery.attempt,
                "b_taken": state is OutboxState.SENT,
                "b_unattempted": delivery is None,
                "b_state": state.value,
                "b_next": next_at,
                "b_detail": storable(detail),
                "b_unclear": delivery.started_at if delivery is not None and unclear else None,
            },
        )
        if delivery is not None:
            values = {name: getattr(delivery, name) for name in _SETTLED}
            values |= {"outcome": delivery.outcome.value, "detail": storable(delivery.detail)}
            await self._db.run(_SETTLE_ATTEMPT, {"b_id": message.id, "b_attempt": delivery.attempt} | values)

    async def report(self, report: DeliveryReport, *, citizen: str, now: datetime) -> Reported | None:
        """Settle an attempt by the platform's later word on it; None when it is not known which."""
        return await settle(self._db, report, citizen=citizen, now=now)

    async def release(self, citizens: Sequence[str], *, now: datetime) -> int:
        """Make WAITING messages of citizens who wrote PENDING at `now`; return how many."""
        return await self._db.run(_RELEASE, {"b_citizens": list(citizens), "b_now": now})

    async def replay(self, outbox_id: int, *, now: datetime) -> bool:
        """Make a DEAD, UNKNOWN or WAITING message PENDING; False when it is not in such a state."""
        return await self._db.run(_REPLAY, {"b_id": outbox_id, "b_now": now}) == 1

    async def troubled(self, *, limit: int = 200) -> tuple[OutboxMessage, ...]:
        """Return DEAD, UNKNOWN and WAITING messages, newest first."""
        return tuple(message_from(row) for row in await self._db.rows(_TROUBLES, {"limit": limit}))

    async def of_petition(self, number: str) -> tuple[tuple[OutboxMessage, tuple[Delivery, ...]], ...]:
        """Return the messages about a petition with their attempts, oldest first."""
        rows = await self._db.rows(_OF_PETITION, {"number": number})
        if not rows:
            return ()
        attempts: defaultdict[int, list[Delivery]] = defaultdict(list)
        for row in await self._db.rows(_ATTEMPTS, {"ids": [row.id for row in rows]}):
            attempts[row.outbox_id].append(_delivery_from(row))
        return tuple((message_from(row), tuple(attempts[row.id])) for row in rows)

    async def waiting_count(self, *, now: datetime) -> int:  # noqa: ARG002 -- the port's form; all unfinished count
        """Return how many messages are pending or being sent."""
        row = await self._db.row(_WAITING)
        total: int = row.total if row else 0
        return total


def _delivery_from(row: Row[Any]) -> Delivery:
    return Delivery(
        outbox_id=row.outbox_id,
        attempt=row.attempt,
        rung=row.rung,
        started_at=row.started_at,
        finished_at=row.finished_at,
        outcome=DeliveryOutcome(row.outcome),
        code=row.code,
        message_id=row.message_id,
        detail=row.detail,
    )
