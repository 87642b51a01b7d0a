"""What the engine keeps about itself: its epoch, and how many rows retention deleted."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table

from engine.store.schema import METADATA, TextType, TimeType

ONLY = 1
"""The key of the one row of `epoch`."""

epoch = Table(
    "epoch",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("database", TextType, nullable=False, doc="random; names this database among all others"),
    Column("value", TextType, nullable=False, doc="random; renewed while the engine works"),
    Column("renewed_at", TimeType, nullable=False),
    Column("server", TextType, doc="JSON: the server that holds the database; null for a file"),
    sqlite_with_rowid=False,
)

deleted_visit = Table(
    "deleted_visit",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("path", Integer, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

deleted_message = Table(
    "deleted_message",
    METADATA,
    Column("campaign", BigInteger, primary_key=True, autoincrement=False),
    Column("node", Integer, primary_key=True, autoincrement=False),
    Column("state", TextType, primary_key=True),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
