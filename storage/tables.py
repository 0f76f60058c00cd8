"""The tables, as SQLAlchemy Core sees them; the migrations make the same ones, and a test holds the two equal.

Every index on work still to do is partial (`WHERE state = 'pending'`, `WHERE next_at IS NOT NULL`): what looking for
work costs must not grow with what is done. Statements name those conditions literally, or neither database would use
the index. Citizens and inbound messages carry no foreign keys: they are written with every message.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

from storage.columns import Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Id = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit number; on SQLite it must be called INTEGER to be given out by the database."""


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _partial(name: str, *columns: Column[object] | str, where: str) -> Index:
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


citizens = Table(
    "citizens",
    metadata,
    Column("key", Text, primary_key=True),
    _text("session"),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("following", Boolean, nullable=False, server_default=text("true")),
    Column("window_until", Moment),
    Column("window_left", Integer, nullable=False, server_default="0"),
    Column("last_seen", Moment),
    # When to look what time does to a draft left lying; coarse, and written when a draft begins or is looked at: an
    # ordinary turn changes no indexed column (on PostgreSQL, its update stays a heap-only one).
    Column("draft_at", Moment),
    _partial("ix_citizens_draft_at", "draft_at", where="draft_at IS NOT NULL"),
)

inbound = Table(
    "inbound",
    metadata,
    Column("key", Text, primary_key=True),
    Column("citizen", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("payload", Text, nullable=False),
    _text("reply"),
    _text("detail"),
    Column("received_at", Moment, nullable=False),
    _partial("ix_inbound_troubled", "received_at", where="state IN ('failed', 'malformed')"),
)

petitions = Table(
    "petitions",
    metadata,
    Column("number", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("citizen", Text, nullable=False),
    Column("content", Text, nullable=False),
    _text("place"),
    Column("latitude", Float(53)),
    Column("longitude", Float(53)),
    _text("phone"),
    Column("public", Boolean, nullable=False),
    Column("code", Text, nullable=False),
    _text("unit"),
    Column("policy", Text, nullable=False),
    Column("filed_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    Column("rating", Text),
    # What its hops left. A filing has none of it: the hot path writes no such column.
    _text("co_units"),
    _count("dispatches"),
    _count("extensions"),
    _count("chases"),
    Column("chase_again_at", Moment),
    _count("redos"),
    _count("supervisions"),
    _count("reviews"),
    Column("solved", Text),
    _count("joiners"),
    # Of the clocks that still run: the nearest due date and the nearest warning. Every lamp follows from these two.
    Column("open_due_at", Moment),
    Column("open_warn_at", Moment),
    Index("ix_petitions_citizen", "citizen", "filed_at"),
    Index("ix_petitions_unit_state", "unit", "state"),
    Index("ix_petitions_filed_at", "filed_at", "number"),
    _partial("ix_petitions_co_units", "co_units", where="co_units > ''"),
    _partial("ix_petitions_open_due_at", "open_due_at", "open_warn_at", where="open_due_at IS NOT NULL"),
)

events = Table(
    "events",
    metadata,
    Column("number", Text, ForeignKey("petitions.number"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("role", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("data", Text, nullable=False),
)

milestones = Table(
    "milestones",
    metadata,
    Column("number", Text, ForeignKey("petitions.number"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("warn_at", Moment),
    Column("provisional", Boolean, nullable=False),
    Column("warned_at", Moment),
    Column("passed_at", Moment),
    Column("met_at", Moment),
    Column("ended_at", Moment),
    Column("paused_at", Moment),
    Column("next_at", Moment),
    _partial("ix_milestones_next_at", "next_at", "number", "name", where="next_at IS NOT NULL"),
)

counters = Table(
    "counters",
    metadata,
    Column("day", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("citizen", Text, nullable=False),
    Column("number", Text, ForeignKey("petitions.number")),
    Column("kind", Text, nullable=False),
    Column("media_id", Text, nullable=False),
    _text("better_id"),
    Column("received_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    _text("path"),
    _text("playable"),
    _text("content_type"),
    Column("size", BigInteger, nullable=False, server_default="0"),
    _text("sha256"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Moment),
    _text("detail"),
    # What the staff wrote down of a voice message; the hot path writes no such column.
    _text("transcript"),
    _partial("ix_attachments_transcript", "number", where="transcript <> ''"),
    _partial("ix_attachments_number", "number", where="number IS NOT NULL"),
    _partial("ix_attachments_wanted", "next_at", "id", where="state = 'wanted'"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
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
    _text("lease_by"),
    _text("detail"),
    Column("unclear_at", Moment),
    _partial("ix_outbox_pending", "account", "next_at", "id", where="state = 'pending'"),
    _partial("ix_outbox_sending", "lease_until", where="state = 'sending'"),
    _partial("ix_outbox_unfinished", "citizen", "id", where="state IN ('pending', 'sending')"),
    _partial("ix_outbox_waiting", "citizen", where="state = 'waiting'"),
    _partial("ix_outbox_troubled", "id", where="state IN ('dead', 'unknown', 'waiting')"),
    _partial("ix_outbox_failed", "id", where="state IN ('dead', 'unknown')"),
    _partial("ix_outbox_number", "number", where="number IS NOT NULL"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("outbox_id", _Id, primary_key=True, autoincrement=False),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("rung", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("outcome", Text, nullable=False),
    _text("code"),
    _text("message_id"),
    _text("detail"),
    ForeignKeyConstraint(["outbox_id"], ["outbox.id"]),
    Index("ix_deliveries_started_at", "started_at"),
    _partial("ix_deliveries_message_id", "message_id", where="message_id <> ''"),
)

carried = Table(
    "carried",
    metadata,
    Column("outbox_id", _Id, ForeignKey("outbox.id"), primary_key=True, autoincrement=False),
    # The attempt of another message in which it left.
    Column("carrier", _Id, primary_key=True, autoincrement=False),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    ForeignKeyConstraint(["carrier", "attempt"], ["deliveries.outbox_id", "deliveries.attempt"]),
)

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("display", Text, nullable=False),
    Column("role", Text, nullable=False),
    _text("unit"),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
)

console_sessions = Table(
    "console_sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("user_name", Text, nullable=False, index=True),
    Column("data", Text, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index("ix_audit_target", "target", "id"),
)

calendar_versions = Table(
    "calendar_versions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("year", Integer, nullable=False),
    _text("region"),
    Column("source", Text, nullable=False),
    Column("imported_at", Moment, nullable=False),
    Column("imported_by", Text, nullable=False),
    Column("applied_at", Moment),
)

calendar = Table(
    "calendar",
    metadata,
    Column("version", Integer, ForeignKey("calendar_versions.number"), primary_key=True, autoincrement=False),
    Column("date", Date, primary_key=True),
    Column("is_workday", Boolean, nullable=False),
    _text("name"),
    Column("confirmed", Boolean, nullable=False),
)

mentions = Table(
    "mentions",
    metadata,
    Column("key", Text, primary_key=True),
    Column("citizen", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("found_at", Moment, nullable=False),
    _count("attempts"),
    Column("next_at", Moment),
    _count("replies"),
    _text("detail"),
    # Of the petition that its citizen made of it.
    _text("number"),
    Index("ix_mentions_citizen", "citizen", "sent_at"),
    Index("ix_mentions_state", "state", "found_at"),
    Index("ix_mentions_found_at", "found_at", "key"),
    _partial("ix_mentions_unfiled", "found_at", "key", where="number = ''"),
    _partial("ix_mentions_next_at", "next_at", where="next_at IS NOT NULL"),
)

mention_cursors = Table(
    "mention_cursors",
    metadata,
    Column("account", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    _text("cursor"),
    Column("looked_at", Moment, nullable=False),
    # When the first look began, what came of the last one, and when one last went through to its end.
    Column("began_at", Moment),
    _text("code"),
    Column("complete_at", Moment),
)

signed_bodies = Table(
    "signed_bodies",
    metadata,
    Column("account", Text, primary_key=True),
    Column("timestamp", Text, primary_key=True),
    Column("nonce", Text, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("seen_at", Moment, nullable=False, index=True),
)

account_marks = Table(
    "account_marks",
    metadata,
    Column("account", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)

account_rests = Table(
    "account_rests",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("call", Text, primary_key=True),
    Column("token", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("failed_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    Column("name", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("made", Integer, nullable=False),
    # Of them, those that leave a reserve alone.
    Column("reserving", Integer, nullable=False),
)

followings = Table(
    "followings",
    metadata,
    Column("number", Text, ForeignKey("petitions.number"), primary_key=True),
    Column("citizen", Text, primary_key=True),
    Index("ix_followings_citizen", "citizen"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("citizen", Text, nullable=False),
    Column("danger", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("seen_at", Moment),
    _text("seen_by"),
    _text("note"),
    _partial("ix_alarms_open", "citizen", "danger", where="seen_at IS NULL"),
)

chats = Table(
    "chats",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("citizen", Text, nullable=False),
    Column("state", Text, nullable=False),
    _text("about"),
    Column("asked_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("next_at", Moment),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    _text("officer"),
    Column("taken_at", Moment),
    Column("ended_at", Moment),
    _text("ended_how"),
    _count("lines"),
    Index("ix_chats_ended_at", "ended_at"),
    Index(
        "ix_chats_open",
        "citizen",
        unique=True,
        postgresql_where=text("state IN ('queued', 'held')"),
        sqlite_where=text("state IN ('queued', 'held')"),
    ),
)

chat_lines = Table(
    "chat_lines",
    metadata,
    Column("chat", _Id, ForeignKey("chats.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("said_by", Text, nullable=False),
    _text("actor"),
    _text("message"),
    _text("text"),
    # What makes a form sent twice one line; # and the number where nothing does.
    Column("once", Text, nullable=False),
    _text("outbox_key"),
    Index("uq_chat_lines_once", "chat", "once", unique=True),
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
    Column("used_for", _Id),
    Column("used_at", Moment),
    Column("ended_at", Moment),
    _text("ended"),
    Index("ix_grants_citizen", "citizen", "template"),
)

early_reports = Table(
    "early_reports",
    metadata,
    Column("citizen", Text, primary_key=True),
    Column("message_id", Text, primary_key=True),
    _text("template"),
    Column("delivered", Boolean, nullable=False),
    Column("blocked", Boolean, nullable=False),
    _text("detail"),
    Column("at", Moment, nullable=False),
)

refusals = Table(
    "refusals",
    metadata,
    Column("citizen", Text, primary_key=True),
    Column("rung", Text, primary_key=True),
    _text("code"),
    Column("at", Moment, nullable=False),
)

joinings = Table(
    "joinings",
    metadata,
    Column("number", Text, ForeignKey("petitions.number"), primary_key=True),
    Column("citizen", Text, primary_key=True),
    Column("joined_at", Moment, nullable=False),
)
