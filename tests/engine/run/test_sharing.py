"""A leader and a worker in one process, on a PostgreSQL database: who runs what, and who may write."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, func, select, text, update

from engine.plan.context import SHARDS, WHOLE
from engine.run.answers import IncomingEvent
from engine.run.engine import Engine
from engine.run.lock import ServerLock
from engine.run.sharing import hand, leases
from engine.run.sharing.hand import Hand
from engine.run.sharing.leases import Lease, Offer
from engine.run.waves import Left
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from engine.store.tables.operations import division, version_lease
from engine.store.tables.runs import agenda, visit
from engine.store.times import NEVER
from tests.engine.run.drafting import SETTINGS, Nodes, bundle, populate
from tests.postgres import Postgres

T = TypeVar("T")
PEOPLE = 30
LASTS = 5.0
ORDER: Nodes = {
    "n_order": ("behavior_event", {"event": "order", "re_entry": "every_time"}),
    "n_end": ("end", {}),
}
TAGGED: Nodes = {
    "n_order": ("behavior_event", {"event": "order", "re_entry": "every_time"}),
    "n_tag": ("tag", {"assignments": [{"tag": "level", "value": "Gold"}]}),
    "n_end": ("end", {}),
}

COUPONS: Nodes = {
    "n_order": ("behavior_event", {"event": "order", "re_entry": "every_time"}),
    "n_coupon": ("issue_coupon", {"coupon": "cp_1"}),
    "n_end": ("end", {}),
}


def until(condition: Callable[[], object]) -> None:
    """Wait for what stays so once it is: what is so for a moment only may be missed."""
    give_up = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.02)


class Company:
    """A leader, and workers who come and go."""

    def __init__(self, url: str, engine: Engine) -> None:
        self.url = url
        self.engine = engine
        self.database = Database.unmigrated(url)
        self._ordered = 0

    @contextmanager
    def worker(self) -> Iterator[Hand]:
        """Works inside the block."""
        closing = threading.Event()
        with Database.unmigrated(self.url) as database:
            found = Hand(database, "hand", LASTS, closing)
            thread = threading.Thread(target=found.run, name="hand")
            thread.start()
            try:
                until(self.left)
                yield found
            finally:
                closing.set()
                thread.join()

    def order(self) -> None:
        """Everybody orders something."""
        self._ordered += 1
        now = ms(datetime.now(UTC))
        events = [
            IncomingEvent(f"e{self._ordered}_{n}", f"p{n}", "order", now, {}) for n in range(1, PEOPLE + 1)
        ]
        assert self.engine.post_events(events).accepted == PEOPLE

    def visits(self, version: int) -> int:
        """How many ways people have gone, from one place where they stop to the next, all together."""
        with self.database.read() as connection:
            query = select(func.count()).where(visit.c.version == version)
            return int(connection.execute(query).scalar_one())

    def shards(self, version: int) -> set[int]:
        """What of a version is left to workers."""
        with self.database.read() as connection:
            query = select(version_lease.c.shard).where(version_lease.c.version == version)
            return set(connection.scalars(query))

    def left(self) -> set[int]:
        """The versions that are left to workers."""
        with self.database.read() as connection:
            return set(connection.scalars(select(version_lease.c.version)))


@pytest.fixture
def company(postgres: Postgres, tmp_path: Path) -> Iterator[Company]:
    with ExitStack() as stack:
        url = stack.enter_context(postgres.database())
        populate(url, tmp_path, people=PEOPLE)
        database = stack.enter_context(Database.open(url))
        lock = ServerLock(database)
        lock.lead("leader", LASTS)
        engine = Engine(database, SETTINGS, held=lock)
        stack.callback(engine.close)
        links = ["n_order out n_end"]
        engine.publish(bundle(ORDER, links, id="c_1"))
        engine.publish(bundle(ORDER, links, id="c_2"))
        engine.start()
        found = Company(url, engine)
        stack.callback(found.database.close)
        yield found


def test_workers_run_the_waves_and_the_leader_does_when_they_are_gone(company: Company) -> None:
    company.order()
    until(lambda: company.visits(1) == company.visits(2) == PEOPLE)
    with company.worker() as hand:
        assert company.left() == {1, 2}
        company.order()
        until(lambda: company.visits(1) == company.visits(2) == 2 * PEOPLE)
        assert hand.waves == 2
    until(lambda: not company.left())
    company.order()
    until(lambda: company.visits(1) == company.visits(2) == 3 * PEOPLE)
    assert hand.waves == 2
    assert company.engine.check() == []


def test_versions_that_can_make_a_difference_to_each_other_stay_with_the_leader(company: Company) -> None:
    links = ["n_order out n_tag", "n_tag out n_end"]
    company.engine.publish(bundle(TAGGED, links, id="c_3"))
    with company.worker():
        until(lambda: company.left() == {1, 2, 3})
        company.engine.publish(bundle(TAGGED, links, id="c_4"))
        assert company.left() == {1, 2}  # at once: none of its waves may be beside the other one's
        company.order()
        until(lambda: company.visits(3) == company.visits(4) == PEOPLE)


def test_several_workers_run_the_people_of_one_campaign(company: Company) -> None:
    with company.worker() as one, company.worker() as other:
        until(lambda: company.shards(1) == set(range(1, SHARDS + 1)))
        for orders in (1, 2, 3):
            company.order()
            until(lambda: company.visits(1) == company.visits(2) == orders * PEOPLE)  # noqa: B023
        assert one.waves
        assert other.waves
        assert company.engine.counts("c_1", 1).entries == 3 * PEOPLE
        assert company.engine.check() == []
    until(lambda: not company.left())
    company.order()
    until(lambda: company.visits(1) == company.visits(2) == 4 * PEOPLE)
    assert company.engine.check() == []


def test_events_that_come_all_the_time_do_not_keep_workers_from_working(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The leader writes for a version between any two transactions of whoever runs it."""
    right = leases.hold

    def disturbed(connection: Connection, number: int, lease: Lease) -> tuple[int, int] | None:
        with company.database.write() as other:
            leases.note_written(other, lease.version)
        return right(connection, number, lease)

    monkeypatch.setattr(leases, "hold", disturbed)
    with company.worker() as hand:
        company.order()
        until(lambda: company.visits(1) == company.visits(2) == PEOPLE)
        assert hand.waves
    assert company.engine.check() == []


def test_a_campaign_whose_people_compete_is_not_divided(company: Company) -> None:
    links = ["n_order out n_coupon", "n_coupon out n_end"]
    company.engine.publish(bundle(COUPONS, links, id="c_3"))
    with company.worker(), company.worker():
        until(lambda: company.shards(1) == set(range(1, SHARDS + 1)))
        assert company.shards(3) == {WHOLE}
        company.order()
        until(lambda: company.visits(3) == 2 * PEOPLE)


def test_nobody_runs_what_is_stopped(company: Company) -> None:
    with company.worker():
        company.engine.stop("c_1")
        assert company.left() == {2}
        company.order()
        until(lambda: company.visits(2) == PEOPLE)
        assert company.visits(1) == 0


def test_what_a_worker_cannot_run_is_run_by_the_leader(company: Company) -> None:
    with company.worker() as hand:
        with company.database.write() as connection:
            unreadable = {"settings": "{}", "generation": division.c.generation + 1}
            connection.execute(update(division).values(unreadable))
        company.order()
        until(lambda: company.visits(1) == company.visits(2) == PEOPLE)
        assert hand.waves == 0
        assert company.left() == set()


def test_waves_are_brief_where_the_leader_writes_all_the_time(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where events come, which wait for the waves that are being run."""
    monkeypatch.setattr("engine.run.waves.BRIEF_WAVE", PEOPLE // 3)
    waiting = text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND NOT granted "
        "AND waitstart < clock_timestamp() - interval '100 ms'"
    )

    def waits() -> int:
        with company.database.read() as connection:
            return int(connection.execute(waiting).scalar_one())

    with company.worker() as hand, Database.unmigrated(company.url) as leader:
        with leader.write() as writing:
            leases.alone(writing)
            with company.database.write() as connection:
                connection.execute(agenda.insert().values(version=1, place=0, due=1))
            until(waits)
        company.order()
        until(lambda: company.visits(1) == company.visits(2) == PEOPLE)
        assert hand.waves >= 6


def test_a_worker_of_another_version_of_the_program_does_nothing(company: Company) -> None:
    with company.database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with Database.unmigrated(company.url) as database, pytest.raises(hand.OtherSchema, match="0001"):
        Hand(database, "hand", LASTS, threading.Event()).run()


class Desk:
    """A connection of somebody who works; each call is a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.number = self.do(lambda connection: leases.come(connection, "hand", LASTS)) or 0

    def do(self, work: Callable[[Connection], T]) -> T:
        with self._database.write() as connection:
            return work(connection)

    def take(self) -> Lease | None:
        return self.do(lambda connection: leases.take(connection, self.number))

    def holds(self, lease: Lease) -> bool:
        return self.do(lambda connection: leases.hold(connection, self.number, lease)) is not None


@contextmanager
def desk(url: str) -> Iterator[Desk]:
    with Database.unmigrated(url) as database:
        yield Desk(database)


def offered(leader: Desk, due: Mapping[int, int]) -> None:
    """Versions that are left to others, of which something is due since a moment."""

    def write(connection: Connection) -> None:
        leases.found(connection, "{}")
        for version, moment in due.items():
            leases.offer(connection, version, Offer(NEVER, shards=False))
            connection.execute(agenda.insert().values(version=version, place=0, due=moment))

    leader.do(write)


def test_whoever_has_been_given_up_cannot_write_any_more(postgres: Postgres) -> None:
    with postgres.database() as url, desk(url) as leader:
        offered(leader, {1: 1_000, 2: 2_000})
        with desk(url) as one, desk(url) as other:
            first, second = one.take(), other.take()
            assert first is not None
            assert second is not None
            assert (first.version, second.version, other.take()) == (1, 2, None)
            assert one.holds(first)
            leader.do(lambda connection: leases.end_worker(connection, one.number))
            leader.do(leases.free)
            again = other.take()
            assert again is not None
            assert (again.version, again.fence) == (1, first.fence + 1)
        with desk(url) as one:  # its connection was ended
            one.number -= 2
            assert not one.holds(first)
            assert one.take() is None
            assert not one.do(lambda connection: leases.renew(connection, one.number))


def test_shards_of_a_version_are_taken_one_by_one_and_come_together_again(postgres: Postgres) -> None:
    def divide(connection: Connection) -> None:
        leases.offer(connection, 1, Offer(NEVER, shards=True))
        leases.settle(connection)

    def due(connection: Connection) -> set[tuple[int, int]]:
        return {(shard, due) for shard, due in connection.execute(select(agenda.c.shard, agenda.c.due))}

    with postgres.database() as url, desk(url) as leader:
        offered(leader, {1: 1_000})
        leader.do(divide)
        assert leader.do(due) == {(shard, 1_000) for shard in range(1, SHARDS + 1)}
        with desk(url) as one, desk(url) as other:
            taken = [who.take() for who in (one, other) * (SHARDS // 2)]
            assert {lease.shard for lease in taken if lease is not None} == set(range(1, SHARDS + 1))
            assert one.take() is None
            assert leader.do(lambda connection: leases.note_written(connection, 1)) is Left.SHARDS
            first, second = taken[:2]
            assert first is not None
            assert second is not None
            assert one.holds(first)
            assert not one.holds(second)  # the other's

            def pass_on(connection: Connection) -> None:
                later = agenda.c.shard == first.shard
                connection.execute(update(agenda).where(later).values(due=500))
                leases.take_back(connection, {1})
                leases.settle(connection)

            leader.do(pass_on)
            assert leader.do(due) == {(WHOLE, 500)}
            assert not one.holds(first)


def test_people_who_are_others_now_may_be_due_in_another_shard(postgres: Postgres) -> None:
    """As after an import that merged some: who waited in a shard waits in that of who they are now."""

    def divide(connection: Connection) -> None:
        leases.offer(connection, 1, Offer(NEVER, shards=True))
        leases.settle(connection)

    def only_one_is_due(connection: Connection) -> None:
        connection.execute(agenda.delete().where(agenda.c.shard != 3))

    def due(connection: Connection) -> set[int]:
        return set(connection.scalars(select(agenda.c.shard)))

    with postgres.database() as url, desk(url) as leader:
        offered(leader, {1: 1_000})
        leader.do(divide)
        leader.do(only_one_is_due)
        leader.do(lambda connection: leases.note_change(connection, {1}))
        assert leader.do(due) == {WHOLE}
        leader.do(divide)
        assert leader.do(due) == set(range(1, SHARDS + 1))


def test_who_has_had_a_turn_lets_others_have_theirs(postgres: Postgres) -> None:
    """However much of one campaign is overdue."""
    with postgres.database() as url, desk(url) as leader:
        offered(leader, {1: 1_000, 2: 2_000, 3: 3_000})
        with desk(url) as one:
            turns = []
            for _ in range(6):
                taken = one.take()
                assert taken is not None
                turns.append(taken.version)
                one.do(lambda connection: leases.give_back(connection, one.number, taken))  # noqa: B023
            assert turns == [1, 2, 3, 1, 2, 3]


def test_what_is_due_later_than_the_leader_lets_go_of_is_nobodys(postgres: Postgres) -> None:
    with postgres.database() as url, desk(url) as leader:
        offered(leader, {1: 1_000})
        with desk(url) as one:
            leader.do(lambda connection: leases.offer(connection, 1, Offer(999, shards=False)))
            assert one.take() is None
            leader.do(lambda connection: leases.offer(connection, 1, Offer(1_000, shards=False)))
            assert one.take() is not None
