"""When somebody who waits goes on next: two steps into an index for each place where people wait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, ScalarSelect, Table, bindparam, select

from engine.store.distribution import is_distributed
from engine.store.tables.runs import agenda, token, token_watched
from engine.store.versions import PathMeaning


def next_releases(
    connection: Connection, paths: Sequence[PathMeaning], names: Mapping[int, str]
) -> dict[str, int]:
    """Node id → the earliest moment (ms) at which somebody who waits there goes on.

    Nothing of a node where nobody waits, nor where it is not known yet when anybody goes on. While a campaign
    is stopped its agenda is put off, and so nobody goes on. paths: of the versions that are told of; names:
    node number → id.
    """
    node_of = {(path.version, path.place): names[path.node] for path in paths}
    found: dict[str, int] = {}
    asked = {"versions": sorted({version for version, _ in node_of})}
    first = _asked_one_by_one if is_distributed(connection) else _asked_at_once
    for version, place, *moments in first(connection, asked):
        node = node_of.get((version, place))
        known = [moment for moment in moments if moment is not None]
        if node is not None and known:
            found[node] = min(*known, found.get(node, known[0]))
    return found


def _asked_at_once(connection: Connection, asked: Mapping[str, Any]) -> Iterable[Sequence[Any]]:
    return connection.execute(FIRST_DUE, asked)


def _asked_one_by_one(connection: Connection, asked: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
    """The same where people lie on several machines: there, the agenda cannot ask those."""
    for version, place, due in connection.execute(_PLACES, asked).all():
        at = {"version": version, "place": place, "due": due}
        yield version, place, *(connection.execute(query, at).scalar() for query in _FIRST_AT)


def _first(table: Table) -> ScalarSelect[int]:
    """The earliest due moment of a row at a place of the agenda, which knows that nothing is due before its
    own: PostgreSQL would read past all that have been deleted in front. Not the minimum, for which it reads
    all rows as long as it believes that there are few."""
    mine = table.c.version == agenda.c.version, table.c.place == agenda.c.place
    due = select(table.c.due).where(*mine, table.c.due >= agenda.c.due)
    return due.order_by(table.c.due).limit(1).scalar_subquery()


FIRST_DUE = select(agenda.c.version, agenda.c.place, _first(token), _first(token_watched)).where(
    agenda.c.version.in_(bindparam("versions", expanding=True))
)
"""Of every place of the `versions` where anybody is due: version, place, and the earliest due moment in each
of the two tables in which people wait. Made once: that costs more than running it."""
_PLACES = select(agenda.c.version, agenda.c.place, agenda.c.due).where(
    agenda.c.version.in_(bindparam("versions", expanding=True))
)
_FIRST_AT = [
    select(table.c.due)
    .where(
        table.c.version == bindparam("version"),
        table.c.place == bindparam("place"),
        table.c.due >= bindparam("due"),
    )
    .order_by(table.c.due)
    .limit(1)
    for table in (token, token_watched)
]
