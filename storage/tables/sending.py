"""Messages on their way to citizens, each attempt, and what the platforms said about it."""

from sqlalchemy import Boolean, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, Table, Text

from storage.columns import Moment
from storage.tables.schema import Id, metadata, partial, words

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("citizen", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("number", Text),
    Column("phrase", Text, nullable=False),
    Column("values", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Moment),
    Column("lease_until", Moment),
    words("lease_by"),
    words("detail"),
    Column("unclear_at", Moment),
    partial("ix_outbox_pending", "account", "next_at", "id", where="state = 'pending'"),
    partial("ix_outbox_sending", "lease_until", where="state = 'sending'"),
    partial("ix_outbox_unfinished", "citizen", "id", where="state IN ('pending', 'sending')"),
    partial("ix_outbox_waiting", "citizen", where="state = 'waiting'"),
    partial("ix_outbox_troubled", "id", where="state IN ('dead', 'unknown', 'waiting')"),
    partial("ix_outbox_failed", "id", where="state IN ('dead', 'unknown')"),
    partial("ix_outbox_number", "number", where="number IS NOT NULL"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("outbox_id", Id, primary_key=True, autoincrement=False),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("rung", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("outcome", Text, nullable=False),
    words("code"),
    words("message_id"),
    words("detail"),
    ForeignKeyConstraint(["outbox_id"], ["outbox.id"]),
    Index("ix_deliveries_started_at", "started_at"),
    partial("ix_deliveries_message_id", "message_id", where="message_id <> ''"),
)

carried = Table(
    "carried",
    metadata,
    Column("outbox_id", Id, ForeignKey("outbox.id"), primary_key=True, autoincrement=False),
    # The attempt of another message in which it left.
    Column("carrier", Id, primary_key=True, autoincrement=False),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    ForeignKeyConstraint(["carrier", "attempt"], ["deliveries.outbox_id", "deliveries.attempt"]),
)

grants = Table(
    "grants",
    metadata,
    Column("key", Text, primary_key=True),
    Column("citizen", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("lasting", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("granted_at", Moment, nullable=False),
    Column("used_for", Id),
    Column("used_at", Moment),
    Column("ended_at", Moment),
    words("ended"),
    Index("ix_grants_citizen", "citizen", "template"),
)

early_reports = Table(
    "early_reports",
    metadata,
    Column("citizen", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    words("template"),
    Column("delivered", Boolean, nullable=False),
    Column("blocked", Boolean, nullable=False),
    words("detail"),
    Column("at", Moment, nullable=False),
)

refusals = Table(
    "refusals",
    metadata,
    Column("citizen", Text, primary_key=True),
    Column("rung", Text, primary_key=True),
    words("code"),
    Column("at", Moment, nullable=False),
)
