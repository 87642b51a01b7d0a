"""What the statements of a plan are built with, and the temporary tables of a wave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Dialect,
    FromClause,
    Index,
    Integer,
    MetaData,
    Select,
    SmallInteger,
    Table,
    cast,
    null,
    select,
)

from engine.plan.contact import ContactRules, Cuts
from engine.shapes.conditions import Condition
from engine.shapes.time import Duration
from engine.store.fields import DataFields
from engine.store.schema import TextType
from engine.store.tables.people import tag_value
from engine.store.tables.runs import marketing_node, message
from engine.store.times import Ms, WallClock

PRIME = 2**31 - 1
ENTRY_FACTOR = 1_000_003
BUCKETS = 10_000

TEMPORARY = MetaData()
EMPTIED = "DELETE ROWS"
"""For tables that matter within one transaction: PostgreSQL keeps the rows that are deleted from others, and
reads past them as long as the connection lives."""

NO_NUMBER: ColumnElement[Any] = cast(null(), BigInteger())
"""A null that is known to be a number: within a subquery PostgreSQL takes any other for a text."""

wave = Table(
    "wave",
    TEMPORARY,
    Column("person", BigInteger),
    Column("entry", Integer),
    Column("now", BigInteger),
    Column("path", Integer),
    Column("via", SmallInteger),
    Column("event", TextType, doc="source id of the event that lets the person in; of messages the address"),
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
    postgresql_on_commit=EMPTIED,
)
"""The messages that a node is about to write, or to hand over after a quiet time."""

drawing = Table(
    "drawing",
    TEMPORARY,
    Column("turn", BigInteger, primary_key=True, autoincrement=False),
    Column("person", BigInteger),
    Column("entry", Integer),
    Column("now", BigInteger),
    prefixes=["TEMPORARY"],
    postgresql_on_commit=EMPTIED,
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
    Column("source_id", TextType, nullable=False),
    Column("code", TextType, nullable=False),
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


def contacts_of(messages: Table, nodes: Table) -> Select[*tuple[Any, ...]]:
    """The messages of a table that fatigue control counts, each with what it counts under."""
    m, n = messages.c, nodes.c
    return (
        select(
            m.person, m.address, m.version, m.node, m.contact_at, m.state, m.result, m.result_at, n.channel,
            n.signature,
        )
        .join(nodes, (n.version == m.version) & (n.node == m.node))
        .where(m.contact_at.is_not(None))
    )  # fmt: skip


CONTACTS: FromClause = contacts_of(message, marketing_node).subquery("contact")


class Conditions(Protocol):
    """Condition trees as SQL, with each row's own *now*."""

    def of_person(self, tree: Condition, person: Ms, now: Ms) -> ColumnElement[bool]:
        """Over the tags and attributes of a person."""

    def of_event(self, tree: Condition, code: str, event: FromClause) -> ColumnElement[bool]:
        """Over the attributes of an event; relative times are relative to the event's time."""


@dataclass(frozen=True, slots=True)
class Salt:
    """The three numbers that make one node's random choices its own."""

    a: int
    b: int
    c: int

    @classmethod
    def of(cls, campaign: str, node: str) -> Salt:
        digest = blake2b(f"{campaign}/{node}".encode(), digest_size=24).digest()
        a, b, c = (int.from_bytes(digest[i : i + 8]) % (PRIME - 1) + 1 for i in (0, 8, 16))
        return cls(a, b, c)

    def seed(self, hashed: Any, entry: Any) -> Any:
        """The node's number for a person's hash and entry: of numbers, or as an SQL expression of columns."""
        return (self.a * ((hashed + entry * ENTRY_FACTOR) % PRIME) + self.b) % PRIME

    def bucket(self, seed: Any) -> Any:
        """The bucket, 0 to 9999, that follows from a seed."""
        y = (seed * seed + self.c) % PRIME
        return (seed * y + self.a) % PRIME * BUCKETS // PRIME


@dataclass(frozen=True, slots=True)
class TagTarget:
    """Where tag writes go: the people's own table, or a simulation's overlay.

    written: gets the new values. replaced: where values written before the overlay's are marked as gone (a
    table with `tag` and `person`), or None where they are deleted.
    """

    written: Table = tag_value
    replaced: Table | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that the statements of one campaign version depend on.

    campaign, version: keys in the database. campaign_id: for random choices. live: events count only if they
    were received by the judging moment (a simulation takes them as received at their own time). scripted:
    results come from `result_script`; otherwise a simulated channel succeeds at once. contacts: the
    messages that fatigue control counts, with `person, address, node, version, contact_at, state, result,
    result_at` and the node's `channel` and `signature`. collect: account → how long its receipts count.
    recurring: there are several cycles, and the rows of a wave say theirs. cuts: where else
    places begin.
    """

    dialect: Dialect
    clock: WallClock
    conditions: Conditions
    fields: DataFields
    campaign: int
    campaign_id: str
    version: int
    live: bool = True
    scripted: bool = False
    tags: TagTarget = field(default_factory=TagTarget)
    tag_types: Mapping[str, str] = field(default_factory=dict)
    trigger_event: str | None = None
    contact: ContactRules = field(default_factory=ContactRules)
    contacts: FromClause = field(default_factory=lambda: CONTACTS)
    collect: Mapping[str, Duration] = field(default_factory=dict)
    recurring: bool = False
    cuts: Cuts = Cuts.NONE
