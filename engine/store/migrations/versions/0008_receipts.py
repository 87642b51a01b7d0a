"""Receipts that come before their messages have a result, and what the tokens of links stand for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")


def _number(name: str, type_: type[sa.Integer] = sa.BigInteger, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, type_(), autoincrement=False, nullable=null)


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=null)


def upgrade() -> None:
    key = ("account", "reference", "code", "at", "reason")
    op.create_table(
        "early_receipt",
        _text("account"),
        _text("reference"),
        _text("code"),
        _number("at"),
        _text("reason"),
        _number("received_at"),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_early_receipt")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_early_receipt_received_at"), "early_receipt", ["received_at"])
    op.create_table(
        "link_token",
        _text("token"),
        _text("url"),
        _number("campaign"),
        _number("node", sa.Integer),
        _number("person", null=True),
        _number("entry", sa.Integer, null=True),
        _text("address", null=True),
        _number("noted_at"),
        sa.Column("clicks", sa.BigInteger(), nullable=False, server_default="0"),
        _number("clicked_at", null=True),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_link_token")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_link_token_campaign_node"), "link_token", ["campaign", "node"])
    op.create_index(op.f("ix_link_token_person"), "link_token", ["person"])
