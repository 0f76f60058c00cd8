"""What the staff wrote down of a voice message."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and index what was written down."""
    op.add_column("attachments", sa.Column("transcript", sa.Text(), server_default="", nullable=False))
    written = sa.text("transcript <> ''")
    op.create_index(
        "ix_attachments_transcript", "attachments", ["number"], postgresql_where=written, sqlite_where=written
    )
