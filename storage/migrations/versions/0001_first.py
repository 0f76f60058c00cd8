"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.columns import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables."""
    _citizens()
    _inbound()
    _petitions()
    _events()
    _milestones()
    _counters()
    _attachments()
    _outbox()
    _deliveries()
    _users()
    _console_sessions()
    _audit()
    _calendar()


def _where(condition: sa.TextClause) -> dict[str, Any]:
    return {"postgresql_where": condition, "sqlite_where": condition}


def _citizens() -> None:
    op.create_table(
        "citizens",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("following", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("window_until", Moment(), nullable=True),
        sa.Column("window_left", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_seen", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_citizens")),
    )


def _inbound() -> None:
    op.create_table(
        "inbound",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_inbound")),
    )
    op.create_index(
        "ix_inbound_troubled",
        "inbound",
        ["received_at"],
        unique=False,
        **_where(sa.text("state IN ('failed', 'malformed')")),
    )


def _petitions() -> None:
    op.create_table(
        "petitions",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("latitude", sa.Float(precision=53), nullable=True),
        sa.Column("longitude", sa.Float(precision=53), nullable=True),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("filed_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Text(), nullable=True),
        sa.Column("co_units", sa.Text(), server_default="", nullable=False),
        sa.Column("dispatches", sa.Integer(), server_default="0", nullable=False),
        sa.Column("extensions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("chases", sa.Integer(), server_default="0", nullable=False),
        sa.Column("chase_again_at", Moment(), nullable=True),
        sa.Column("redos", sa.Integer(), server_default="0", nullable=False),
        sa.Column("supervisions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reviews", sa.Integer(), server_default="0", nullable=False),
        sa.Column("open_due_at", Moment(), nullable=True),
        sa.Column("open_warn_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_petitions")),
    )
    op.create_index("ix_petitions_citizen", "petitions", ["citizen", "filed_at"], unique=False)
    op.create_index("ix_petitions_filed_at", "petitions", ["filed_at", "number"], unique=False)
    op.create_index(
        "ix_petitions_co_units",
        "petitions",
        ["co_units"],
        unique=False,
        **_where(sa.text("co_units > ''")),
    )
    op.create_index(
        "ix_petitions_open_due_at",
        "petitions",
        ["open_due_at", "open_warn_at"],
        unique=False,
        **_where(sa.text("open_due_at IS NOT NULL")),
    )
    op.create_index("ix_petitions_unit_state", "petitions", ["unit", "state"], unique=False)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["petitions.number"], name=op.f("fk_events_number")),
        sa.PrimaryKeyConstraint("number", "seq", name=op.f("pk_events")),
    )


def _milestones() -> None:
    op.create_table(
        "milestones",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("warn_at", Moment(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("warned_at", Moment(), nullable=True),
        sa.Column("passed_at", Moment(), nullable=True),
        sa.Column("met_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("paused_at", Moment(), nullable=True),
        sa.Column("next_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["number"], ["petitions.number"], name=op.f("fk_milestones_number")),
        sa.PrimaryKeyConstraint("number", "name", name=op.f("pk_milestones")),
    )
    op.create_index(
        "ix_milestones_next_at",
        "milestones",
        ["next_at", "number", "name"],
        unique=False,
        **_where(sa.text("next_at IS NOT NULL")),
    )


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_counters")),
    )


def _attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_id", sa.Text(), nullable=False),
        sa.Column("better_id", sa.Text(), server_default="", nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), server_default="", nullable=False),
        sa.Column("playable", sa.Text(), server_default="", nullable=False),
        sa.Column("content_type", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["number"], ["petitions.number"], name=op.f("fk_attachments_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        sa.UniqueConstraint("key", name=op.f("uq_attachments_key")),
    )
    op.create_index(
        "ix_attachments_number", "attachments", ["number"], unique=False, **_where(sa.text("number IS NOT NULL"))
    )
    op.create_index(
        "ix_attachments_wanted", "attachments", ["next_at", "id"], unique=False, **_where(sa.text("state = 'wanted'"))
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("citizen", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("phrase", sa.Text(), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("lease_by", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index("ix_outbox_number", "outbox", ["number"], unique=False, **_where(sa.text("number IS NOT NULL")))
    op.create_index(
        "ix_outbox_pending", "outbox", ["next_at", "id"], unique=False, **_where(sa.text("state = 'pending'"))
    )
    op.create_index(
        "ix_outbox_sending", "outbox", ["lease_until"], unique=False, **_where(sa.text("state = 'sending'"))
    )
    op.create_index(
        "ix_outbox_troubled",
        "outbox",
        ["id"],
        unique=False,
        **_where(sa.text("state IN ('dead', 'unknown', 'waiting')")),
    )
    op.create_index(
        "ix_outbox_unfinished",
        "outbox",
        ["citizen", "id"],
        unique=False,
        **_where(sa.text("state IN ('pending', 'sending')")),
    )
    op.create_index("ix_outbox_waiting", "outbox", ["citizen"], unique=False, **_where(sa.text("state = 'waiting'")))


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column(
            "outbox_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_deliveries_outbox_id")),
        sa.PrimaryKeyConstraint("outbox_id", "attempt", name=op.f("pk_deliveries")),
    )
    op.create_index(
        "ix_deliveries_message_id", "deliveries", ["message_id"], unique=False, **_where(sa.text("message_id <> ''"))
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("display", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("disabled_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )


def _console_sessions() -> None:
    op.create_table(
        "console_sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_console_sessions")),
    )
    op.create_index(op.f("ix_console_sessions_user_name"), "console_sessions", ["user_name"], unique=False)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_target", "audit", ["target", "id"], unique=False)


def _calendar() -> None:
    op.create_table(
        "calendar_versions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("region", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", Moment(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("applied_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_calendar_versions")),
    )
    op.create_table(
        "calendar",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version"], ["calendar_versions.number"], name=op.f("fk_calendar_version")),
        sa.PrimaryKeyConstraint("version", "date", name=op.f("pk_calendar")),
    )
