"""The list of mentions, newest first."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    op.create_index("ix_mentions_found_at", "mentions", ["found_at", "key"])
