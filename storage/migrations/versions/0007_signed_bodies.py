"""Which body came first with which signed query of Weibo; the petitions of mentions; what housekeeping looks for."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_FILED_BEFORE = """
UPDATE mentions SET number = COALESCE((
    SELECT events.number FROM petitions JOIN events ON events.number = petitions.number
    WHERE petitions.citizen = mentions.citizen AND events.type = 'filed'
    AND events.data LIKE '%"' || mentions.key || '"%' LIMIT 1), '')
"""


def upgrade() -> None:
    """Create the table, the column and the index; find the petitions of the mentions there are."""
    op.create_table(
        "signed_bodies",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("account", "timestamp", "nonce", name=op.f("pk_signed_bodies")),
    )
    op.create_index(op.f("ix_signed_bodies_seen_at"), "signed_bodies", ["seen_at"])
    op.create_index(op.f("ix_console_sessions_expires_at"), "console_sessions", ["expires_at"])
    op.add_column("mentions", sa.Column("number", sa.Text(), server_default="", nullable=False))
    op.execute(_FILED_BEFORE)
    unfiled = sa.text("number = ''")
    op.create_index(
        "ix_mentions_unfiled", "mentions", ["found_at", "key"], postgresql_where=unfiled, sqlite_where=unfiled
    )
