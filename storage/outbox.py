"""Messages to citizens and every attempt to deliver them: `bot.petitions.ports.Outbox` on SQLAlchemy Core.

What is claimed and given back stands in `storage.outbox_claims`, what is only read in `storage.outbox_lists`. Several
messages may leave as one: the attempt is that of the oldest, the carrier, and `carried` names the others, its riders.
All conditions on state are literal, so that the partial indexes serve them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Boolean, and_, bindparam, exists, func, insert, or_, select, update

from bot.messages import DeliveryReport
from bot.petitions.errors import Stale
from bot.petitions.outbox_ports import (
    AccountKey,
    AccountStanding,
    Delivery,
    DeliveryOutcome,
    OutboxMessage,
    OutboxState,
    Reported,
)
from storage import outbox_claims, outbox_lists
from storage.columns import Moment, storable
from storage.connection import Connection
from storage.key_lists import is_among, key_list
from storage.outbox_states import TROUBLED, among, is_in
from storage.reports import settle, take_early
from storage.tables.sending import carried, deliveries, outbox

_COUNT_ATTEMPT = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("b_id"),
        is_in(OutboxState.SENDING),
        outbox.c.lease_until == bindparam("b_lease", type_=Moment()),
    )
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
            and_(bindparam("b_unattempted", type_=Boolean()), is_in(OutboxState.SENDING)),
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
_leader = outbox.alias("leader")
_MOUNT = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)), is_in(OutboxState.PENDING))
    .values(
        state=OutboxState.SENDING.value,
        lease_until=select(_leader.c.lease_until).where(_leader.c.id == bindparam("b_carrier")).scalar_subquery(),
        lease_by=select(_leader.c.lease_by).where(_leader.c.id == bindparam("b_carrier")).scalar_subquery(),
    )
)
_CARRY = insert(carried)
_DISMOUNT = (
    update(outbox)
    .where(
        exists().where(
            carried.c.outbox_id == outbox.c.id,
            carried.c.carrier == bindparam("b_carrier"),
            carried.c.attempt == bindparam("b_attempt"),
        ),
        outbox.c.id.in_(bindparam("ids", expanding=True)),
        or_(is_in(OutboxState.SENDING), bindparam("b_taken", type_=Boolean())),
    )
    .values(
        state=bindparam("b_state"),
        next_at=bindparam("b_next", type_=Moment()),
        detail=bindparam("b_detail"),
        lease_until=None,
        lease_by="",
    )
)
_MERGE = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("b_id"),
        among(outbox.c.state, (OutboxState.PENDING, OutboxState.SENDING, OutboxState.WAITING)),
    )
    .values(state=OutboxState.MERGED.value, next_at=None, lease_until=None, lease_by="", detail=bindparam("b_detail"))
)
_PARK = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)), is_in(OutboxState.PENDING))
    .values(state=OutboxState.WAITING.value, next_at=None, detail=bindparam("b_detail"))
)
_STAND_ALONE = frozenset({OutboxState.SENDING, OutboxState.DEAD})
"""What the oldest of several comes to alone: the next rung is its own, and so is the end of its attempts."""
_RELEASE = (
    update(outbox)
    .where(is_among(outbox.c.citizen, "b_citizens"), is_in(OutboxState.WAITING))
    .values(state=OutboxState.PENDING.value, next_at=bindparam("b_now", type_=Moment()))
)
_HASTEN = (
    update(outbox)
    .where(
        is_in(OutboxState.PENDING),
        outbox.c.account == bindparam("b_account"),
        outbox.c.citizen.like(bindparam("b_channel")),
        outbox.c.next_at > bindparam("b_now", type_=Moment()),
    )
    .values(next_at=bindparam("b_now", type_=Moment()))
)
_DROP = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"), among(outbox.c.state, TROUBLED))
    .values(state=OutboxState.DROPPED.value, next_at=None, detail=bindparam("b_detail"))
)
_REPLAY = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"), among(outbox.c.state, TROUBLED))
    .values(state=OutboxState.PENDING.value, next_at=bindparam("b_now", type_=Moment()), unclear_at=None)
)


class SqlOutbox:
    """The topic `outbox` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def claim(
        self, *, owner: str, now: datetime, lease: datetime, shares: Mapping[AccountKey, int]
    ) -> tuple[OutboxMessage, ...]:
        """Take due messages, oldest first, one a citizen, and of each account at most its share."""
        return await outbox_claims.claim(self._db, owner=owner, now=now, lease=lease, shares=shares)

    async def accounts(self) -> frozenset[AccountKey]:
        """Return the accounts that something is pending for."""
        return await outbox_lists.accounts(self._db)

    async def behind(self, message: OutboxMessage, *, now: datetime, limit: int) -> tuple[OutboxMessage, ...]:
        """Return the due messages of the same citizen behind a claimed one, in order."""
        return await outbox_claims.behind(self._db, message, now=now, limit=limit)

    async def notices(self, numbers: Sequence[str]) -> tuple[OutboxMessage, ...]:
        """Return the messages about these petitions that are unsent or sent, oldest first."""
        return await outbox_lists.notices(self._db, numbers)

    async def merge(self, into: Mapping[int, OutboxMessage]) -> None:
        """Make messages that are claimed, due or waiting MERGED, each with the id and kind of what overtook it."""
        rows = [{"b_id": one, "b_detail": f"merged into {into[one].kind} (#{into[one].id})"} for one in sorted(into)]
        await self._db.each(_MERGE, rows)

    async def park(self, messages: Sequence[OutboxMessage], *, detail: str) -> None:
        """Make due messages WAITING that stand behind a claimed one of the same citizen."""
        if messages:
            ids = [message.id for message in messages]
            await self._db.run(_PARK, {"ids": ids, "b_detail": storable(detail)})

    async def start(
        self, message: OutboxMessage, *, rung: str, now: datetime, riders: Sequence[OutboxMessage] = ()
    ) -> int:
        """Record that an attempt begins, before anything leaves; return its attempt number.

        Raises `Stale` where the lease ran out and another claim has the message: who was held up sends nothing.
        """
        row = await self._db.row(_COUNT_ATTEMPT, {"b_id": message.id, "b_lease": message.lease_until})
        if row is None:
            raise Stale
        attempt: int = row.attempts
        if riders:
            ids = [rider.id for rider in riders]
            if await self._db.run(_MOUNT, {"ids": ids, "b_carrier": message.id}) != len(ids):
                raise Stale
        begun = {"outbox_id": message.id, "attempt": attempt, "rung": rung, "started_at": now}
        await self._db.run(_ADD_ATTEMPT, begun | {"outcome": DeliveryOutcome.STARTED.value})
        await self._db.each(
            _CARRY, [{"outbox_id": rider.id, "carrier": message.id, "attempt": attempt} for rider in riders]
        )
        return attempt

    async def finish(
        self,
        message: OutboxMessage,
        delivery: Delivery | None,
        *,
        state: OutboxState,
        next_at: datetime | None,
        detail: str = "",
        riders: Sequence[OutboxMessage] = (),
    ) -> None:
        """Record an attempt's outcome (None: there was none) and where the message stands; SENDING keeps the lease.

        The word of an attempt that another has overtaken (the lease had run out) counts only if it is SENT. The message
        is written before its attempt, in the order in which a claim locks them: nobody deadlocks.
        """
        again = delivery is not None and delivery.rung == outbox_claims.REPEATABLE_RUNG
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
        if riders and delivery is not None:
            await self._dismount(riders, delivery, state=state, next_at=next_at, detail=detail)
        if delivery is not None:
            values = {name: getattr(delivery, name) for name in _SETTLED}
            values |= {"outcome": delivery.outcome.value, "detail": storable(delivery.detail)}
            await self._db.run(_SETTLE_ATTEMPT, {"b_id": message.id, "b_attempt": delivery.attempt} | values)

    async def _dismount(
        self,
        riders: Sequence[OutboxMessage],
        delivery: Delivery,
        *,
        state: OutboxState,
        next_at: datetime | None,
        detail: str,
    ) -> None:
        alone = state in _STAND_ALONE
        await self._db.run(
            _DISMOUNT,
            {
                "ids": [rider.id for rider in riders],
                "b_carrier": delivery.outbox_id,
                "b_attempt": delivery.attempt,
                "b_taken": state is OutboxState.SENT,
                "b_state": OutboxState.PENDING.value if alone else state.value,
                "b_next": delivery.finished_at if alone else next_at,
                "b_detail": storable(detail),
            },
        )

    async def report(self, report: DeliveryReport, *, citizen: str, now: datetime) -> Reported | None:
        """Settle an attempt by the platform's later word on it; None when it is not known which."""
        return await settle(self._db, report, citizen=citizen, now=now)

    async def early(self, *, citizen: str, message_id: str, template: str = "") -> DeliveryReport | None:
        """Return, and forget, a report that was here before its attempt was on record."""
        return await take_early(self._db, citizen=citizen, message_id=message_id, template=template)

    async def release(self, citizens: Sequence[str], *, now: datetime) -> int:
        """Make WAITING messages of citizens who wrote PENDING at `now`; return how many."""
        return await self._db.run(_RELEASE, {"b_citizens": key_list(citizens), "b_now": now})

    async def replay(self, outbox_id: int, *, now: datetime) -> bool:
        """Make a DEAD, UNKNOWN or WAITING message PENDING; False when it is not in such a state."""
        return await self._db.run(_REPLAY, {"b_id": outbox_id, "b_now": now}) == 1

    async def drop(self, outbox_id: int, *, reason: str) -> bool:
        """Make a DEAD, UNKNOWN or WAITING message DROPPED; False when it is not in such a state."""
        return await self._db.run(_DROP, {"b_id": outbox_id, "b_detail": storable(reason)}) == 1

    async def troubled(self, *, limit: int = 200) -> tuple[OutboxMessage, ...]:
        """Return DEAD and UNKNOWN messages, then WAITING ones as far as `limit` reaches, each newest first."""
        return await outbox_lists.troubled(self._db, limit=limit)

    async def of_petition(self, number: str) -> tuple[tuple[OutboxMessage, tuple[Delivery, ...]], ...]:
        """Return the messages about a petition with the attempts that carried them, oldest first."""
        return await outbox_lists.of_petition(self._db, number)

    async def hasten(self, account: AccountKey, *, now: datetime) -> int:
        """Make the pending messages of an account due at `now`; return how many were to come later."""
        return await self._db.run(_HASTEN, {"b_account": account[1], "b_channel": f"{account[0]}:%", "b_now": now})

    async def standing(self, *, since: datetime) -> tuple[AccountStanding, ...]:
        """Return how each account stands that anything is held for, or was tried since."""
        return await outbox_lists.standing(self._db, since=since)

    async def waiting_count(self, *, now: datetime) -> int:  # noqa: ARG002 -- the port's form; all unfinished count
        """Return how many messages are pending or being sent."""
        return await outbox_lists.waiting_count(self._db)
