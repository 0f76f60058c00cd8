"""Drafts of mentions that nobody took up are looked at too, so that they end like others."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let those that are there be looked at soon."""
    op.execute("UPDATE citizens SET draft_at = last_seen WHERE draft_at IS NULL AND session LIKE '%\"w\":[%'")
