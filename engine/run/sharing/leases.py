"""What a leader and those who work with it write about each other, in PostgreSQL only.

    offered by the leader → taken by a worker → given back, or free again once the worker is gone
           ↑                                              ↓
           └── taken back by the leader at any time ──────┘

A lease is of a version or, where its people make no difference to each other, of a shard of them. A wave
begins by writing into it, and holds that row until it ends: nobody else can write for these people
meanwhile, and who has lost it finds no row. `besides` and `alone` keep waves apart from
what the leader does between waves: any number of the former, or one of the latter.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    cast,
    delete,
    extract,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from engine.plan.context import SHARDS, WHOLE
from engine.run.lease import Sighting
from engine.run.waves import Left
from engine.store.dialect import upsert_least
from engine.store.tables.operations import ONLY, division, version_lease, worker
from engine.store.tables.runs import agenda

_WAVES = 0x63616E7661735F33
"""The number of the advisory lock that keeps waves and what is done between them apart."""
_WORKER = 0x63616E76
"""The first half of the numbers of workers' locks; the second is the worker's own."""
_BACKENDS = f"""FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid = {_WORKER}"""
"""Where PostgreSQL says which connections workers write on."""
_NOW = cast(extract("epoch", func.clock_timestamp()) * 1000, BigInteger)
"""The database's clock: that of all workers."""


class Offer(NamedTuple):
    """What of a version is left to others: what is due up to a moment (ms). shards: whether each of its
    shards may be somebody else's."""

    up_to: int
    shards: bool


class Lease(NamedTuple):
    """A version, or a shard of its people, that a worker has. now: when it was taken (ms); generation,
    changed: as they were then."""

    version: int
    shard: int
    fence: int
    up_to: int
    changed: int
    generation: int
    now: int


def besides(connection: Connection) -> None:
    """This transaction is a wave, or concerns nothing but who runs which."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({_WAVES})")


def alone(connection: Connection) -> None:
    """Wait for the waves that are being run; others wait until this transaction ends."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WAVES})")


# ---- what the leader writes


def found(connection: Connection, settings: str) -> None:
    """A leader begins. settings: what plans are compiled with."""
    row = {"id": ONLY, "settings": settings, "generation": 1, "last_worker": 0}
    made = insert(division).values(row)
    again = {"settings": settings, "generation": division.c.generation + 1}
    connection.execute(made.on_conflict_do_update(index_elements=["id"], set_=again))
    settle(connection)


def withdraw(connection: Connection) -> None:
    """Take all back from everybody, also from those who work for a leader who is gone; their connections are
    ended. Of a database that has no such tables yet, nothing."""
    if connection.dialect.has_table(connection, worker.name):
        connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {_BACKENDS}")
        connection.execute(delete(worker))
        connection.execute(delete(version_lease))


def note_change(connection: Connection, may: set[int]) -> None:
    """What is in progress is something else now, and people may be others: who works looks anew. may: the
    versions that may stay with others. Shards do not: who was due in one may be due in another."""
    v = version_lease.c
    connection.execute(delete(version_lease).where(or_(v.version.not_in(may), v.shard != WHOLE)))
    connection.execute(update(division).values(generation=division.c.generation + 1))
    settle(connection)


def offer(connection: Connection, version: int, offered: Offer) -> None:
    """Leave a version to others. Call `settle` afterwards."""
    shards = range(1, SHARDS + 1) if offered.shards else (WHOLE,)
    mine = version_lease.c.version == version
    connection.execute(delete(version_lease).where(mine, version_lease.c.shard.not_in(shards)))
    rows = [{"version": version, "shard": shard, "up_to": offered.up_to} for shard in shards]
    made = insert(version_lease).values(rows)
    known = ["version", "shard"]
    connection.execute(made.on_conflict_do_update(index_elements=known, set_={"up_to": offered.up_to}))


def take_back(connection: Connection, versions: set[int]) -> None:
    """Nobody else runs these versions from now on. Call `settle` afterwards."""
    connection.execute(delete(version_lease).where(version_lease.c.version.in_(versions)))


def settle(connection: Connection) -> None:
    """Let the agenda say what is due of each shard where shards are left to others, else of whole versions.

    What is due of the whole is the earliest that can be of a shard; whoever has that finds out.
    """
    v, a = version_lease.c, agenda.c
    divided = select(v.version).where(v.shard != WHOLE)
    _merge(connection, a.version.not_in(divided))
    each = select(a.version, a.place, v.shard, a.due).join(version_lease, v.version == a.version)
    _lower(connection, each.where(a.shard == WHOLE, v.shard != WHOLE))
    connection.execute(delete(agenda).where(a.shard == WHOLE, a.version.in_(divided)))


def _merge(connection: Connection, mine: ColumnElement[bool]) -> None:
    a = agenda.c
    of_shards = and_(mine, a.shard != WHOLE)
    earliest = select(a.version, a.place, literal(WHOLE), func.min(a.due)).where(of_shards)
    rows = earliest.group_by(a.version, a.place)
    _lower(connection, rows)
    connection.execute(delete(agenda).where(of_shards))


def _lower(connection: Connection, rows: Select[*tuple[Any, ...]]) -> None:
    """Note that something is due as early as `rows` say, where that is earlier than what is known."""
    columns = ["version", "place", "shard", "due"]
    connection.execute(upsert_least(connection.dialect, agenda, columns, rows, "due"))


def offered(connection: Connection) -> dict[int, Offer]:
    """The versions that are left to others."""
    v = version_lease.c
    query = select(v.version, func.min(v.up_to), func.max(v.shard)).group_by(v.version)
    return {version: Offer(up_to, last != WHOLE) for version, up_to, last in connection.execute(query)}


def note_written(connection: Connection, version: int) -> Left:
    """The leader has written for a version: what a worker remembers of it may be outdated. What of it is left
    to others."""
    v = version_lease.c
    changed = update(version_lease).where(v.version == version).values(changed=v.changed + 1)
    shards = list(connection.scalars(changed.returning(v.shard)))
    if not shards:
        return Left.NOTHING
    return Left.WHOLE if shards == [WHOLE] else Left.SHARDS


def workers(connection: Connection) -> dict[int, Sighting]:
    """Those who work, by number."""
    rows = connection.exec_driver_sql(f"SELECT objid, max(pid) {_BACKENDS} GROUP BY objid")
    backends: dict[int, int] = dict(rows.all())
    query = select(worker.c.number, worker.c.renewed_at, worker.c.lasts, worker.c.name)
    return {
        row.number: Sighting(backends.get(row.number), row.number, row.renewed_at, row.lasts, row.name)
        for row in connection.execute(query)
    }


def end_worker(connection: Connection, number: int) -> None:
    """Give a worker up, and end its connections, whatever is open on them: that is undone."""
    connection.execute(delete(worker).where(worker.c.number == number))
    connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {_BACKENDS} AND objid = {number:d}")


def free(connection: Connection) -> None:
    """Let others have the versions of workers who have been given up. A lease is free only when the wave that
    holds it has ended."""
    gone = version_lease.c.worker.not_in(select(worker.c.number))
    if connection.execute(select(version_lease.c.version).where(gone).limit(1)).first() is not None:
        connection.execute(update(version_lease).where(gone).values(worker=None))


class Progress(NamedTuple):
    """Of a version that others run: how many waves there were; whether the leader is to look at it."""

    waves: int
    refused: bool


def progress(connection: Connection) -> dict[int, Progress]:
    """How it goes with the versions that others run."""
    v = version_lease.c
    query = select(v.version, func.sum(v.waves), func.max(v.refused)).group_by(v.version)
    rows = connection.execute(query)
    return {version: Progress(int(waves), bool(refused)) for version, waves, refused in rows}


# ---- what workers write


def come(connection: Connection, name: str, lasts: float) -> int | None:
    """Begin to work, for as long as the lease is renewed; the worker's number, None where no leader has been
    here yet. lasts: seconds."""
    raised = update(division).values(last_worker=division.c.last_worker + 1)
    number = connection.execute(raised.returning(division.c.last_worker)).scalar()
    if number is not None:
        values = {"number": number, "name": name, "lasts": round(lasts * 1000), "renewed_at": _NOW}
        connection.execute(insert(worker).values(values))
        mark(connection, number)
    return number


def mark(connection: Connection, number: int) -> None:
    """Let the leader find this connection, which is a worker's; end those that it takes the place of, which
    may not know yet that they are lost."""
    others = f"AND objid = {number:d} AND pid <> pg_backend_pid()"
    connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {_BACKENDS} {others}")
    connection.exec_driver_sql(f"SELECT pg_advisory_lock_shared({_WORKER}, {number:d})")


def go(connection: Connection, number: int) -> None:
    """Work no more: others have its versions at once."""
    connection.execute(update(version_lease).where(version_lease.c.worker == number).values(worker=None))
    connection.execute(delete(worker).where(worker.c.number == number))
    connection.exec_driver_sql(f"SELECT pg_advisory_unlock_shared({_WORKER}, {number:d})")


def renew(connection: Connection, number: int) -> bool:
    """Go on; False where the leader has given this worker up."""
    mine = update(worker).where(worker.c.number == number)
    return connection.execute(mine.values(renewed_at=_NOW)).rowcount == 1


def settings(connection: Connection) -> str:
    """What plans are compiled with, as the leader says."""
    return str(connection.execute(select(division.c.settings)).scalar_one())


def take(connection: Connection, number: int) -> Lease | None:
    """Take a version, or a shard of its people, of which something is due: what had its turn longest ago;
    None where nothing is due that nobody has."""
    v = version_lease.c
    query = (
        select(v.version, v.shard)
        .join(agenda, and_(agenda.c.version == v.version, agenda.c.shard == v.shard))
        .where(v.worker.is_(None), v.refused == 0, agenda.c.due <= func.least(_NOW, v.up_to))
        .order_by(v.taken_at, agenda.c.due)
        .limit(1)
        .with_for_update(of=version_lease, skip_locked=True)
    )
    known = select(worker.c.number).where(worker.c.number == number).exists()
    taken = (
        update(version_lease)
        .where(tuple_(v.version, v.shard) == query.scalar_subquery(), known)
        .values(worker=number, fence=v.fence + 1, taken_at=_NOW)
        .returning(
            *(v.version, v.shard, v.fence, v.up_to, v.changed),
            select(division.c.generation).scalar_subquery(),
            _NOW,
        )
    )
    row = connection.execute(taken).first()
    return None if row is None else Lease(*row)


def hold(connection: Connection, number: int, lease: Lease) -> tuple[int, int] | None:
    """Begin a wave: `changed` and `generation` as they are now, None where the version is not this worker's
    any more. Nobody else can write for it until this transaction ends."""
    v = version_lease.c
    mine = update(version_lease).where(_is(lease, number))
    generation = select(division.c.generation).scalar_subquery()
    row = connection.execute(mine.values(waves=v.waves + 1).returning(v.changed, generation)).first()
    return None if row is None else (row[0], row[1])


def _is(lease: Lease, number: int) -> ColumnElement[bool]:
    v = version_lease.c
    mine = and_(v.version == lease.version, v.shard == lease.shard)
    return and_(mine, v.worker == number, v.fence == lease.fence)


def give_back(connection: Connection, number: int, lease: Lease, *, refused: bool = False) -> None:
    """Let others have a version. refused: the leader is to see what is wrong with it."""
    mine = update(version_lease).where(_is(lease, number))
    connection.execute(mine.values(worker=None, refused=int(refused)))


def due_elsewhere(connection: Connection, now: int) -> dict[int, int]:
    """Versions that others run and of which something is due by `now`: since when."""
    query = (
        select(agenda.c.version, func.min(agenda.c.due))
        .where(agenda.c.due <= now, agenda.c.version.in_(select(version_lease.c.version)))
        .group_by(agenda.c.version)
    )
    return dict(connection.execute(query).all())
