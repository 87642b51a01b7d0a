"""Temporary tables of the writing connection: the rows of a wave, what is read once and used by many
statements, and what a rehearsal's providers will answer.

PostgreSQL keeps the deleted rows of a temporary table and reads past them as long as the connection lives. So
one that is filled anew in every transaction is emptied at its end, if that costs next to nothing: it has no
index and no text that might need a table of its own. Another one is emptied by `Emptying`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Dialect,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    delete,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from engine.plan.prepared import Found, Prepared
from engine.store.schema import TextType
from engine.store.values import MAX_KEY

TEMPORARY = MetaData()
EMPTIED = "DELETE ROWS"
ShortText = Text().with_variant(postgresql.VARCHAR(MAX_KEY, collation="C"), "postgresql")
"""Text of at most `MAX_KEY` characters: PostgreSQL then makes no second table for long ones."""
MOST_KEPT = 1_000
"""Deleted rows of a temporary table that are read past: as many as cost less than to truncate it."""
_KEPT = "deleted rows of temporary tables"

wave = Table(
    "wave",
    TEMPORARY,
    Column("person", BigInteger),
    Column("entry", Integer),
    Column("now", BigInteger),
    Column("path", Integer),
    Column("via", SmallInteger),
    Column("event", ShortText, doc="source id of the event that lets the person in; of messages the address"),
    Column("cycle", Integer),
    Column("origin", BigInteger, doc="one bit an audience that the person enters from"),
    prefixes=["TEMPORARY"],
    postgresql_on_commit=EMPTIED,
)
"""The rows that a wave moves, each with its own *now* and the path that it takes."""

outgoing = Table(
    "outgoing",
    TEMPORARY,
    Column("person", BigInteger),
    Column("entry", Integer),
    Column("now", BigInteger),
    Column("address", TextType, doc="null where the person has none"),
    Column("rank", Integer, doc="order among the person's addresses, the newest 1"),
    Column("fate", TextType, doc="failed, skipped or planned, or empty: it is handed over"),
    Column("reason", TextType, doc="why it fails or is skipped; empty where it is neither"),
    Column("due", BigInteger, doc="until when a quiet time postpones it; null where none does"),
    Column("variables", TextType),
    prefixes=["TEMPORARY"],
)
"""The messages that a node is about to write, or to hand over after a quiet time."""

handed = Table(
    "handed",
    TEMPORARY,
    Column("campaign", BigInteger),
    Column("node", Integer),
    Column("person", BigInteger),
    Column("entry", Integer),
    Column("address", ShortText),
    Column("account", ShortText),
    Column("priority", SmallInteger),
    Column("version", BigInteger),
    Column("ready_at", BigInteger),
    prefixes=["TEMPORARY"],
    postgresql_on_commit=EMPTIED,
)
"""Messages that the sending loop claims, hands to a provider, or has heard of."""

drawing = Table(
    "drawing",
    TEMPORARY,
    Column("turn", BigInteger, primary_key=True, autoincrement=False),
    Column("person", BigInteger),
    Column("entry", Integer),
    Column("now", BigInteger),
    prefixes=["TEMPORARY"],
)
"""Who draws a code of a coupon, from turn 1 on."""

front = Table(
    "front",
    TEMPORARY,
    Column("place", Integer),
    Column("due", BigInteger),
    Column("person", BigInteger),
    Column("entry", Integer),
    Column("via", SmallInteger),
    Column("mark", TextType, doc="an arrival's event, a message's address; else empty"),
    Column("batch", Integer, doc="rows of one place that one wave runs"),
    prefixes=["TEMPORARY"],
)
"""Each person's earliest row, where rows of one person run in order of time."""

kin = Table(
    "kin",
    TEMPORARY,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("leader", BigInteger, nullable=False),
    prefixes=["TEMPORARY"],
)
"""People who share an address with somebody, directly or through others: all of one kin have one leader."""

shared_address = Table(
    "shared_address",
    TEMPORARY,
    Column("type", TextType, primary_key=True),
    Column("value", TextType, primary_key=True),
    prefixes=["TEMPORARY"],
)
"""Addresses that several people have."""

incoming = Table(
    "incoming",
    TEMPORARY,
    Column("person", BigInteger, nullable=False),
    Column("source_id", ShortText, nullable=False),
    Column("code", ShortText, nullable=False),
    Column("time", BigInteger, nullable=False),
    prefixes=["TEMPORARY"],
    postgresql_on_commit=EMPTIED,
)
"""Events that have just been received, with all that tells whom they concern: what follows them looks up
neither people nor events, of which there may be many millions."""

result_script = Table(
    "result_script",
    TEMPORARY,
    Column("id", Integer, primary_key=True),
    Column("person", BigInteger, nullable=False),
    Column("node", Integer, nullable=False),
    Column("entry", Integer, nullable=False, doc="0: any"),
    Column("address", TextType, nullable=False, doc="empty: any"),
    Column("result", TextType, nullable=False, doc="sent, failed or unknown"),
    Column("reason", TextType, nullable=False),
    Column("after", BigInteger, nullable=False, doc="ms from handing over to the result"),
    Column("receipt", TextType, doc="null: none"),
    Column("receipt_after", BigInteger, doc="ms from the result to the receipt"),
    Index("ix_result_script", "person", "node"),
    prefixes=["TEMPORARY"],
)
"""What a simulated provider will answer; whatever is not listed succeeds at once."""


@dataclass(slots=True)
class _Kept:
    """How many deleted rows PostgreSQL keeps of each temporary table of a connection. read_only: transactions
    may write to nothing but temporary tables, unless their very first statement says otherwise."""

    read_only: bool
    rows: Counter[str] = field(default_factory=Counter)


def make_temporary(connection: Connection, *, read_only: bool = False) -> None:
    """Make the temporary tables anew.

    read_only: the transactions to come may not truncate them, so all that need not outlive one is emptied at
    its end.
    """
    TEMPORARY.drop_all(connection)
    if connection.dialect.name != "postgresql":
        TEMPORARY.create_all(connection)
        return
    later = [outgoing, drawing] if read_only else []
    TEMPORARY.create_all(connection, [table for table in TEMPORARY.sorted_tables if table not in later])
    for table in later:
        made = CreateTable(table).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"{made} ON COMMIT {EMPTIED}")
    connection.info[_KEPT] = _Kept(read_only)


class Emptying(Prepared):
    """Deletes all rows of a temporary table; on PostgreSQL the deleted ones, too, once they are many."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        super().__init__(delete(table), dialect)
        self._table = table

    def __call__(self, connection: Connection, parameters: Mapping[str, Any] | None = None) -> Found:
        kept: _Kept | None = connection.info.get(_KEPT)
        # The front is emptied by the first statement of a transaction, the others have nothing to keep.
        if kept is None or (kept.read_only and self._table is not front):
            return super().__call__(connection, parameters)
        name = self._table.name
        if kept.rows[name] > MOST_KEPT:
            if kept.read_only:
                connection.exec_driver_sql("SET TRANSACTION READ WRITE")
            connection.exec_driver_sql(f"TRUNCATE {name}")
            kept.rows[name] = 0
        found = super().__call__(connection, parameters)
        kept.rows[name] += found.rowcount
        return found
