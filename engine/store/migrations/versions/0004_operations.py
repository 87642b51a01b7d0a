"""The engine's epoch, and what retention deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "epoch",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("database", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("renewed_at", sa.BigInteger(), nullable=False),
        sa.Column("server", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epoch")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deleted_visit",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", "path", name=op.f("pk_deleted_visit")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deleted_message",
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "node", "state", name=op.f("pk_deleted_message")),
        sqlite_with_rowid=False,
    )
