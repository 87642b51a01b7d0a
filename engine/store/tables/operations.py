"""What the engine keeps about itself: its epoch, who leads and works with it, what was deleted, how far it
read topics."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, SmallInteger, Table

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

lease = Table(
    "lease",
    METADATA,
    Column("name", TextType, primary_key=True, doc="what is led"),
    Column("number", BigInteger, nullable=False, doc="the fence: one more with each who leads"),
    Column("holder", TextType, nullable=False, doc="who leads, or did last"),
    Column("lasts", BigInteger, nullable=False, doc="for how many ms without a renewal"),
    Column("renewed_at", TimeType, nullable=False, doc="by the database's clock"),
    sqlite_with_rowid=False,
)
"""Who leads where several servers share a database; one row. A file's engine has its file to itself."""

division = Table(
    "division",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("settings", TextType, nullable=False, doc="JSON: what the leader's plans are compiled with"),
    Column("generation", BigInteger, nullable=False, doc="one more with each change of what is in progress"),
    Column("last_worker", BigInteger, nullable=False, doc="the number of who came last to work"),
    sqlite_with_rowid=False,
)
"""What a leader lets other processes know who work with it; one row."""

worker = Table(
    "worker",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False, doc="never given twice"),
    Column("name", TextType, nullable=False),
    Column("lasts", BigInteger, nullable=False, doc="for how many ms without a renewal"),
    Column("renewed_at", TimeType, nullable=False, doc="by the database's clock"),
    sqlite_with_rowid=False,
)
"""The processes that work with the leader."""

version_lease = Table(
    "version_lease",
    METADATA,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "shard",
        SmallInteger,
        primary_key=True,
        autoincrement=False,
        server_default="0",
        doc="whose people; 0: all of them",
    ),
    Column("up_to", TimeType, nullable=False, doc="what is due later, the leader does not let go of yet"),
    Column("worker", BigInteger, doc="who runs its waves; null: nobody"),
    Column("fence", BigInteger, nullable=False, server_default="0", doc="one more with each who takes it"),
    Column("taken_at", TimeType, nullable=False, server_default="0", doc="when it was taken last"),
    Column("changed", BigInteger, nullable=False, server_default="0", doc="how often others wrote for it"),
    Column("waves", BigInteger, nullable=False, server_default="0", doc="how many there were"),
    Column("refused", SmallInteger, nullable=False, server_default="0", doc="1: the leader is to look at it"),
    sqlite_with_rowid=False,
)
"""The versions of campaigns, or shards of their people, whose waves other processes run; whoever writes in
one holds its row."""

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

topic_offset = Table(
    "topic_offset",
    METADATA,
    Column("topic", TextType, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next", BigInteger, nullable=False, doc="offset of the message that is read next"),
    sqlite_with_rowid=False,
)
"""How far topics of events have been read: written in the transaction that takes their events in."""
