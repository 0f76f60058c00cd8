"""Petitions that their citizen follows on another platform too."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "followings",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["petitions.number"], name=op.f("fk_followings_number")),
        sa.PrimaryKeyConstraint("number", "citizen", name=op.f("pk_followings")),
    )
    op.create_index("ix_followings_citizen", "followings", ["citizen"])
