"""The people of one version divided among processes: whose something is due, and who runs them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.drop_index("ix_agenda_due", table_name="agenda")
    before = _set_aside("agenda")
    op.create_table(
        "agenda",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shard", sa.SmallInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", "place", "shard", name=op.f("pk_agenda")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_agenda_due", "agenda", ["due"])
    _take_over(before, "agenda", "version, place, due")

    before = _set_aside("version_lease")
    op.create_table(
        "version_lease",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("shard", sa.SmallInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("up_to", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("taken_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("waves", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("refused", sa.SmallInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("version", "shard", name=op.f("pk_version_lease")),
        sqlite_with_rowid=False,
    )
    columns = "version, up_to, worker, fence, taken_at, changed, waves, refused"
    _take_over(before, "version_lease", columns)


def _set_aside(table: str) -> str:
    before = f"{table}_before"
    op.rename_table(table, before)
    if op.get_context().dialect.name == "postgresql":  # its name is needed anew
        op.drop_constraint(f"pk_{table}", before)
    return before


def _take_over(before: str, table: str, columns: str) -> None:
    op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {before}")
    op.drop_table(before)
