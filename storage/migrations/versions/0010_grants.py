"""What citizens agreed to be sent, forms that did not reach them, and since when a message may have arrived."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and the column."""
    op.create_table(
        "grants",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("lasting", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("granted_at", Moment(), nullable=False),
        sa.Column("used_for", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
        sa.Column("used_at", Moment()),
        sa.Column("ended_at", Moment()),
        sa.Column("ended", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_grants")),
    )
    op.create_index("ix_grants_citizen", "grants", ["citizen", "template"])
    op.create_table(
        "refusals",
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, server_default=""),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("citizen", "rung", name=op.f("pk_refusals")),
    )
    op.add_column("outbox", sa.Column("unclear_at", Moment()))
