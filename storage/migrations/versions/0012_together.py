"""Messages that leave together as one; what is due is looked for account by account."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_PENDING = sa.text("state = 'pending'")
_FAILED = sa.text("state IN ('dead', 'unknown')")


def upgrade() -> None:
    """Create the table, and index what is due by account."""
    op.create_table(
        "carried",
        sa.Column("outbox_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("carrier", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_carried_outbox_id")),
        sa.ForeignKeyConstraint(
            ["carrier", "attempt"],
            ["deliveries.outbox_id", "deliveries.attempt"],
            name=op.f("fk_carried_carrier_attempt"),
        ),
        sa.PrimaryKeyConstraint("outbox_id", "carrier", "attempt", name=op.f("pk_carried")),
    )
    op.drop_index("ix_outbox_pending", "outbox")
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["account", "next_at", "id"],
        postgresql_where=_PENDING,
        sqlite_where=_PENDING,
    )
    op.create_index("ix_outbox_failed", "outbox", ["id"], postgresql_where=_FAILED, sqlite_where=_FAILED)
