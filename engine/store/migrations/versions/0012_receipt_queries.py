"""Receipts that are asked for: which ones, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "receipt_query",
        sa.Column("due_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("due_at", "account", "reference", name=op.f("pk_receipt_query")),
        sqlite_with_rowid=False,
    )
