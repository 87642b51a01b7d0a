"""People and what is known of them: addresses, tags, events, audiences, coupon codes, and their imports.

The person stands in every primary key of a table that holds rows of people, so that the tables can be
distributed by person; what people compete for (`coupon_code`) stands apart. `person` and `event` get further
columns while the engine runs: one for each attribute (see `engine.store.fields`), because a filter on a typed
column is many times faster than one on JSON.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, text

from engine.store.schema import METADATA, KeyType, TextType, TimeType

LIVE_IMPORT = 0
"""The import id of events received live and of people whom they created; always counts as complete."""

GONE_IMPORT = -1
"""The import id of people who count nowhere any more, merged into others or erased: no import has it."""

OLDEST = -(2**53)
"""The time of an address without one (people.csv): older than every time that can be given."""

import_run = Table(
    "import_run",
    METADATA,
    Column("id", KeyType, primary_key=True, autoincrement=False),
    Column("state", TextType, nullable=False, doc="running, complete, abandoned, undoing or undone"),
    Column("source", TextType, nullable=False),
    Column("started_at", TimeType, nullable=False),
    Column("finished_at", TimeType),
    Column("counts", TextType, doc="JSON: what it did, see engine.store.imports.result"),
    Column("undo", Integer, nullable=False, server_default="0", doc="1 while what was before is known"),
)

import_before = Table(
    "import_before",
    METADATA,
    Column("import_id", BigInteger, primary_key=True, autoincrement=False),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", TextType, primary_key=True, doc="attributes, ids, tag or suppressed"),
    Column("name", TextType, primary_key=True, doc="the type of the ids, the tag, the address; else empty"),
    Column("before", TextType, nullable=False, doc="JSON: what stood there before the import"),
    Column("after", TextType, nullable=False, doc="JSON: what the import left there"),
    sqlite_with_rowid=False,
)
"""What imports changed of people who were there before; of whom they created nothing needs to be known."""

data_field = Table(
    "data_field",
    METADATA,
    Column("scope", TextType, primary_key=True, doc="person, tag or event"),
    Column("owner", TextType, primary_key=True, doc="the event's code; empty for people and tags"),
    Column("name", TextType, primary_key=True, doc="empty: the event itself"),
    Column("type", TextType, nullable=False, doc="text, number, time or multi; event for an event itself"),
    Column(
        "slot", TextType, nullable=False, doc="the column that holds the value; empty for tags and events"
    ),
)

person = Table(
    "person",
    METADATA,
    Column("id", KeyType, primary_key=True, autoincrement=False, doc="rises in order of import"),
    Column("external_id", TextType, nullable=False, unique=True),
    Column("hash", BigInteger, nullable=False, doc="of the external id, 0 to 2^31 - 2"),
    Column("time_zone", TextType),
    Column("import_id", BigInteger, nullable=False),
    Column("merged_into", BigInteger, doc="the person whom this one turned out to be"),
    Index(
        "ix_person_merged_into",
        "merged_into",
        sqlite_where=text("merged_into IS NOT NULL"),
        postgresql_where=text("merged_into IS NOT NULL"),
    ),
)

person_id = Table(
    "person_id",
    METADATA,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("type", TextType, primary_key=True),
    Column("value", TextType, primary_key=True),
    Column("time", TimeType, nullable=False, doc="newest first; OLDEST where none was given"),
    Column("seq", BigInteger, nullable=False, doc="of equal times the greater is newer"),
    Column("follower", Integer, doc="0 or 1 for a WeChat openid, else null"),
    # Who shares an address.
    Index(None, "type", "value"),
    sqlite_with_rowid=False,
)

tag_value = Table(
    "tag_value",
    METADATA,
    Column("tag", TextType, primary_key=True),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("value", TextType, primary_key=True, doc="as given"),
    Column("number", BigInteger, doc="scaled number or time in ms, for tags of those types"),
    sqlite_with_rowid=False,
)

event = Table(
    "event",
    METADATA,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("source_id", TextType, primary_key=True),
    Column("code", TextType, nullable=False),
    Column("time", TimeType, nullable=False),
    Column("received_at", TimeType, nullable=False),
    Column("import_id", BigInteger, nullable=False, server_default="0"),
    Column("attributes", TextType, doc="the JSON object as given, or null"),
    # Behaviour cards group a whole event by person; Event Judgments look up what one person did and when it
    # was received, without reading the rows.
    Index(None, "code", "person", "time", "received_at"),
    # A simulation replays a span of time.
    Index(None, "time"),
    sqlite_with_rowid=False,
)

suppression = Table(
    "suppression",
    METADATA,
    Column("type", TextType, primary_key=True),
    Column("value", TextType, primary_key=True),
    sqlite_with_rowid=False,
)

audience = Table(
    "audience",
    METADATA,
    Column("id", TextType, primary_key=True),
    Column("list", BigInteger, doc="the list of members in force; null before the first update"),
    Column("size", BigInteger, nullable=False),
    Column("state", TextType, nullable=False, doc="running, ready or failed"),
    Column("updated_at", TimeType),
    Column("reason", TextType, doc="why the last update failed, see `engine.store.reasons`; else null"),
)

audience_size = Table(
    "audience_size",
    METADATA,
    Column("audience", TextType, primary_key=True),
    Column("at", TimeType, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

audience_member = Table(
    "audience_member",
    METADATA,
    Column("list", BigInteger, primary_key=True, autoincrement=False),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

coupon_code = Table(
    "coupon_code",
    METADATA,
    Column("coupon", TextType, primary_key=True),
    Column("code", TextType, primary_key=True),
    Column("position", BigInteger, nullable=False, doc="codes are issued in this order"),
    Column("person", BigInteger, doc="null while the code is free"),
    Column("campaign", TextType),
    Column("entry", BigInteger),
    Column("node", TextType),
    Column("issued_at", TimeType),
    # The next free code, and how many codes a person has.
    Index(None, "coupon", "person", "position"),
    sqlite_with_rowid=False,
)
