"""Whether a petition's matter is settled, by the citizen's word."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("petitions", sa.Column("solved", sa.Text(), nullable=True))
