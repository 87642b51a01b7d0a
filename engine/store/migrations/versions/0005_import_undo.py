"""What imports changed, so that they can be undone; people who were merged into others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "import_before",
        sa.Column("import_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("before", TEXT, nullable=False),
        sa.Column("after", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("import_id", "person", "kind", "name", name=op.f("pk_import_before")),
        sqlite_with_rowid=False,
    )
    op.add_column("import_run", sa.Column("counts", TEXT, nullable=True))
    op.add_column("import_run", sa.Column("undo", sa.Integer(), server_default="0", nullable=False))
    op.add_column("person", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_person_merged_into",
        "person",
        ["merged_into"],
        unique=False,
        sqlite_where=sa.text("merged_into IS NOT NULL"),
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
