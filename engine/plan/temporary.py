"""Temporary tables of the writing connection: the rows of a wave, what is read once and used by many
statements, and what a rehearsal's providers will answer.

Whoever fills one that was filled before empties it first, by an `Emptying`. PostgreSQL would empty them by
itself at the end of a transaction, but takes a third of a millisecond and more for each, whether it has rows
or not: longer than most small transactions work.
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
    text,
)
from sqlalchemy.dialects import postgresql

from engine.plan.prepared import Found, Prepared
from engine.store.distribution import is_distributed, make_working
from engine.store.schema import TextType
from engine.store.values import MAX_KEY
from engine.store.zones import ZONES

TEMPORARY = MetaData()
ShortText = Text().with_variant(postgresql.VARCHAR(MAX_KEY, collation="C"), "postgresql")
"""Text of at most `MAX_KEY` characters: PostgreSQL then makes no second table for long ones."""
LARGE = 32 * 1024
"""Bytes of a temporary table from which on it is truncated: to delete its rows, or to read past deleted ones,
costs more."""
FEW, TIMES = 20, 16
"""A table of which so few rows were deleted is not asked how large it is for so many times."""
MANY = 50_000
"""Rows deleted of a working table from which on it is truncated, where rows lie on several machines: to ask
all of them how large it is would take longer."""
_KEPT, _DELETED = "temporary tables", "deleted rows"

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
)
"""The rows that a wave moves, each with its own *now* and the path that it takes."""

newcomer = Table(
    "newcomer",
    TEMPORARY,
    Column("person", BigInteger),
    Column("origin", BigInteger),
    prefixes=["TEMPORARY"],
)
"""Who enters from audiences next; only where they lie on several machines."""

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
    Column("due", BigInteger, doc="until when it is postponed; null where it is not"),
    Column("variables", TextType),
    Column("zone", TextType, doc="whose wall clock counts, where each person's own does"),
    prefixes=["TEMPORARY"],
)
"""The messages that a node is about to write, or to hand over after having been held."""

stopping = Table(
    "stopping",
    TEMPORARY,
    Column("person", BigInteger),
    Column("entry", Integer),
    Column("address", TextType),
    prefixes=["TEMPORARY"],
)
"""Outgoing messages that others to the same address stop; only where people lie on several machines."""

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


BY_PERSON = (wave, newcomer, outgoing, stopping, handed, front, kin, incoming)
EVERYWHERE = (drawing, shared_address, result_script, *ZONES.sorted_tables)
"""How these lie where the rows of people are distributed (`engine.store.distribution`)."""


@dataclass(slots=True)
class _Kept:
    """read_only: the connection's transactions may truncate nothing, unless their very first statement says
    otherwise. large: tables that are to be truncated therefore in a transaction of their own. small: for how
    many times a table need not be asked how large it is."""

    read_only: bool
    large: set[str] = field(default_factory=set)
    small: Counter[str] = field(default_factory=Counter)


def make_temporary(connection: Connection, *, read_only: bool = False) -> None:
    """Make the temporary tables anew. read_only: so are the transactions to come; before each of them,
    `truncate_large` is due."""
    if is_distributed(connection):
        make_working(connection, BY_PERSON, EVERYWHERE)
        connection.info[_DELETED] = Counter()
        return
    for tables in (TEMPORARY, ZONES):
        tables.drop_all(connection)
        tables.create_all(connection)
    if connection.dialect.name == "postgresql":
        connection.info[_KEPT] = _Kept(read_only)


def truncate_large(connection: Connection) -> None:
    """In a transaction of its own, truncate what read-only ones could not, if there is any."""
    kept: _Kept | None = connection.info.get(_KEPT)
    if kept is not None and kept.large:
        with connection.begin():
            connection.exec_driver_sql("SET TRANSACTION READ WRITE")
            connection.exec_driver_sql(f"TRUNCATE {', '.join(sorted(kept.large))}")
        kept.large.clear()


class Emptying(Prepared):
    """Deletes all rows of a temporary table. PostgreSQL keeps deleted rows and reads past them as long as the
    connection lives: there, a table that has become large is truncated."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        super().__init__(delete(table), dialect)
        self._name = table.name
        self._size = Prepared(text(f"SELECT pg_relation_size('{table.name}')"), dialect)

    def __call__(self, connection: Connection, parameters: Mapping[str, Any] | None = None) -> Found:
        kept: _Kept | None = connection.info.get(_KEPT)
        if kept is not None:
            self._truncate_if_large(connection, kept)
        found = super().__call__(connection, parameters)
        if kept is not None and found.rowcount > FEW:
            kept.small[self._name] = 0
        deleted: Counter[str] | None = connection.info.get(_DELETED)
        if deleted is not None and found.rowcount:
            deleted[self._name] += found.rowcount
            if deleted[self._name] >= MANY:
                connection.exec_driver_sql(f"TRUNCATE {self._name}")
                del deleted[self._name]
        return found

    def _truncate_if_large(self, connection: Connection, kept: _Kept) -> None:
        if kept.small[self._name]:
            kept.small[self._name] -= 1
        elif self._size(connection).scalar() < LARGE:
            kept.small[self._name] = TIMES
        elif kept.read_only:
            kept.large.add(self._name)
        else:
            connection.exec_driver_sql(f"TRUNCATE {self._name}")
