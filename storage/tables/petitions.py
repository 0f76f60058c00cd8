"""Petitions, what happened to them, their clocks, and who stands by them."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, Table, Text

from storage.columns import Moment
from storage.tables.schema import count, metadata, partial, words

petitions = Table(
    "petitions",
    metadata,
    Column("number", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("citizen", Text, nullable=False),
    Column("content", Text, nullable=False),
    words("place"),
    Column("latitude", Float(53)),
    Column("longitude", Float(53)),
    words("phone"),
    Column("public", Boolean, nullable=False),
    Column("code", Text, nullable=False),
    words("unit"),
    Column("policy", Text, nullable=False),
    Column("filed_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    Column("rating", Text),
    # What its hops left. A filing has none of it: the hot path writes no such column.
    words("co_units"),
    count("dispatches"),
    count("extensions"),
    count("chases"),
    Column("chase_again_at", Moment),
    count("redos"),
    count("supervisions"),
    count("reviews"),
    Column("solved", Text),
    count("joiners"),
    # Of the clocks that still run: the nearest due date and the nearest warning. Every lamp follows from these two.
    Column("open_due_at", Moment),
    Column("open_warn_at", Moment),
    Index("ix_petitions_citizen", "citizen", "filed_at"),
    Index("ix_petitions_unit_state", "unit", "state"),
    Index("ix_petitions_filed_at", "filed_at", "number"),
    partial("ix_petitions_co_units", "co_units", where="co_units > ''"),
    partial("ix_petitions_open_due_at", "open_due_at", "open_warn_at", where="open_due_at IS NOT NULL"),
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
    partial("ix_milestones_next_at", "next_at", "number", "name", where="next_at IS NOT NULL"),
)

counters = Table(
    "counters",
    metadata,
    Column("day", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)

followings = Table(
    "followings",
    metadata,
    Column("number", Text, ForeignKey("petitions.number"), primary_key=True),
    Column("citizen", Text, primary_key=True),
    Index("ix_followings_citizen", "citizen"),
)

joinings = Table(
    "joinings",
    metadata,
    Column("number", Text, ForeignKey("petitions.number"), primary_key=True),
    Column("citizen", Text, primary_key=True),
    Column("joined_at", Moment, nullable=False),
)
