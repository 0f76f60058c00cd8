"""When to look what time does to a citizen's draft."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and its index; drafts that are there are looked at soon."""
    op.add_column("citizens", sa.Column("draft_at", Moment(), nullable=True))
    there = sa.text("draft_at IS NOT NULL")
    op.create_index("ix_citizens_draft_at", "citizens", ["draft_at"], postgresql_where=there, sqlite_where=there)
    op.execute("UPDATE citizens SET draft_at = last_seen WHERE session LIKE '%\"d\":{%'")
