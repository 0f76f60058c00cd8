"""Chats of citizens with a person of the staff."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "chats",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        _text("about"),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _text("officer"),
        sa.Column("taken_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        _text("ended_how"),
        sa.Column("lines", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chats")),
    )
    op.create_index("ix_chats_ended_at", "chats", ["ended_at"])
    is_open = sa.text("state IN ('queued', 'held')")
    op.create_index("ix_chats_open", "chats", ["citizen"], unique=True, postgresql_where=is_open, sqlite_where=is_open)
    op.create_table(
        "chat_lines",
        sa.Column("chat", _ID, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        _text("actor"),
        _text("message"),
        _text("text"),
        sa.Column("once", sa.Text(), nullable=False),
        _text("outbox_key"),
        sa.ForeignKeyConstraint(["chat"], ["chats.id"], name=op.f("fk_chat_lines_chat")),
        sa.PrimaryKeyConstraint("chat", "seq", name=op.f("pk_chat_lines")),
    )
    op.create_index("uq_chat_lines_once", "chat_lines", ["chat", "once"], unique=True)
