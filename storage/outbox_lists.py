"""What is read of the outbox: lists and counts, over one connection. Nothing is changed here."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, func, or_, select, union_all

from bot.messages import Channel
from bot.petitions.outbox_ports import (
    AccountKey,
    AccountStanding,
    Delivery,
    DeliveryOutcome,
    OutboxMessage,
    OutboxState,
)
from storage.columns import Moment
from storage.connection import Connection
from storage.outbox_states import TROUBLED, UNFINISHED, among
from storage.rows.sending import message_from
from storage.tables.sending import carried, deliveries, outbox

_TOLD = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.WAITING, OutboxState.SENT)
FAILED = (OutboxState.DEAD, OutboxState.UNKNOWN)
_newest = select(outbox).order_by(outbox.c.id.desc()).limit(bindparam("limit"))
_FAILURES = _newest.where(among(outbox.c.state, FAILED))
_WAITERS = _newest.where(among(outbox.c.state, (OutboxState.WAITING,)))
CHANNEL = case(*((outbox.c.citizen.like(f"{one.value}:%"), one.value) for one in Channel)).label("channel")
_ACCOUNTS = select(outbox.c.account, CHANNEL).where(among(outbox.c.state, (OutboxState.PENDING,))).distinct()
_OF_PETITION = select(outbox).where(outbox.c.number == bindparam("number")).order_by(outbox.c.id)
_NOTICES = (
    select(outbox)
    .where(outbox.c.number.in_(bindparam("numbers", expanding=True)), among(outbox.c.state, _TOLD))
    .order_by(outbox.c.id)
)
ATTEMPTS = union_all(
    select(deliveries.c.outbox_id.label("message"), *deliveries.c).where(
        deliveries.c.outbox_id.in_(bindparam("ids", expanding=True))
    ),
    select(carried.c.outbox_id.label("message"), *deliveries.c)
    .select_from(
        carried.join(
            deliveries, and_(deliveries.c.outbox_id == carried.c.carrier, deliveries.c.attempt == carried.c.attempt)
        )
    )
    .where(carried.c.outbox_id.in_(bindparam("ids", expanding=True))),
).order_by("message", "started_at", "attempt")
_UNDELIVERED = frozenset({OutboxState.PENDING, OutboxState.SENDING, OutboxState.WAITING})
_TAKEN = frozenset({DeliveryOutcome.ACCEPTED, DeliveryOutcome.DELIVERED})
_HELD = (
    select(
        outbox.c.account,
        CHANNEL,
        outbox.c.state,
        func.count().label("total"),
        func.min(outbox.c.created_at, type_=Moment()).label("oldest"),
    )
    .where(or_(among(outbox.c.state, UNFINISHED), among(outbox.c.state, TROUBLED)))
    .group_by(outbox.c.account, CHANNEL, outbox.c.state)
)
_TRIED = (
    select(
        outbox.c.account,
        CHANNEL,
        deliveries.c.rung,
        deliveries.c.outcome,
        func.count().label("total"),
        func.max(deliveries.c.finished_at, type_=Moment()).label("latest"),
    )
    .select_from(deliveries.join(outbox, outbox.c.id == deliveries.c.outbox_id))
    .where(deliveries.c.started_at >= bindparam("since"))
    .group_by(outbox.c.account, CHANNEL, deliveries.c.rung, deliveries.c.outcome)
)
_WAITING = select(func.count().label("total")).select_from(outbox).where(among(outbox.c.state, UNFINISHED))


async def accounts(db: Connection) -> frozenset[AccountKey]:
    """Return the accounts that something is pending for."""
    return frozenset((Channel(row.channel), row.account) for row in await db.rows(_ACCOUNTS))


async def troubled(db: Connection, *, limit: int) -> tuple[OutboxMessage, ...]:
    """Return DEAD and UNKNOWN messages, then WAITING ones as far as `limit` reaches, each newest first."""
    rows = list(await db.rows(_FAILURES, {"limit": limit}))
    if len(rows) < limit:
        rows += await db.rows(_WAITERS, {"limit": limit - len(rows)})
    return tuple(message_from(row) for row in rows)


async def notices(db: Connection, numbers: Sequence[str]) -> tuple[OutboxMessage, ...]:
    """Return the messages about these petitions that are unsent or sent, oldest first."""
    if not numbers:
        return ()
    return tuple(message_from(row) for row in await db.rows(_NOTICES, {"numbers": list(numbers)}))


async def of_petition(db: Connection, number: str) -> tuple[tuple[OutboxMessage, tuple[Delivery, ...]], ...]:
    """Return the messages about a petition with the attempts that carried them, oldest first."""
    rows = await db.rows(_OF_PETITION, {"number": number})
    if not rows:
        return ()
    attempts: defaultdict[int, list[Delivery]] = defaultdict(list)
    for row in await db.rows(ATTEMPTS, {"ids": [row.id for row in rows]}):
        attempts[row.message].append(_delivery_from(row))
    return tuple((message_from(row), tuple(attempts[row.id])) for row in rows)


async def standing(db: Connection, *, since: datetime) -> tuple[AccountStanding, ...]:
    """Return how each account stands that anything is held for, or was tried since."""
    held = await db.rows(_HELD)
    tried = await db.rows(_TRIED, {"since": since})
    keys = sorted({(Channel(row.channel), row.account) for row in (*held, *tried)})
    return tuple(_standing(key, held, tried) for key in keys)


def _standing(key: AccountKey, held: Sequence[Row[Any]], tried: Sequence[Row[Any]]) -> AccountStanding:
    mine = [row for row in held if (row.channel, row.account) == key]
    attempts = [row for row in tried if (row.channel, row.account) == key]
    return AccountStanding(
        account=key,
        states={OutboxState(row.state): row.total for row in mine},
        oldest=min((row.oldest for row in mine if row.state in _UNDELIVERED), default=None),
        attempts={(row.rung, DeliveryOutcome(row.outcome)): row.total for row in attempts},
        sent_at=max((row.latest for row in attempts if row.outcome in _TAKEN and row.latest), default=None),
    )


async def waiting_count(db: Connection) -> int:
    """Return how many messages are pending or being sent."""
    row = await db.row(_WAITING)
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
