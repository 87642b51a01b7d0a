"""A simulation's own tables, laid over a workspace's database, which is only read.

Both databases look a table up in several places, one behind the other: SQLite in the connection's temporary
schema, then in its main one, then in attached ones; PostgreSQL along the search path. What the simulation
writes stands in front: in SQLite in a temporary file with the base attached behind it, in PostgreSQL in the
connection's temporary schema. Both disappear with the connection, however the process ends. Everything else
is read where it stands; nothing is copied.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Integer,
    MetaData,
    StaticPool,
    Table,
    create_engine,
    event,
    func,
    insert,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from engine.plan.context import TagTarget, contacts_of
from engine.plan.temporary import truncate_large
from engine.store.database import server_engine, url_of
from engine.store.distribution import (
    DISTRIBUTED,
    REFERENCE,
    drop_working,
    is_distributed,
    make_working,
)
from engine.store.schema import METADATA, TextType
from engine.store.tables.people import audience, audience_member, audience_size, tag_value
from engine.store.tables.runs import RUN_TABLES, coupon_issue, marketing_node, message

_OVERLAY = MetaData()
tag_written = tag_value.to_metadata(_OVERLAY, name="tag_written")
tag_replaced = Table(
    "tag_replaced",
    _OVERLAY,
    Column("tag", TextType, primary_key=True),
    Column("person", tag_value.c.person.type, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
participant = Table(
    "participant", _OVERLAY, Column("person", tag_value.c.person.type, primary_key=True, autoincrement=False)
)
"""The only people who enter, in a rehearsal that is not everybody's."""
way_weight = Table(
    "way_weight",
    _OVERLAY,
    Column("path", Integer, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
)
"""What each path adds to the number of a person's way (`engine.run.ways`)."""
other_way = Table(
    "other_way",
    _OVERLAY,
    Column("person", TextType, nullable=False),
    Column("entry", Integer, nullable=False),
    Column("n", BigInteger, nullable=False),
)
"""The ways that people took in another rehearsal."""
inside = Table(
    "inside",
    MetaData(),
    Column("campaign", BigInteger, primary_key=True, autoincrement=False),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)
"""The entries of everybody who is inside a campaign that is taken over. Where rows of people lie on several
machines it is there from the beginning: no table is made there later in a transaction."""
_BY_PERSON = (tag_written, tag_replaced, participant, inside)
"""Those of the rows of people that the database below has not."""
OWN_TAGS = TagTarget(tag_written, tag_replaced)

BASE = "base"
"""The schema of the database below: so called in SQLite, translated to its real name in PostgreSQL."""

_TAG_VIEW = """
CREATE TEMPORARY VIEW tag_value AS
SELECT tag, person, value, number FROM {base}.tag_value AS stored
WHERE NOT EXISTS (SELECT 1 FROM tag_replaced AS r WHERE r.tag = stored.tag AND r.person = stored.person)
UNION ALL
SELECT tag, person, value, number FROM tag_written
"""


class Overlay:
    """One simulation's connection. Nothing that it does reaches the database below.

    Attribute `schema`: that database's.
    """

    def __init__(self, database: Path | str | URL) -> None:
        """`database`: the SQLite file or the URL of the database below, which has this version's schema."""
        url = url_of(database)
        self.engine, self.schema = (
            _over_file(url) if url.get_backend_name() == "sqlite" else _over_server(url)
        )
        with self.begin() as connection:
            self._distributed = is_distributed(connection)
            own = [*RUN_TABLES, audience, audience_member, audience_size]
            if self._distributed:
                _make_working(connection, [*own, *_OVERLAY.sorted_tables, inside])
            else:
                METADATA.create_all(connection, tables=own, checkfirst=False)
                _OVERLAY.create_all(connection, checkfirst=False)
            self._mark_issued_codes(connection)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction; always of the same connection."""
        with self.engine.connect() as connection:
            truncate_large(connection)
            with connection.begin():
                yield connection

    @contextmanager
    def begin_snapshot(self) -> Iterator[Connection]:
        """A transaction in which the database below stands still, whoever writes to it meanwhile."""
        with self.begin() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield connection

    def seal(self) -> None:
        """No more tables are made: from now on PostgreSQL refuses to write to any but temporary ones.

        SQLite has the base attached read-only from the beginning. On several machines none is temporary.
        """
        if self.engine.dialect.name == "postgresql" and not self._distributed:
            with self.begin() as connection:
                connection.exec_driver_sql("SET default_transaction_read_only = on")

    def own_tags(self, connection: Connection) -> TagTarget:
        """Let tag writes stay in the overlay, and reads see them."""
        base = connection.dialect.identifier_preparer.quote(self.schema)
        connection.exec_driver_sql(_TAG_VIEW.format(base=base))
        return OWN_TAGS

    def contacts(self, taken_over: Collection[int] = ()) -> FromClause:
        """What fatigue control counts: the overlay's own messages and those of the database below.

        taken_over: numbers of campaigns whose messages are the overlay's own.
        """
        messages, nodes = (below(table, self.schema) for table in (message, marketing_node))
        own, base = contacts_of(message, marketing_node), contacts_of(messages, nodes)
        if taken_over:
            # As literals: a prepared statement cannot take a list of values.
            numbers: list[ColumnElement[int]] = [literal_column(str(number)) for number in sorted(taken_over)]
            base = base.where(messages.c.campaign.not_in(numbers))
        return union_all(own, base).subquery("contact")

    def _mark_issued_codes(self, connection: Connection) -> None:
        """Codes that were issued before stay issued: each pool goes on behind its last one."""
        issued = below(coupon_issue)
        last = select(
            issued.c.coupon,
            func.max(issued.c.position),
            literal(0),
            literal(0),
            literal(0),
            literal(0),
            literal(0),
        ).group_by(issued.c.coupon)
        columns = ["coupon", "position", "person", "campaign", "entry", "node", "at"]
        connection.execute(insert(coupon_issue).from_select(columns, last))

    def close(self) -> None:
        if self._distributed:
            with suppress(DBAPIError), self.begin() as connection:  # or the next one's does it
                drop_working(connection)
        self.engine.dispose()


def _make_working(connection: Connection, tables: Sequence[Table]) -> None:
    """Make the tables where the rows of people lie on several machines, each as the one that it covers."""
    by_person = [one for one in tables if one.name in DISTRIBUTED or one in _BY_PERSON]
    everywhere = [one for one in tables if one.name in REFERENCE]
    rest = [one for one in tables if one not in by_person and one not in everywhere]
    make_working(connection, by_person, everywhere, rest)


def below(table: Table, schema: str = BASE) -> Table:
    """The table of the database below, even where the overlay has one of its own.

    `schema`: its real name, for prepared statements; those that the overlay's connection executes itself have
    it translated.
    """
    return table.to_metadata(MetaData(), schema=schema)


def _over_file(url: URL) -> tuple[Engine, str]:
    file = quote(url.database or "")

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect("", uri=True, check_same_thread=False, isolation_level=None)
        for pragma in ("journal_mode=MEMORY", "synchronous=OFF", "temp_store=MEMORY", "cache_size=-131072"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"ATTACH ? AS {BASE}", (f"file:{file}?mode=ro",))
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool, hide_parameters=True)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine, BASE


def _over_server(url: URL) -> tuple[Engine, str]:
    engine = server_engine(url, ("temp_buffers=256MB",), poolclass=StaticPool)
    with engine.begin() as connection:
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one() or "public"
        # Tables are made in the first schema of the path.
        base = connection.dialect.identifier_preparer.quote(schema)
        connection.exec_driver_sql(f"SET search_path = pg_temp, {base}")
    return engine.execution_options(schema_translate_map={BASE: schema}), schema
