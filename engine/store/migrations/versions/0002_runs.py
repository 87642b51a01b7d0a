"""Campaigns, their versions, people on their way, visits, counters and messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "agenda",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", "place", name=op.f("pk_agenda")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_agenda_due"), "agenda", ["due"], unique=False)
    op.create_table(
        "arrival",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("due", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("version", "due", "person", "event", name=op.f("pk_arrival")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaign",
        sa.Column("number", KEY, autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("resumed_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_campaign")),
        sa.UniqueConstraint("id", name=op.f("uq_campaign_id")),
    )
    op.create_table(
        "campaign_node",
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("campaign", "node", name=op.f("pk_campaign_node")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaign_version",
        sa.Column("key", KEY, autoincrement=False, nullable=False),
        sa.Column("campaign", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("bundle", TEXT, nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_campaign_version")),
    )
    op.create_index(
        op.f("ix_campaign_version_campaign_version"), "campaign_version", ["campaign", "version"], unique=True
    )
    op.create_table(
        "claim",
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("campaign", "node", "person", "entry", name=op.f("pk_claim")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counter",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cycle", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", "cycle", "path", "shard", "hour", name=op.f("pk_counter")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "coupon_issue",
        sa.Column("coupon", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("campaign", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("node", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("coupon", "position", name=op.f("pk_coupon_issue")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_coupon_issue_person_campaign_coupon"),
        "coupon_issue",
        ["person", "campaign", "coupon"],
        unique=False,
    )
    op.create_table(
        "cycle",
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cycle", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "cycle", name=op.f("pk_cycle")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry",
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("event", TEXT, nullable=True),
        sa.Column("live", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("campaign", "person", "entry", name=op.f("pk_entry")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "finished",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cycle", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", "cycle", "shard", name=op.f("pk_finished")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "message",
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("planned_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("result", TEXT, nullable=True),
        sa.Column("result_at", sa.BigInteger(), nullable=True),
        sa.Column("variables", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("campaign", "node", "person", "entry", "address", name=op.f("pk_message")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_message_sending",
        "message",
        ["campaign", "result_at"],
        unique=False,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_table(
        "message_counter",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cycle", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("receipt", TEXT, nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "version",
            "cycle",
            "node",
            "state",
            "reason",
            "receipt",
            "shard",
            "hour",
            name=op.f("pk_message_counter"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "path",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("steps", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("version", "path", name=op.f("pk_path")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tag_write",
        sa.Column("campaign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tag", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "node", "person", "entry", "tag", name=op.f("pk_tag_write")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "token",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("via", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("arrived", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("version", "place", "due", "person", "entry", "via", name=op.f("pk_token")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "token_watched",
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("via", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("arrived", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("person", "version", "place", "entry", "via", name=op.f("pk_token_watched")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_token_watched_version_place_due"), "token_watched", ["version", "place", "due"], unique=False
    )
    op.create_table(
        "visit",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", "path", "person", "entry", name=op.f("pk_visit")),
        sqlite_with_rowid=False,
    )
