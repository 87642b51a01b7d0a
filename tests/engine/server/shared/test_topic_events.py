"""Events that come by a topic: each has its effect once, whatever fails on the way."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import confluent_kafka
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event as sql_event
from sqlalchemy import select

from engine.channels.topic_reader import Known, Positions, TopicMessage
from engine.i18n import Message
from engine.report.received import Fate
from engine.run.clock import VirtualClock
from engine.run.engine import Engine
from engine.run.settings import EngineSettings
from engine.server.shared.configuration import EventTopic
from engine.server.shared.topic_events import Tally, TopicEvents, topic_events
from engine.store.database import Database, StoreError
from engine.store.tables.operations import topic_offset
from engine.store.tables.people import event
from tests.databases import empty_database
from tests.engine.channels.fakes.kafka import TOPIC, KafkaFake

NOW = 1_764_000_000_000
AT = "2025-11-24T16:00:00Z"


def body(id: str, person: str = "", **more: object) -> bytes:
    one = {"event_id": id, "person_id": person or f"p-{id}", "event": "order", "time": AT, **more}
    return json.dumps(one).encode()


@dataclass
class Log:
    """A topic: what stands in its partitions, and how far the group says that it is."""

    partitions: list[list[bytes | None]]
    told: dict[int, int] = field(default_factory=dict)

    def write(self, partition: int, *values: bytes | None) -> None:
        self.partitions[partition] += values


class Member:
    """A reader of some partitions of a topic, as the library would be one."""

    trouble = ""

    def __init__(self, topic: Log, known: Known) -> None:
        self._topic, self._known = topic, known
        self._at: dict[int, int] = {}

    def has(self, *partitions: int) -> None:
        """The group has given it these."""
        known = self._known(partitions)
        self._at = {one: known.get(one, self._topic.told.get(one, 0)) for one in partitions}

    def read(self, most: int, _wait_s: float) -> list[TopicMessage]:
        found: list[TopicMessage] = []
        for partition, at in self._at.items():
            values = self._topic.partitions[partition][at : at + most - len(found)]
            found += [TopicMessage(partition, at + i, value) for i, value in enumerate(values)]
            self._at[partition] = at + len(values)
        return found

    def done(self, positions: Positions) -> None:
        self._topic.told.update(positions)

    def go_to(self, positions: Positions) -> None:
        self._at.update({one: at for one, at in positions.items() if one in self._at})

    def close(self) -> None:
        self._at = {}


@dataclass
class Server:
    """A server that reads a topic with the members of a group."""

    database: Database
    engine: Engine
    topic: Log

    def joins(self) -> tuple[TopicEvents, Member]:
        members: list[Member] = []

        def opened(known: Known) -> Member:
            members.append(Member(self.topic, known))
            return members[0]

        return TopicEvents(self.engine, self.database, "events", opened), members[0]

    def taken(self) -> list[str]:
        with self.database.read() as connection:
            return sorted(connection.scalars(select(event.c.source_id)))

    def offsets(self) -> dict[int, int]:
        with self.database.read() as connection:
            rows = connection.execute(select(topic_offset.c.partition, topic_offset.c.next))
            return {row.partition: row.next for row in rows}


@contextmanager
def serving(database: Database, partitions: int = 2) -> Iterator[Server]:
    engine = Engine(database, EngineSettings(ZoneInfo("UTC")), VirtualClock(NOW))
    yield Server(database, engine, Log([[] for _ in range(partitions)]))
    engine.close()


@pytest.fixture
def server(databases: Database) -> Iterator[Server]:
    with serving(databases) as found:
        yield found


@contextmanager
def failing(database: Database) -> Iterator[None]:
    """No transaction can be committed."""

    def refuse(_connection: object) -> None:
        raise StoreError(Message("The disk is full."))

    sql_event.listen(database.writer, "commit", refuse)
    try:
        yield
    finally:
        sql_event.remove(database.writer, "commit", refuse)


def test_what_is_wrong_with_one_message_keeps_no_other_out(server: Server) -> None:
    topic, member = server.joins()
    member.has(0, 1)
    several = b"[" + body("c") + b"," + body("d", person="a\0b") + b"]"
    server.topic.write(
        0, body("a"), None, b"{", b"\xff", b"[]", several, body("a"), b'{"x": ' + b"[" * 99_999
    )
    server.topic.write(1, body("b"), body("e", amount="\ud800"), json.dumps({"events": [{}]}).encode())
    topic.step()
    assert server.taken() == ["a", "b", "c"]
    assert topic.tally == Tally(accepted=3, repeated=1, rejected=7)
    assert server.offsets() == server.topic.told == {0: 8, 1: 3}
    refused = [one for one in server.engine.received(["order"]) if one.noted.fate is Fate.REJECTED]
    assert len(refused) == 7


def test_events_and_how_far_it_is_are_written_together_or_not_at_all(server: Server) -> None:
    topic, member = server.joins()
    member.has(0)
    server.topic.write(0, body("a"), body("b"))
    with failing(server.database), pytest.raises(StoreError):
        topic.step()
    assert (server.taken(), server.offsets(), server.topic.told) == ([], {}, {})
    server.topic.write(0, body("c"))
    topic.step()
    topic.step()
    assert (server.taken(), server.offsets()) == (["a", "b", "c"], {0: 3})
    assert topic.tally == Tally(accepted=3)


def test_it_goes_on_where_the_database_is_whatever_the_brokers_were_told(server: Server) -> None:
    first, member = server.joins()
    member.has(0)
    server.topic.write(0, body("a"), body("b"))
    first.step()
    server.topic.told.clear()  # it ended before it told them
    server.topic.write(0, body("c"))
    after, member = server.joins()
    member.has(0)
    after.step()
    assert after.tally == Tally(accepted=1)


def test_a_member_that_lost_its_partition_changes_nothing(server: Server) -> None:
    slow, left_behind = server.joins()
    left_behind.has(0)
    server.topic.write(0, body("a"))
    fast, member = server.joins()
    member.has(0)
    fast.step()
    slow.step()
    assert slow.tally == Tally()
    server.topic.write(0, body("b"))
    slow.step()
    assert (slow.tally, server.offsets()) == (Tally(accepted=1), {0: 2})


def test_a_topic_that_was_made_anew_is_read_from_its_beginning(server: Server) -> None:
    topic, member = server.joins()
    server.topic.write(0, body("a"), body("b"))
    member.has(0)
    topic.step()
    server.topic.partitions[0] = [body("c")]
    member.go_to({0: 0})  # what the library does where an offset is not there any more
    topic.step()
    assert (server.taken(), server.offsets()) == (["a", "b", "c"], {0: 1})


def test_a_message_at_which_the_engine_fails_is_passed_over(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic, member = server.joins()
    member.has(0)
    server.topic.write(0, body("a"), body("bad"), body("c"))
    post = server.engine.post_events

    def posted(events: Sequence[Any]) -> Any:
        if any(one.id == "bad" for one in events):
            raise ZeroDivisionError
        return post(events)

    monkeypatch.setattr(server.engine, "post_events", posted)
    topic.step()
    assert (server.taken(), topic.tally, server.offsets()) == (["a", "c"], Tally(2, 0, 1), {0: 3})


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_each_event_counts_once_however_members_come_go_and_fail(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    choose = random.Random(seed)
    path: Path = tmp_path_factory.mktemp("topic") / "engine.db"
    path.write_bytes(empty_database())
    with Database.open(path) as database, serving(database, partitions=3) as server:
        members = [server.joins() for _ in range(2)]
        written = 0
        acts: list[Callable[[TopicEvents, Member], None]] = [
            lambda topic, _: topic.step(),
            lambda _, member: member.has(*choose.sample(range(3), choose.randint(0, 3))),
            lambda _topic, _member: server.topic.told.clear(),
        ]
        for _ in range(30):
            for _ in range(choose.randint(0, 3)):
                server.topic.write(choose.randrange(3), body(f"{written:03}"))
                written += 1
            act, one = choose.choice(acts), choose.choice(members)
            if choose.random() < 0.2:
                with failing(database), suppress(StoreError):
                    one[0].step()
            else:
                act(*one)
        topic, member = server.joins()
        member.has(0, 1, 2)
        topic.step()
        assert server.taken() == [f"{number:03}" for number in range(written)]
        tallies = [one.tally for one, _ in [*members, (topic, member)]]
        assert sum(one.accepted for one in tallies) == written
        assert sum(one.repeated for one in tallies) == 0


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Server]:
    """On SQLite only, for what no statement decides."""
    path = tmp_path / "engine.db"
    path.write_bytes(empty_database())
    with Database.open(path) as database, serving(database) as found:
        yield found


def test_a_group_of_which_the_brokers_know_nothing_goes_on_where_the_database_is(small: Server) -> None:
    with KafkaFake() as fake:
        producer = confluent_kafka.Producer({"bootstrap.servers": fake.brokers[0], "log_level": 0})
        tallies, written = [], 0
        for group, last in (("before", 300), ("after", 400)):
            for number in range(written, last):
                producer.produce(TOPIC, key=str(number), value=body(f"{number:03}"))
            producer.flush()
            written = last
            wanted = EventTopic(brokers=fake.brokers, topic=TOPIC, group=group)
            topic = topic_events(wanted, small.engine, small.database)
            assert topic is not None
            while len(small.taken()) < last:
                topic.step()
            topic.close()
            tallies.append(topic.tally)
        assert tallies == [Tally(accepted=300), Tally(accepted=100)]
        assert sum(small.offsets().values()) == 400


def test_brokers_that_do_not_answer_are_told_of(small: Server) -> None:
    unreached = EventTopic(brokers=["127.0.0.1:1"], topic=TOPIC)
    topic = topic_events(unreached, small.engine, small.database)
    assert topic is not None
    while not topic.trouble:
        topic.step()
    assert topic.trouble in ("_ALL_BROKERS_DOWN", "_TRANSPORT")
    topic.close()
