"""Campaign goals, and who is held back as a control group."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("entry", sa.Column("held_back", sa.SmallInteger(), nullable=True))
    op.add_column("entry", sa.Column("converted_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "campaign_goal",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign", sa.BigInteger(), nullable=False),
        sa.Column("event", TEXT, nullable=False),
        sa.Column("goal", TEXT, nullable=False),
        sa.Column("holdout", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_campaign_goal")),
        sqlite_with_rowid=False,
    )
    key = ("version", "cycle", "held_back", "again", "converted", "hour", "shard")
    types = {"version": sa.BigInteger(), "cycle": sa.Integer(), "hour": sa.Integer()}
    op.create_table(
        "conversion_counter",
        *(
            sa.Column(name, types.get(name, sa.SmallInteger()), autoincrement=False, nullable=False)
            for name in key
        ),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_conversion_counter")),
        sqlite_with_rowid=False,
    )
