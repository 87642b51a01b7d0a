"""What waits for real providers, and what is known of messages there (engine, section 5)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, Table

from engine.store.schema import METADATA, KeyType, TextType, TimeType

NOTIFICATION, MARKETING = 0, 1
"""Priorities: the smaller goes first."""

MESSAGE_KEY = ("campaign", "node", "person", "entry", "address")
"""What names a message, in the order of the table `message`."""


def _message_key() -> list[Column[int] | Column[str]]:
    return [
        Column("campaign", BigInteger, primary_key=True, autoincrement=False),
        Column("node", Integer, primary_key=True, autoincrement=False),
        Column("person", BigInteger, primary_key=True, autoincrement=False),
        Column("entry", Integer, primary_key=True, autoincrement=False),
        Column("address", TextType, primary_key=True),
    ]


outbox = Table(
    "outbox",
    METADATA,
    Column("account", TextType, primary_key=True),
    Column("priority", SmallInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("ready_at", TimeType, primary_key=True, autoincrement=False, doc="nobody takes it earlier"),
    Column("node", Integer, primary_key=True, autoincrement=False),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("address", TextType, primary_key=True),
    Column("campaign", BigInteger, nullable=False),
    Column("queued_at", TimeType, nullable=False, doc="when the wave handed it to the sending loop"),
    Column("attempts", Integer, nullable=False, server_default="0", doc="those that have ended"),
    Column("first_attempt", TimeType, doc="when the first of these began; null: none has ended"),
    Column("again_by", TimeType, doc="it may have been sent: not again from then on; null: it was not"),
    Column("worker", TextType, doc="who has claimed it; null: nobody"),
    Column("fence", BigInteger, doc="number of that claim; whoever writes must still have it"),
    Column("leased_until", TimeType, doc="from then on another worker may take it"),
    sqlite_with_rowid=False,
)
"""Messages that real providers are still to be given, in the order in which they are taken. No index has
those of one person, nor those that are claimed: it would cost each message, and only erasing somebody and the
start of an engine look for them."""

doubt = Table(
    "doubt",
    METADATA,
    *_message_key(),
    Column("account", TextType, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("attempted_at", TimeType, nullable=False),
    Column("reason", TextType, nullable=False, doc="why nobody knows"),
    Index(None, "account", "attempted_at"),
    sqlite_with_rowid=False,
)
"""Messages in the state `unknown`: until somebody who knows says whether they were sent."""

reference = Table(
    "reference",
    METADATA,
    Column("account", TextType, primary_key=True),
    Column("reference", TextType, primary_key=True, doc="what receipts call the message"),
    Column("campaign", BigInteger, nullable=False),
    Column("node", Integer, nullable=False),
    Column("person", BigInteger, nullable=False),
    Column("entry", Integer, nullable=False),
    Column("address", TextType, nullable=False),
    Column("sent_at", TimeType, nullable=False),
    Index(None, "campaign"),
    Index(None, "person"),
    sqlite_with_rowid=False,
)
"""Which message a provider's receipt is about, of accounts that give any."""

early_receipt = Table(
    "early_receipt",
    METADATA,
    Column("account", TextType, primary_key=True),
    Column("reference", TextType, primary_key=True),
    Column("code", TextType, primary_key=True),
    Column("at", TimeType, primary_key=True, autoincrement=False),
    Column("reason", TextType, primary_key=True),
    Column("received_at", TimeType, nullable=False),
    Index(None, "received_at"),
    sqlite_with_rowid=False,
)
"""Receipts that came before the result of their message was written down: they count once it is."""

receipt_query = Table(
    "receipt_query",
    METADATA,
    Column("due_at", TimeType, primary_key=True, autoincrement=False, doc="when the provider is asked"),
    Column("account", TextType, primary_key=True),
    Column("reference", TextType, primary_key=True, doc="what receipts call the message"),
    Column("version", BigInteger, nullable=False, doc="with whose account it was sent"),
    Column("asked", Integer, nullable=False, doc="how often it has been"),
    sqlite_with_rowid=False,
)
"""Messages of which a provider is asked what became of them."""

link_token = Table(
    "link_token",
    METADATA,
    Column("token", TextType, primary_key=True),
    Column("url", TextType, nullable=False, doc="where it leads; empty: a click ends further emails"),
    Column("campaign", BigInteger, nullable=False),
    Column("node", Integer, nullable=False),
    Column("person", BigInteger, doc="null: the link is the same in all messages of the node"),
    Column("entry", Integer),
    Column("address", TextType),
    Column("noted_at", TimeType, nullable=False),
    Column("clicks", BigInteger, nullable=False, server_default="0"),
    Column("clicked_at", TimeType, doc="the first time; null: not yet"),
    Index(None, "campaign", "node"),
    Index(None, "person"),
    sqlite_with_rowid=False,
)
"""What the tokens of links in messages stand for; no other address is ever led to."""

audit = Table(
    "audit",
    METADATA,
    Column("id", KeyType, primary_key=True, autoincrement=False, doc="counts from 1"),
    Column("at", TimeType, nullable=False),
    Column("who", TextType, nullable=False),
    Column("did", TextType, nullable=False),
    Column("detail", TextType, nullable=False, doc="JSON"),
)
"""What people decided that nothing else tells, such as how a doubtful message was settled."""
