"""Wall clocks of rows that each name a time zone of their own, in SQL: as `engine.store.times` for one zone.

The helper tables hold the zones that have occurred on the connection: most of the six hundred never do.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import BigInteger, Column, ColumnElement, Connection, FromClause, MetaData, Table, update

from engine.store.dialect import bulk_insert
from engine.store.schema import TextType
from engine.store.times import Clock, local_rows, shift_rows

ZONES = MetaData()
zone_name = Table(
    "zone_name",
    ZONES,
    Column("name", TextType, primary_key=True),
    Column("filled", BigInteger, nullable=False, doc="1: the other tables have the zone"),
    prefixes=["TEMPORARY"],
)
"""Every name that is one: whatever else people have as theirs is none."""
zone_shifts = Table(
    "zone_shifts",
    ZONES,
    Column("zone", TextType, primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("offset", BigInteger),
    prefixes=["TEMPORARY"],
)
zone_locals = Table(
    "zone_locals",
    ZONES,
    Column("zone", TextType, primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("offset", BigInteger),
    Column("fixed", BigInteger),
    prefixes=["TEMPORARY"],
)
_NOBODYS = {"localtime", "Factory"}


@cache
def zone_names() -> frozenset[str]:
    """The IANA names of all time zones."""
    return frozenset(available_timezones() - _NOBODYS)


def fill_names(connection: Connection) -> None:
    """Say which names there are."""
    bulk_insert(connection, zone_name, ["name", "filled"], [(name, 0) for name in sorted(zone_names())])


def fill_zones(connection: Connection, names: Iterable[str]) -> None:
    """Put zones into the tables that are not there yet."""
    for name in names:
        zone = ZoneInfo(name)
        shifts = [(name, *row) for row in shift_rows(zone)]
        bulk_insert(connection, zone_shifts, zone_shifts.c.keys(), shifts)
        bulk_insert(connection, zone_locals, zone_locals.c.keys(), [(name, *row) for row in local_rows(zone)])
        connection.execute(update(zone_name).where(zone_name.c.name == name).values(filled=1))


class OwnClock(Clock):
    """The wall clock of each row's own zone, whose name is `name`. It must stand in the tables: see
    `fill_zones`."""

    _shift_table, _local_table = zone_shifts, zone_locals

    def __init__(self, name: ColumnElement[str]) -> None:
        self._constant = None
        self._name = name

    def _mine(self, table: FromClause) -> Iterable[ColumnElement[bool]]:
        return (table.c.zone == self._name,)
