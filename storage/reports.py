"""What the platform later says of a message it had taken: finds the attempt, and moves its message accordingly.

The platform's message id tells which attempt. It does not give one for every subscription message when it takes it;
there the consent that was used tells, by citizen and template. Such a report may also be the first word on an attempt
that had no answer. One that is here before its attempt is on record is kept for a while, and taken up then.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, literal_column, or_, select, update

from bot.messages import CitizenRef, DeliveryReport
from bot.petitions.outbox_ports import DeliveryOutcome, OutboxState, Reported
from storage.columns import Moment, storable
from storage.connection import Connection
from storage.tables.sending import deliveries, early_reports, grants, outbox
from storage.upserts import upsert

_SUBSCRIPTION = "subscription"
_OPEN = frozenset({DeliveryOutcome.ACCEPTED.value, DeliveryOutcome.UNKNOWN.value})
_FOUND = (deliveries.c.outbox_id, deliveries.c.attempt, deliveries.c.rung, deliveries.c.outcome)
_BY_ID = (
    select(*_FOUND)
    .select_from(deliveries.join(outbox, outbox.c.id == deliveries.c.outbox_id))
    .where(
        deliveries.c.message_id == bindparam("message_id"),
        deliveries.c.message_id != literal_column("''"),
        outbox.c.account == bindparam("account"),
    )
    .order_by(deliveries.c.outbox_id.desc(), deliveries.c.attempt.desc())
    .limit(1)
)
_BY_GRANT = (
    select(*_FOUND)
    .select_from(grants.join(deliveries, deliveries.c.outbox_id == grants.c.used_for))
    .where(
        grants.c.citizen == bindparam("citizen"),
        grants.c.template == bindparam("template"),
        deliveries.c.rung == _SUBSCRIPTION,
        deliveries.c.outcome.in_(sorted(_OPEN)),
        deliveries.c.message_id == literal_column("''"),
    )
    .order_by(deliveries.c.started_at)
    .limit(1)
)
_SETTLE = (
    update(deliveries)
    .where(deliveries.c.outbox_id == bindparam("b_id"), deliveries.c.attempt == bindparam("b_attempt"))
    .values(
        outcome=bindparam("b_outcome"),
        detail=bindparam("b_detail"),
        finished_at=bindparam("b_now", type_=Moment()),
        message_id=bindparam("b_message"),
    )
)
_MOVE = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("b_id"),
        outbox.c.state.in_([OutboxState.SENT.value, OutboxState.UNKNOWN.value]),
    )
    .values(state=bindparam("b_state"), next_at=bindparam("b_next", type_=Moment()), detail=bindparam("b_detail"))
)


_EARLY_FOR = timedelta(hours=1)
"""How long a report waits for its attempt; what nobody takes up is about a message that is not ours."""
_EARLY = ("citizen", "message_id", "template", "delivered", "blocked", "detail", "at")
_KEEP = upsert(early_reports, _EARLY, keys=("citizen", "message_id"))
_FORGET = delete(early_reports).where(early_reports.c.at < bindparam("b_before", type_=Moment()))
_TAKE = (
    delete(early_reports)
    .where(
        early_reports.c.citizen == bindparam("citizen"),
        or_(
            early_reports.c.message_id == bindparam("message_id"),
            and_(early_reports.c.template == bindparam("template"), early_reports.c.template != literal_column("''")),
        ),
    )
    .returning(*early_reports.c)
)


async def take_early(db: Connection, *, citizen: str, message_id: str, template: str) -> DeliveryReport | None:
    """Return, and forget, a report that was here before its attempt was on record."""
    row = await db.row(_TAKE, {"citizen": citizen, "message_id": message_id, "template": template})
    if row is None:
        return None
    return DeliveryReport(
        message_id=row.message_id,
        delivered=row.delivered,
        detail=row.detail,
        blocked=row.blocked,
        template=row.template,
    )


async def _keep(db: Connection, report: DeliveryReport, *, citizen: str, now: datetime) -> None:
    await db.run(_FORGET, {"b_before": now - _EARLY_FOR})
    values = {"citizen": citizen, "message_id": report.message_id, "template": report.template}
    values |= {"detail": storable(report.detail)}
    await db.run(_KEEP, values | {"delivered": report.delivered, "blocked": report.blocked, "at": now})


async def settle(db: Connection, report: DeliveryReport, *, citizen: str, now: datetime) -> Reported | None:
    """Settle the attempt that `report` is about; None when it is not known which."""
    row = await _attempt(db, report, citizen)
    if row is None:
        await _keep(db, report, citizen=citizen, now=now)
        return None
    reported = Reported(outbox_id=row.outbox_id, rung=row.rung, news=row.outcome in _OPEN)
    if reported.news:
        outcome = DeliveryOutcome.DELIVERED if report.delivered else DeliveryOutcome.UNREACHABLE
        words = storable(report.detail)
        values = {"b_id": row.outbox_id, "b_detail": words}
        # The message before its attempt, in the order in which a claim locks them: nobody deadlocks.
        state, next_at = _where_to(report, now)
        await db.run(_MOVE, values | {"b_state": state.value, "b_next": next_at})
        settled = {"b_attempt": row.attempt, "b_outcome": outcome.value, "b_now": now, "b_message": report.message_id}
        await db.run(_SETTLE, values | settled)
    return reported


async def _attempt(db: Connection, report: DeliveryReport, citizen: str) -> Row[Any] | None:
    account = CitizenRef.parse(citizen).account
    row = await db.row(_BY_ID, {"account": account, "message_id": report.message_id})
    if row is None and report.template:
        row = await db.row(_BY_GRANT, {"citizen": citizen, "template": report.template})
    return row


def _where_to(report: DeliveryReport, now: datetime) -> tuple[OutboxState, datetime | None]:
    """Return where the message goes: done, to its next form at once, or to wait for the next contact."""
    if report.delivered:
        return OutboxState.SENT, None
    return (OutboxState.PENDING, now) if report.blocked else (OutboxState.WAITING, None)
