"""Our own accounts on the platforms: what they were asked, how they stand, what found them in public."""

from sqlalchemy import Column, Index, Integer, Table, Text

from storage.columns import Moment
from storage.tables.schema import count, metadata, partial, words

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

signed_bodies = Table(
    "signed_bodies",
    metadata,
    Column("account", Text, primary_key=True),
    Column("timestamp", Text, primary_key=True),
    Column("nonce", Text, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("seen_at", Moment, nullable=False, index=True),
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
    count("attempts"),
    Column("next_at", Moment),
    count("replies"),
    words("detail"),
    # Of the petition that its citizen made of it.
    words("number"),
    Index("ix_mentions_citizen", "citizen", "sent_at"),
    Index("ix_mentions_state", "state", "found_at"),
    Index("ix_mentions_found_at", "found_at", "key"),
    partial("ix_mentions_unfiled", "found_at", "key", where="number = ''"),
    partial("ix_mentions_next_at", "next_at", where="next_at IS NOT NULL"),
)

mention_cursors = Table(
    "mention_cursors",
    metadata,
    Column("account", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    words("cursor"),
    Column("looked_at", Moment, nullable=False),
    # When the first look began, what came of the last one, and when one last went through to its end.
    Column("began_at", Moment),
    words("code"),
    Column("complete_at", Moment),
)
