"""Work divided among processes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "division",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("settings", TEXT, nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("last_worker", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "worker",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("lasts", sa.BigInteger(), nullable=False),
        sa.Column("renewed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_worker")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "version_lease",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("up_to", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("taken_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("waves", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refused", sa.SmallInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_version_lease")),
        sqlite_with_rowid=False,
    )
