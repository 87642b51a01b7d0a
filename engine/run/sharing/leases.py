"""What a leader and those who work with it write about each other, in PostgreSQL only.

    offered by the leader → taken by a worker → given back, or free again once the worker is gone
           ↑                                              ↓
           └── taken back by the leader at any time ──────┘

A wave begins by writing into the lease of its version, and holds that row until it ends: nobody else can
write for the version meanwhile, and who has lost it finds no row. `besides` and `alone` keep waves apart from
what the leader does between waves: any number of the former, or one of the latter.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, cast, delete, extract, func, select, update
from sqlalchemy.dialects.postgresql import insert

from engine.run.lease import Sighting
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


class Lease(NamedTuple):
    """A version that a worker has. now: when it was taken (ms); generation, changed: as they were then."""

    version: int
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


def withdraw(connection: Connection) -> None:
    """Take all back from everybody, also from those who work for a leader who is gone; their connections are
    ended. Of a database that has no such tables yet, nothing."""
    if connection.dialect.has_table(connection, worker.name):
        connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {_BACKENDS}")
        connection.execute(delete(worker))
        connection.execute(delete(version_lease))


def note_change(connection: Connection, offered: set[int]) -> None:
    """What is in progress is something else now: who works looks anew, and only these versions are left to
    others."""
    connection.execute(delete(version_lease).where(version_lease.c.version.not_in(offered)))
    connection.execute(update(division).values(generation=division.c.generation + 1))


def offer(connection: Connection, version: int, up_to: int) -> None:
    """Let others run what is due of a version up to a moment (ms)."""
    made = insert(version_lease).values(version=version, up_to=up_to)
    connection.execute(made.on_conflict_do_update(index_elements=["version"], set_={"up_to": up_to}))


def take_back(connection: Connection, versions: set[int]) -> None:
    """Nobody else runs these versions from now on."""
    connection.execute(delete(version_lease).where(version_lease.c.version.in_(versions)))


def offered(connection: Connection) -> dict[int, int]:
    """The versions that are left to others, each up to a moment."""
    return dict(connection.execute(select(version_lease.c.version, version_lease.c.up_to)).all())


def note_written(connection: Connection, version: int) -> None:
    """The leader has written for a version: what a worker remembers of it may be outdated."""
    changed = {"changed": version_lease.c.changed + 1}
    connection.execute(update(version_lease).where(version_lease.c.version == version).values(changed))


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
    rows = connection.execute(select(version_lease.c.version, version_lease.c.waves, version_lease.c.refused))
    return {version: Progress(waves, bool(refused)) for version, waves, refused in rows}


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
    """Take a version of which something is due, the one first that had its turn longest ago; None where
    nothing is due that nobody has."""
    v = version_lease.c
    query = (
        select(v.version)
        .join(agenda, agenda.c.version == v.version)
        .where(v.worker.is_(None), v.refused == 0, agenda.c.due <= func.least(_NOW, v.up_to))
        .order_by(v.taken_at, agenda.c.due)
        .limit(1)
        .with_for_update(of=version_lease, skip_locked=True)
    )
    known = select(worker.c.number).where(worker.c.number == number).exists()
    taken = (
        update(version_lease)
        .where(v.version == query.scalar_subquery(), known)
        .values(worker=number, fence=v.fence + 1, taken_at=_NOW)
        .returning(
            v.version, v.fence, v.up_to, v.changed, select(division.c.generation).scalar_subquery(), _NOW
        )
    )
    row = connection.execute(taken).first()
    return None if row is None else Lease(*row)


def hold(connection: Connection, number: int, lease: Lease) -> tuple[int, int] | None:
    """Begin a wave: `changed` and `generation` as they are now, None where the version is not this worker's
    any more. Nobody else can write for it until this transaction ends."""
    v = version_lease.c
    mine = update(version_lease).where(v.version == lease.version, v.worker == number, v.fence == lease.fence)
    generation = select(division.c.generation).scalar_subquery()
    row = connection.execute(mine.values(waves=v.waves + 1).returning(v.changed, generation)).first()
    return None if row is None else (row[0], row[1])


def give_back(connection: Connection, number: int, lease: Lease, *, refused: bool = False) -> None:
    """Let others have a version. refused: the leader is to see what is wrong with it."""
    v = version_lease.c
    mine = update(version_lease).where(v.version == lease.version, v.worker == number, v.fence == lease.fence)
    connection.execute(mine.values(worker=None, refused=int(refused)))


def due_elsewhere(connection: Connection, now: int) -> dict[int, int]:
    """Versions that others run and of which something is due by `now`: since when."""
    query = (
        select(agenda.c.version, func.min(agenda.c.due))
        .join(version_lease, version_lease.c.version == agenda.c.version)
        .where(agenda.c.due <= now)
        .group_by(agenda.c.version)
    )
    return dict(connection.execute(query).all())
