"""Cycles, matches on the way to the n-th event, goals, gathered audiences; what fatigue control counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "gathered",
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "node", "person", "entry", name=op.f("pk_gathered")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "generated_audience",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("campaign", sa.BigInteger(), nullable=False),
        sa.Column("node", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("directory", TEXT, nullable=False),
        sa.Column("public", sa.SmallInteger(), nullable=False),
        sa.Column("remark", TEXT, nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generated_audience")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "goal",
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("port", TEXT, nullable=False),
        sa.Column("judged_at", sa.BigInteger(), nullable=False),
        sa.Column("achieved", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "node", "person", "entry", name=op.f("pk_goal")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "goal_counter",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cycle", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("port", TEXT, nullable=False),
        sa.Column("achieved", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "version", "cycle", "node", "port", "achieved", "shard", name=op.f("pk_goal_counter")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "marketing_node",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("signature", TEXT, nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version", "node", name=op.f("pk_marketing_node")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pending_match",
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", TEXT, nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "person", "event", name=op.f("pk_pending_match")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "skipped_cycle",
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("planned", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audience", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("campaign", "planned", name=op.f("pk_skipped_cycle")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "test_state",
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("best", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("campaign", "node", name=op.f("pk_test_state")),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "campaign_version", sa.Column("cuts", sa.SmallInteger(), server_default="0", nullable=False)
    )
    op.add_column("cycle", sa.Column("planned", sa.BigInteger(), nullable=True))
    op.add_column("cycle", sa.Column("finished_at", sa.BigInteger(), nullable=True))
    op.add_column("entry", sa.Column("origin", sa.BigInteger(), nullable=True))
    op.add_column("finished", sa.Column("last", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("message", sa.Column("due_at", sa.BigInteger(), nullable=True))
    op.add_column("message", sa.Column("contact_at", sa.BigInteger(), nullable=True))
    op.add_column("message", sa.Column("receipt", TEXT, nullable=True))
    op.add_column("message", sa.Column("receipt_at", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_message_contact",
        "message",
        ["person", "contact_at"],
        unique=False,
        sqlite_where=sa.text("contact_at IS NOT NULL"),
        postgresql_where=sa.text("contact_at IS NOT NULL"),
    )
    op.create_index(
        "ix_message_due",
        "message",
        ["version", "node", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index(op.f("ix_person_id_type_value"), "person_id", ["type", "value"], unique=False)
