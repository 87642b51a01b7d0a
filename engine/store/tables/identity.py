"""Who uses a shared server: users, what they sign in with, proposals to publish, and the audit log."""

from __future__ import annotations

from sqlalchemy import Column, Index, SmallInteger, Table

from engine.store.schema import METADATA, KeyType, TextType, TimeType

user_account = Table(
    "user_account",
    METADATA,
    Column("name", TextType, primary_key=True, doc="what the user signs in with; never another user's"),
    Column("role", TextType, nullable=False, doc="see engine.server.identity.roles"),
    Column("password", TextType, doc="its argon2 hash; null: not chosen yet"),
    Column("created_at", TimeType, nullable=False),
    Column("created_by", TextType, nullable=False),
    Column("disabled_at", TimeType, doc="from then on nothing of this user is taken; null: never"),
    sqlite_with_rowid=False,
)

credential = Table(
    "credential",
    METADATA,
    Column("id", TextType, primary_key=True, doc="random; the part of the secret that may be shown"),
    Column("owner", TextType, nullable=False, doc="name of the user"),
    Column("kind", TextType, nullable=False, doc="token, session, invitation or share"),
    Column("hash", TextType, nullable=False, doc="SHA-256 of the secret part, which nobody keeps"),
    Column("role", TextType, doc="the most that it may do; null: what its owner may"),
    Column("label", TextType, nullable=False, doc="what it is for; of a share the campaign's id"),
    Column("created_at", TimeType, nullable=False),
    Column("expires_at", TimeType, nullable=False),
    Column("used_at", TimeType, doc="about when it was last shown; null: never"),
    Column("revoked_at", TimeType, doc="null: it is not"),
    Index(None, "owner", "kind"),
    Index(None, "expires_at"),
    sqlite_with_rowid=False,
)
"""What users show: tokens of programs, sessions of people who signed in, invitations to choose a password,
links to one campaign."""

proposal = Table(
    "proposal",
    METADATA,
    Column("number", KeyType, primary_key=True, autoincrement=False, doc="counts from 1"),
    Column("campaign", TextType, nullable=False, doc="the campaign's id"),
    Column("name", TextType, nullable=False, doc="the campaign's name"),
    Column("hash", TextType, nullable=False, doc="of the bundle: what is approved is this and nothing else"),
    Column("bundle", TextType, nullable=False),
    Column("proposed_by", TextType, nullable=False),
    Column("proposed_at", TimeType, nullable=False),
    Column("approved", SmallInteger, doc="1 or 0; null: not decided yet"),
    Column("decided_by", TextType),
    Column("decided_at", TimeType),
    Column("reason", TextType),
    Column("published_at", TimeType, doc="when it was used up; null: it was not"),
    Index(None, "hash"),
)
"""Campaigns that somebody else is to approve before they are published."""

audit_log = Table(
    "audit_log",
    METADATA,
    Column("number", KeyType, primary_key=True, autoincrement=False, doc="counts from 1, without a gap"),
    Column("at", TimeType, nullable=False),
    Column("who", TextType, nullable=False),
    Column("did", TextType, nullable=False),
    Column("target", TextType, nullable=False, doc="what it was done to; empty: the server as a whole"),
    Column("detail", TextType, nullable=False, doc="JSON"),
    Column("previous", TextType, nullable=False, doc="hash of the entry before; empty for the first one"),
    Column("hash", TextType, nullable=False, doc="of all that stands here, see engine.store.audit_log"),
    Column("by_role", TextType, nullable=False, doc="the role with which it was done"),
    Index(None, "who", "number"),
)
"""Everything that users of a shared server changed. Rows are only added; each holds the one before fast."""
