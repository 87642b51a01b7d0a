"""Several who could work on one PostgreSQL database: one does, and nobody else's writing is let through."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from engine.i18n import Message
from engine.run.answers import Refused
from engine.run.engine import Engine
from engine.run.lease import Renewals, Sighting, Watch
from engine.run.lock import NotLeading, ServerLock, end_holder, sight
from engine.run.settings import EngineSettings
from engine.store.database import Database, StoreError
from engine.store.tables.people import tag_value
from tests.engine.run.drafting import ZONE
from tests.engine.run.test_lock import lose
from tests.postgres import Postgres

LONG_S = 600.0
"""Of leases that do not run out here."""


@pytest.fixture
def two(postgres: Postgres) -> Iterator[tuple[Database, Database]]:
    """One database, as two processes have it open."""
    with postgres.database() as url, Database.open(url) as one, Database.open(url) as other:
        yield one, other


@contextmanager
def led(database: Database, lasts: float = LONG_S) -> Iterator[ServerLock]:
    """Somebody leads, until the block ends."""
    lock = ServerLock(database)
    try:
        lock.lead("me", lasts)
        database.prepare = lock.prepare
        yield lock
    finally:
        database.prepare = None
        lock.release()


def seen(database: Database) -> Sighting:
    with database.write() as connection:
        return sight(connection)


def take_over(database: Database) -> ServerLock:
    """As whoever stands by does, once the leader has been silent for long enough."""
    with database.write() as connection:
        assert end_holder(connection, sight(connection).backend)
    while True:
        try:
            return ServerLock(database)
        except Refused:  # the server ends a connection a moment later
            continue


def write(database: Database, value: str, meanwhile: Callable[[], object] = lambda: None) -> None:
    with database.write() as connection:
        connection.execute(tag_value.insert().values(person=1, tag="level", value=value))
        meanwhile()


def written(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(tag_value)).scalar_one()


def test_each_who_leads_has_a_later_number_and_the_others_see_who(two: tuple[Database, Database]) -> None:
    one, other = two
    assert seen(other) == Sighting(None)
    with led(one) as lock:
        assert lock.renewals is not None
        assert lock.renewals.number == 1
        found = seen(other)
        assert (found.number, found.lasts, found.holder) == (1, LONG_S * 1000, "me")
        assert found.backend is not None
    assert seen(other)[:2] == (None, 1)
    assert seen(other).lasts == 0
    with led(other) as lock:
        assert lock.renewals is not None
        assert lock.renewals.number == 2


def test_a_transaction_that_is_open_when_another_one_takes_over_is_undone(
    two: tuple[Database, Database],
) -> None:
    """So it is with a process that was frozen in the midst of a wave."""
    one, other = two
    with led(one) as frozen:
        newer: list[ServerLock] = []
        with pytest.raises(DBAPIError):
            write(one, "frozen", meanwhile=lambda: newer.append(take_over(other)))
        newer[0].lead("another", LONG_S)
        assert written(other) == 0
        for _ in range(2):  # the second time with a new connection
            with pytest.raises(NotLeading):
                write(one, "thawed")
        assert not frozen.leads
        newer[0].release()
        with pytest.raises(NotLeading):  # though nobody leads now: what it remembers is old
            write(one, "thawed")
        assert written(other) == 0
        with led(other):  # and it does not keep others out
            write(other, "new")
        assert written(other) == 1


def test_who_loses_its_connection_goes_on_where_nobody_has_led_meanwhile(
    two: tuple[Database, Database],
) -> None:
    one, other = two
    with led(one) as lock:
        lose(one)
        held = ServerLock(other)  # and has not begun to lead
        write(one, "kept")
        assert lock.leads
        with pytest.raises(DBAPIError):
            held.lead("another", LONG_S)
        assert seen(other).number == 1
    assert written(other) == 1


def test_a_connection_of_its_own_that_the_server_believes_in_keeps_nobody_out(
    two: tuple[Database, Database],
) -> None:
    """The network has lost it, and the server waits for it for hours."""
    one, other = two
    with led(one):
        old = one.writer.raw_connection()
        old.detach()
        write(one, "kept")
        old.close()
    assert written(other) == 1


def test_a_connection_is_not_replaced_while_a_lease_has_run_out(
    two: tuple[Database, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else may have it by now; once it is renewed nobody has."""
    one, _ = two
    with led(one):
        lose(one)
        with monkeypatch.context() as patched:
            patched.setattr(Renewals, "left", -1.0)
            with pytest.raises(NotLeading):
                write(one, "late")
        assert written(one) == 0
        write(one, "renewed")


def test_a_lease_is_renewed_and_by_that_others_see_that_somebody_is_there(
    two: tuple[Database, Database],
) -> None:
    one, other = two
    with led(one, lasts=0.3):
        first = seen(other)
        while (later := seen(other)) == first:
            pass
    assert later.renewed_at > first.renewed_at
    assert later._replace(renewed_at=0) == first._replace(renewed_at=0)


def test_renewals_go_on_after_their_connection_was_cut(two: tuple[Database, Database]) -> None:
    one, other = two
    with led(one, lasts=0.3) as lock:
        assert lock.renewals is not None
        lock.renewals.cut()
        first = seen(other)
        while seen(other) == first:
            pass
        assert not lock.renewals.lost.is_set()


def leads(engine: Engine) -> bool:
    return engine._access.leads


def test_the_engine_of_a_leader_tells_its_sending_whether_it_leads(two: tuple[Database, Database]) -> None:
    one, other = two
    lock = ServerLock(one)
    lock.lead("me", LONG_S)
    engine = Engine(one, EngineSettings(ZONE), held=lock)
    try:
        assert leads(engine)
        newer = take_over(other)
        newer.lead("another", LONG_S)
        with pytest.raises((NotLeading, DBAPIError)):
            engine.post_events([])
        with pytest.raises(NotLeading):
            engine.post_events([])
        assert not leads(engine)
        newer.release()
    finally:
        engine.close()
    with led(other) as last:
        assert last.leads


class Seconds:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_who_stands_by_waits_for_a_whole_lease_without_a_sign_by_its_own_clock() -> None:
    clock = Seconds()
    watch = Watch(clock)
    there = Sighting(backend=7, number=3, renewed_at=1_000, lasts=6_000)
    assert not watch.is_silent(there, 1.0)
    clock.now += 5.9
    assert not watch.is_silent(there, 1.0)
    renewed = there._replace(renewed_at=500)  # the database's clock was set back: a sign all the same
    assert not watch.is_silent(renewed, 1.0)
    clock.now += 5.9
    assert not watch.is_silent(renewed, 1.0)
    clock.now += 0.1
    assert watch.is_silent(renewed, 1.0)
    watch.forget()
    assert not watch.is_silent(renewed, 1.0)


def test_who_has_lost_its_connection_only_has_half_as_long_and_who_ended_in_order_no_time() -> None:
    clock = Seconds()
    watch = Watch(clock)
    gone = Sighting(backend=None, number=3, renewed_at=1_000, lasts=6_000)
    assert not watch.is_silent(gone, 1.0)
    clock.now += 3.0
    assert watch.is_silent(gone, 1.0)
    assert Watch(clock).is_silent(gone._replace(lasts=0), 1.0)
    assert Watch(clock).is_silent(Sighting(None), 1.0)


def test_an_engine_without_a_lease_is_given_the_time_of_whoever_waits() -> None:
    clock = Seconds()
    watch = Watch(clock)
    assert not watch.is_silent(Sighting(backend=7), 2.0)
    clock.now += 2.0
    assert watch.is_silent(Sighting(backend=7), 2.0)


def test_whoever_waits_for_a_server_can_be_interrupted(two: tuple[Database, Database]) -> None:
    one, _ = two
    begun = threading.Event()
    met: list[Exception] = []

    def wait() -> None:
        try:
            with one.read() as connection:
                begun.set()
                connection.exec_driver_sql("SELECT pg_sleep(1000)")
        except DBAPIError as error:
            met.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    begun.wait()
    while thread.is_alive():
        one.cut()
        thread.join(0.01)
    assert met
    with one.read(), one.write():
        pass  # the next ones connect anew
    one.give_up(Message("It is over."))
    for use in (one.read, one.write):
        with pytest.raises(StoreError, match="It is over"), use():
            pass
