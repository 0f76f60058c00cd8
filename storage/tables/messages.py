"""What citizens said, what the dialog remembers of them, and the files they sent.

Citizens and inbound messages carry no foreign keys: they are written with every message.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, Table, Text, text

from storage.columns import Moment
from storage.tables.schema import Id, metadata, partial, words

citizens = Table(
    "citizens",
    metadata,
    Column("key", Text, primary_key=True),
    words("session"),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("following", Boolean, nullable=False, server_default=text("true")),
    Column("window_until", Moment),
    Column("window_left", Integer, nullable=False, server_default="0"),
    Column("last_seen", Moment),
    # When to look what time does to a draft left lying; coarse, and written when a draft begins or is looked at: an
    # ordinary turn changes no indexed column (on PostgreSQL, its update stays a heap-only one).
    Column("draft_at", Moment),
    partial("ix_citizens_draft_at", "draft_at", where="draft_at IS NOT NULL"),
)

inbound = Table(
    "inbound",
    metadata,
    Column("key", Text, primary_key=True),
    Column("citizen", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("payload", Text, nullable=False),
    words("reply"),
    words("detail"),
    Column("received_at", Moment, nullable=False),
    partial("ix_inbound_troubled", "received_at", where="state IN ('failed', 'malformed')"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("citizen", Text, nullable=False),
    Column("number", Text, ForeignKey("petitions.number")),
    Column("kind", Text, nullable=False),
    Column("media_id", Text, nullable=False),
    words("better_id"),
    Column("received_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    words("path"),
    words("playable"),
    words("content_type"),
    Column("size", BigInteger, nullable=False, server_default="0"),
    words("sha256"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Moment),
    words("detail"),
    # What the staff wrote down of a voice message; the hot path writes no such column.
    words("transcript"),
    partial("ix_attachments_transcript", "number", where="transcript <> ''"),
    partial("ix_attachments_number", "number", where="number IS NOT NULL"),
    partial("ix_attachments_wanted", "next_at", "id", where="state = 'wanted'"),
)
