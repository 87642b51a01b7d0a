"""Which table lies where when PostgreSQL is spread over several machines with Citus.

Rows of people are distributed by the person, all of one person on one machine, so that no statement of a wave
has to bring two machines together. What those statements look up besides is a reference table, of which every
machine has all rows. Everything else stays on the coordinator: counters, what is due, leases, and what only
sending knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import count

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

from engine.i18n import N_, Message
from engine.store.database import StoreError

DISTRIBUTED = {
    "person": "id",
    **dict.fromkeys(
        (
            "person_id", "tag_value", "event", "audience_member", "import_before", "entry", "arrival",
            "pending_match", "token", "token_watched", "visit", "message", "goal", "gathered", "claim",
            "tag_write", "outbox", "doubt",
        ),
        "person",
    ),
}  # fmt: skip
"""Tables with rows of people → the column that says whose."""

REFERENCE = (
    "campaign", "campaign_version", "campaign_node", "campaign_goal", "path", "marketing_node", "cycle",
    "audience", "suppression", "import_run", "coupon_code", "coupon_issue",
)  # fmt: skip
"""Tables that statements read together with those: few rows, or rows that people compete for."""

_KNOWN = "distributed"
_CREATE = re.compile(r"\bCREATE (TEMPORARY )?TABLE\b")
_WORKING = "working_{}"
_WORKING_LOCK = 0x776F726B
"""The first of the two numbers of an advisory lock; the second is a working schema's."""

_NO_CITUS = N_(
    "The database has no Citus. Install the extension on every machine, add the machines to the coordinator "
    "with citus_add_node, and run CREATE EXTENSION citus in this database."
)
_NOT_POSTGRESQL = N_("Only a PostgreSQL database can be distributed, and this one is a file.")
_NO_NODES = N_(
    "No machine takes rows of this database yet. Add one on the coordinator: "
    "SELECT citus_add_node('HOST', 5432);"
)


def is_distributed(connection: Connection) -> bool:
    """Whether the database's rows of people are distributed; asked once a connection."""
    if connection.dialect.name != "postgresql":
        return False
    known = connection.info.get(_KNOWN)
    if known is None:
        known = connection.info[_KNOWN] = _has_citus(connection) and "person" in _placed(connection)
    return bool(known)


def missing(connection: Connection) -> list[str]:
    """The statements that distribute what is not distributed yet; none where everything is.

    Raises `StoreError` where the database cannot be distributed.
    """
    if connection.dialect.name != "postgresql":
        raise StoreError(Message(_NOT_POSTGRESQL))
    if not _has_citus(connection):
        raise StoreError(Message(_NO_CITUS))
    nodes = "SELECT count(*) FROM pg_dist_node WHERE shouldhaveshards AND isactive"
    if not connection.exec_driver_sql(nodes).scalar_one():
        raise StoreError(Message(_NO_NODES))
    return statements(_placed(connection))


def statements(placed: Iterable[str]) -> list[str]:
    """What distributes all tables but those that are `placed` already.

    Rows that are there move along. That an external id is one person's is then kept by the one process that
    creates people: across machines no key can say so.
    """
    placed = set(placed)
    made: list[str] = []
    if "person" not in placed:
        made += [
            "ALTER TABLE person DROP CONSTRAINT uq_person_external_id",
            "ALTER TABLE person ADD CONSTRAINT uq_person_external_id UNIQUE (external_id, id)",
        ]
    ways = {
        table: f"create_distributed_table('{table}', '{column}', colocate_with => '{beside}')"
        for table, column in DISTRIBUTED.items()
        for beside in ("none" if table == "person" else "person",)
    } | {table: f"create_reference_table('{table}')" for table in REFERENCE}
    for table, way in ways.items():
        if table not in placed:
            made += [f"SELECT {way}", f"SELECT truncate_local_data_after_distributing_table('{table}')"]
    return made


def distribute(connection: Connection, told: Callable[[str], None] = lambda _sql: None) -> int:
    """Distribute what is not distributed yet, in the connection's transaction; how many statements it took.

    told: hears of each. Raises `StoreError` where the database cannot be distributed, or refuses.
    """
    todo = missing(connection)
    connection.exec_driver_sql("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    for sql in todo:
        told(sql)
        try:
            connection.exec_driver_sql(sql)
        except DBAPIError as error:
            message = N_("Citus refuses “{statement}”: {reason}")
            raise StoreError(Message(message, statement=sql, reason=str(error.orig))) from error
    connection.info.pop(_KNOWN, None)
    return len(todo)


def make_working(
    connection: Connection,
    by_person: Sequence[Table],
    everywhere: Sequence[Table],
    coordinator: Sequence[Table] = (),
) -> None:
    """Make the tables that elsewhere are temporary, in a schema that is this connection's alone and stands in
    front of all that it has: temporary ones would lie on the coordinator only. by_person: distributed by
    their column `person`.

    A connection that ends without `drop_working` leaves the schema behind, for the next one that finds it
    free.
    """
    run = connection.exec_driver_sql
    path = str(run("SHOW search_path").scalar_one())
    numbers = (number for number in count(1) if _WORKING.format(number) not in path.split(", "))
    schema = _WORKING.format(next(number for number in numbers if _take(connection, number)))
    run("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
    run("SET LOCAL client_min_messages = 'warning'")
    run(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    run(f"CREATE SCHEMA {schema}")
    run(f"SET search_path = {schema}, {path}")
    for table in (*by_person, *everywhere, *coordinator):
        made = str(CreateTable(table).compile(dialect=connection.dialect))
        run(_CREATE.sub("CREATE UNLOGGED TABLE", made))
        for index in table.indexes:
            connection.execute(CreateIndex(index))
        if table in by_person:
            beside = "colocate_with => 'public.person'"
            run(f"SELECT create_distributed_table('{table.name}', 'person', {beside})")
        elif table in everywhere:
            run(f"SELECT create_reference_table('{table.name}')")


def drop_working(connection: Connection) -> None:
    """Drop all tables that `make_working` has made for this connection."""
    for name in str(connection.exec_driver_sql("SHOW search_path").scalar_one()).split(", "):
        if name.startswith(_WORKING.format("")):
            connection.exec_driver_sql("SET LOCAL client_min_messages = 'warning'")
            connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")


def _take(connection: Connection, number: int) -> bool:
    taken = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_WORKING_LOCK}, {number})")
    return bool(taken.scalar_one())


def _has_citus(connection: Connection) -> bool:
    found = connection.exec_driver_sql("SELECT 1 FROM pg_extension WHERE extname = 'citus'")
    return found.first() is not None


def _placed(connection: Connection) -> set[str]:
    """The tables that Citus knows."""
    rows = connection.exec_driver_sql(
        "SELECT c.relname FROM pg_dist_partition AS p JOIN pg_class AS c ON c.oid = p.logicalrelid"
        " WHERE c.relnamespace = 'public'::regnamespace"
    )
    return {str(name) for (name,) in rows}
