"""How the accounts stand: when something last happened to each, and what came of the attempts of a day."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create table and index."""
    op.create_table(
        "account_marks",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("account", "name", name=op.f("pk_account_marks")),
    )
    op.create_index("ix_deliveries_started_at", "deliveries", ["started_at"])
