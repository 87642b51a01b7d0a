"""The sizes that audiences have had, and why an update failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audience_size",
        sa.Column("audience", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("audience", "at", name=op.f("pk_audience_size")),
        sqlite_with_rowid=False,
    )
    op.add_column("audience", sa.Column("reason", TEXT, nullable=True))
    # What is known of the time before: the size of the last update.
    op.execute(
        "INSERT INTO audience_size (audience, at, size) "
        "SELECT id, updated_at, size FROM audience WHERE list IS NOT NULL AND updated_at IS NOT NULL"
    )
