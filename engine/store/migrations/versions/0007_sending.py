"""The outbox of real providers, what is doubtful, what receipts name, and what people decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _number(name: str, type_: type[sa.Integer] = sa.BigInteger, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, type_(), autoincrement=False, nullable=null)


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=null)


def upgrade() -> None:
    key = ("account", "priority", "version", "ready_at", "node", "person", "entry", "address")
    op.create_table(
        "outbox",
        _text("account"),
        _number("priority", sa.SmallInteger),
        _number("version"),
        _number("ready_at"),
        _number("node", sa.Integer),
        _number("person"),
        _number("entry", sa.Integer),
        _text("address"),
        _number("campaign"),
        _number("queued_at"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        _number("first_attempt", null=True),
        _text("worker", null=True),
        _number("fence", null=True),
        _number("leased_until", null=True),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_outbox")),
        sqlite_with_rowid=False,
    )
    claimed = sa.text("worker IS NOT NULL")
    op.create_index(
        op.f("ix_outbox_leased_until"),
        "outbox",
        ["leased_until"],
        sqlite_where=claimed,
        postgresql_where=claimed,
    )
    op.create_index(op.f("ix_outbox_person"), "outbox", ["person"])
    op.create_table(
        "doubt",
        _number("campaign"),
        _number("node", sa.Integer),
        _number("person"),
        _number("entry", sa.Integer),
        _text("address"),
        _text("account"),
        _number("priority", sa.SmallInteger),
        _number("version"),
        _number("attempted_at"),
        _text("reason"),
        sa.PrimaryKeyConstraint("campaign", "node", "person", "entry", "address", name=op.f("pk_doubt")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_doubt_account_attempted_at"), "doubt", ["account", "attempted_at"])
    op.create_table(
        "reference",
        _text("account"),
        _text("reference"),
        _number("campaign"),
        _number("node", sa.Integer),
        _number("person"),
        _number("entry", sa.Integer),
        _text("address"),
        _number("sent_at"),
        sa.PrimaryKeyConstraint("account", "reference", name=op.f("pk_reference")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_reference_campaign"), "reference", ["campaign"])
    op.create_index(op.f("ix_reference_person"), "reference", ["person"])
    op.create_table(
        "audit",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        _number("at"),
        _text("who"),
        _text("did"),
        _text("detail"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
