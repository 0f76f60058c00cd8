"""Claiming what is due, and taking back what a dead process held: functions over one connection.

Claiming keeps the order per citizen in SQL: a message is taken only when no older one of the same citizen is pending or
being sent. Two workers take disjoint rows (`SKIP LOCKED`), and as the row that one of them holds still counts as
pending for the other, the second cannot overtake it with the citizen's next message. What is waiting, unknown, dead or
sent holds nobody up. So whoever holds a message may also join those behind it: nobody else can take them.

A lease that ran out belongs to a process that died. If an attempt that carried the message had begun, it may have left:
it becomes UNKNOWN and is never resent by itself. A template message is the exception: the platform drops a repeat of
the same `client_msg_id` for ten minutes, so within them it is simply sent again.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, select, union_all, update

from bot.petitions.outbox_ports import AccountKey, DeliveryOutcome, OutboxMessage, OutboxState
from storage.columns import Moment
from storage.connection import Connection
from storage.outbox_states import UNFINISHED, among, is_in
from storage.rows.sending import message_from
from storage.tables.sending import carried, deliveries, outbox

REPEATABLE_RUNG = "template"
REPEATABLE_FOR = timedelta(minutes=10)
"""How long the platform drops a repeated template message by its `client_msg_id`."""

_older = outbox.alias("older")
_DUE = (
    select(outbox)
    .where(
        is_in(OutboxState.PENDING),
        outbox.c.account == bindparam("account"),
        outbox.c.next_at <= bindparam("now"),
        outbox.c.citizen.like(bindparam("channel")),
        ~select(_older.c.id)
        .where(_older.c.citizen == outbox.c.citizen, among(_older.c.state, UNFINISHED), _older.c.id < outbox.c.id)
        .exists(),
    )
    .order_by(outbox.c.next_at, outbox.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=outbox)
)
_BEHIND = (
    select(outbox)
    .where(
        outbox.c.citizen == bindparam("citizen"),
        among(outbox.c.state, UNFINISHED),
        outbox.c.id > bindparam("id"),
    )
    .order_by(outbox.c.id)
    .limit(bindparam("limit"))
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
    select(outbox.c.id)
    .where(is_in(OutboxState.SENDING), outbox.c.lease_until <= bindparam("now"))
    .order_by(outbox.c.lease_until, outbox.c.id)
    .with_for_update(skip_locked=True)
)
_of_attempt = (deliveries.c.attempt, deliveries.c.rung, deliveries.c.started_at)
_started = deliveries.c.outcome == DeliveryOutcome.STARTED.value
_BEGUN = union_all(
    select(deliveries.c.outbox_id.label("id"), deliveries.c.outbox_id.label("carrier"), *_of_attempt).where(
        deliveries.c.outbox_id.in_(bindparam("ids", expanding=True)), _started
    ),
    select(carried.c.outbox_id.label("id"), carried.c.carrier, *_of_attempt)
    .select_from(
        carried.join(
            deliveries, and_(deliveries.c.outbox_id == carried.c.carrier, deliveries.c.attempt == carried.c.attempt)
        )
    )
    .where(carried.c.outbox_id.in_(bindparam("ids", expanding=True)), _started),
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


async def claim(
    db: Connection, *, owner: str, now: datetime, lease: datetime, shares: Mapping[AccountKey, int]
) -> tuple[OutboxMessage, ...]:
    """Take due messages, of each account at most its share, one a citizen and none behind an unfinished older one."""
    await _take_back(db, now)
    rows: list[Row[Any]] = []
    for (channel, account), share in sorted(shares.items()):
        if share > 0:
            which = {"now": now, "limit": share, "channel": f"{channel}:%", "account": account}
            rows += await db.rows(_DUE, which)
    if rows:
        await db.run(_LEASE, {"ids": [row.id for row in rows], "lease": lease, "owner": owner})
    return tuple(replace(message_from(row), state=OutboxState.SENDING, lease_until=lease) for row in rows)


async def behind(db: Connection, message: OutboxMessage, *, now: datetime, limit: int) -> tuple[OutboxMessage, ...]:
    """Return the due messages of the same citizen behind a claimed one, in order, up to the first that is not due."""
    found = []
    for row in await db.rows(_BEHIND, {"citizen": message.citizen, "id": message.id, "limit": limit}):
        one = message_from(row)
        if one.state is not OutboxState.PENDING or one.next_at is None or one.next_at > now:
            break
        found.append(one)
    return tuple(found)


async def _take_back(db: Connection, now: datetime) -> None:
    expired = [row.id for row in await db.rows(_EXPIRED, {"now": now})]
    if not expired:
        return
    begun = {row.id: row for row in await db.rows(_BEGUN, {"ids": expired})}
    for outbox_id in expired:
        await _give_back(db, outbox_id, begun.get(outbox_id), now)


async def _give_back(db: Connection, outbox_id: int, begun: Row[Any] | None, now: datetime) -> None:
    values: dict[str, Any] = {"b_state": OutboxState.PENDING.value, "b_next": now, "b_detail": "", "b_unclear": None}
    if begun is not None:
        await db.run(_LOSE_ATTEMPT, {"b_id": begun.carrier, "b_attempt": begun.attempt, "b_now": now})
        if begun.rung == REPEATABLE_RUNG and now - begun.started_at < REPEATABLE_FOR:
            values |= {"b_unclear": begun.started_at}
        else:
            values |= {"b_state": OutboxState.UNKNOWN.value, "b_next": None, "b_detail": "the sender died on the way"}
    await db.run(_GIVE_BACK, {"b_id": outbox_id} | values)
