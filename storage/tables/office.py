"""The office: who works there, what they did, and by which calendar."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text

from storage.columns import Moment
from storage.tables.schema import Id, metadata, words

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("display", Text, nullable=False),
    Column("role", Text, nullable=False),
    words("unit"),
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
    Column("id", Id, primary_key=True, autoincrement=True),
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
    words("region"),
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
    words("name"),
    Column("confirmed", Boolean, nullable=False),
)
