"""The types of the rows that a batch of turns writes on PostgreSQL, where it hands each table's over as one array.

SQLite knows no types of rows and needs none.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TYPES = {
    "new_inbound": """
        key text, citizen text, kind text, state text, payload text, reply text, detail text, received_at
        timestamptz
    """,
    "new_citizen": """
        key text, session text, version int4, following bool, window_until timestamptz, window_left int4,
        last_seen timestamptz, draft_at timestamptz
    """,
    "new_last_number": """
        day text, before int4, last int4
    """,
    "new_attachment": """
        key text, citizen text, number text, kind text, media_id text, better_id text, received_at timestamptz,
        state text, path text, playable text, content_type text, size int8, sha256 text, attempts int4, next_at
        timestamptz, detail text
    """,
    "new_petition": """
        number text, kind text, state text, citizen text, content text, place text, latitude float8, longitude
        float8, phone text, public bool, code text, unit text, policy text, filed_at timestamptz, updated_at
        timestamptz, version int4, rating text, open_due_at timestamptz, open_warn_at timestamptz
    """,
    "new_event": """
        number text, seq int4, type text, at timestamptz, role text, actor text, data text
    """,
    "new_milestone": """
        number text, name text, position int4, started_at timestamptz, due_at timestamptz, warn_at timestamptz,
        provisional bool, warned_at timestamptz, passed_at timestamptz, met_at timestamptz, ended_at timestamptz,
        next_at timestamptz
    """,
    "new_attachment_number": """
        number text, key text
    """,
    "new_message": """
        key text, citizen text, account text, kind text, number text, phrase text, "values" text, created_at
        timestamptz, state text, next_at timestamptz
    """,
}


def upgrade() -> None:
    """Create the types."""
    if op.get_bind().dialect.name == "postgresql":
        for name, columns in _TYPES.items():
            op.execute(f"CREATE TYPE {name} AS ({columns})")
