"""Citizens who stand by somebody else's petition, and how many there are."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and the column."""
    op.create_table(
        "joinings",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("joined_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["petitions.number"], name=op.f("fk_joinings_number")),
        sa.PrimaryKeyConstraint("number", "citizen", name=op.f("pk_joinings")),
    )
    op.add_column("petitions", sa.Column("joiners", sa.Integer(), server_default="0", nullable=False))
