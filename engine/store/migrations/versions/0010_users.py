"""Users of a shared server with what they sign in with, proposals, the audit log; who published a version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TEXT = sa.Text().with_variant(sa.TEXT(collation="C"), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=null)


def _time(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def _key(name: str, table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint]:
    key = sa.PrimaryKeyConstraint(name, name=op.f(f"pk_{table}"))
    return sa.Column(name, KEY, autoincrement=False, nullable=False), key


def upgrade() -> None:
    op.create_table(
        "user_account",
        _text("name"),
        _text("role"),
        _text("password", null=True),
        _time("created_at"),
        _text("created_by"),
        _time("disabled_at", null=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_user_account")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "credential",
        _text("id"),
        _text("owner"),
        _text("kind"),
        _text("hash"),
        _text("role", null=True),
        _text("label"),
        _time("created_at"),
        _time("expires_at"),
        _time("used_at", null=True),
        _time("revoked_at", null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_credential_owner_kind"), "credential", ["owner", "kind"])
    op.create_index(op.f("ix_credential_expires_at"), "credential", ["expires_at"])
    number, key = _key("number", "proposal")
    op.create_table(
        "proposal",
        number,
        _text("campaign"),
        _text("name"),
        _text("hash"),
        _text("bundle"),
        _text("proposed_by"),
        _time("proposed_at"),
        sa.Column("approved", sa.SmallInteger(), nullable=True),
        _text("decided_by", null=True),
        _time("decided_at", null=True),
        _text("reason", null=True),
        _time("published_at", null=True),
        key,
    )
    op.create_index(op.f("ix_proposal_hash"), "proposal", ["hash"])
    number, key = _key("number", "audit_log")
    op.create_table(
        "audit_log",
        number,
        _time("at"),
        _text("who"),
        _text("did"),
        _text("target"),
        _text("detail"),
        _text("previous"),
        _text("hash"),
        _text("by_role"),
        key,
    )
    op.create_index(op.f("ix_audit_log_who_number"), "audit_log", ["who", "number"])
    op.add_column("campaign_version", _text("published_by", null=True))
