"""What calls rest and why, and what came of the looks for mentions."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and the columns."""
    op.create_table(
        "account_rests",
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("failed_at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("lane", "call", name=op.f("pk_account_rests")),
    )
    op.add_column("mention_cursors", sa.Column("began_at", Moment(), nullable=True))
    op.add_column("mention_cursors", sa.Column("code", sa.Text(), server_default="", nullable=False))
    op.add_column("mention_cursors", sa.Column("complete_at", Moment(), nullable=True))
