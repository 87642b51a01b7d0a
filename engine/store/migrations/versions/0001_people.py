"""People, what is known of them, audiences, coupon codes and imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audience",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("list", sa.BigInteger(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience")),
    )
    op.create_table(
        "audience_member",
        sa.Column("list", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("list", "person", name=op.f("pk_audience_member")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "coupon_code",
        sa.Column("coupon", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=True),
        sa.Column("campaign", TEXT, nullable=True),
        sa.Column("entry", sa.BigInteger(), nullable=True),
        sa.Column("node", TEXT, nullable=True),
        sa.Column("issued_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("coupon", "code", name=op.f("pk_coupon_code")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_coupon_code_coupon_person_position"),
        "coupon_code",
        ["coupon", "person", "position"],
        unique=False,
    )
    op.create_table(
        "data_field",
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("slot", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("scope", "owner", "name", name=op.f("pk_data_field")),
    )
    op.create_table(
        "event",
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_id", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attributes", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("person", "source_id", name=op.f("pk_event")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_event_code_person_time_received_at"),
        "event",
        ["code", "person", "time", "received_at"],
        unique=False,
    )
    op.create_index(op.f("ix_event_time"), "event", ["time"], unique=False)
    op.create_table(
        "import_run",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_table(
        "person",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("time_zone", TEXT, nullable=True),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("external_id", name=op.f("uq_person_external_id")),
    )
    op.create_table(
        "person_id",
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("follower", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("person", "type", "value", name=op.f("pk_person_id")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "suppression",
        sa.Column("type", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("type", "value", name=op.f("pk_suppression")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tag_value",
        sa.Column("tag", TEXT, nullable=False),
        sa.Column("person", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tag", "person", "value", name=op.f("pk_tag_value")),
        sqlite_with_rowid=False,
    )
    # People whom an event creates belong to import 0, which is always complete.
    columns = "id, state, source, started_at, finished_at"
    op.execute(f"INSERT INTO import_run ({columns}) VALUES (0, 'complete', 'events', 0, 0)")
