"""Where a person is needed at once: chats with the staff, and alarms."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from storage.columns import Moment
from storage.tables.schema import Id, count, metadata, partial, words

chats = Table(
    "chats",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("citizen", Text, nullable=False),
    Column("state", Text, nullable=False),
    words("about"),
    Column("asked_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("next_at", Moment),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    words("officer"),
    Column("taken_at", Moment),
    Column("ended_at", Moment),
    words("ended_how"),
    count("lines"),
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
    Column("chat", Id, ForeignKey("chats.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("said_by", Text, nullable=False),
    words("actor"),
    words("message"),
    words("text"),
    # What makes a form sent twice one line; # and the number where nothing does.
    Column("once", Text, nullable=False),
    words("outbox_key"),
    Index("uq_chat_lines_once", "chat", "once", unique=True),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("citizen", Text, nullable=False),
    Column("danger", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("seen_at", Moment),
    words("seen_by"),
    words("note"),
    partial("ix_alarms_open", "citizen", "danger", where="seen_at IS NULL"),
)
