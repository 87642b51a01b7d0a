"""Events that come by a Kafka topic: each message is what a body of `POST /events` would be.

How far the topic has been read stands in the database, written in the transaction that takes the events in:
after a crash, a lost connection or a change of the group, each message has had its effect exactly once. A
database that was restored reads again what came since the backup.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple, Protocol

from pydantic import ValidationError
from sqlalchemy import Connection, select

from engine.channels.topic_reader import Known, Positions, TopicMessage, TopicReader
from engine.channels.verdict import NotReached
from engine.files.findings import findings
from engine.i18n import N_, Message
from engine.logs import get_logger
from engine.run.answers import EventsReceipt, IncomingEvent
from engine.run.engine import Engine
from engine.run.operations import is_trouble
from engine.server.event_bodies import read_each, read_events
from engine.server.shared.configuration import EventTopic, Misconfigured
from engine.store.database import Database
from engine.store.dialect import bulk_insert
from engine.store.tables.operations import topic_offset

MOST = 1_000
"""Messages that are taken in together."""
WAIT_S = 0.5
"""How long it waits for messages before it looks whether it is to end."""
AGAIN_S = 5.0
"""How long it waits after the database refused."""
FAILED = N_("The engine failed at it; its log says more.")

log = get_logger()


class Reader(Protocol):
    """See `TopicReader`."""

    @property
    def trouble(self) -> str: ...

    def read(self, most: int, wait_s: float) -> list[TopicMessage]: ...

    def done(self, positions: Positions) -> None: ...

    def go_to(self, positions: Positions) -> None: ...

    def close(self) -> None: ...


class Tally(NamedTuple):
    """What became of events so far, since the server started."""

    accepted: int = 0
    repeated: int = 0
    rejected: int = 0


class _Refused(NamedTuple):
    """An event or a whole message that cannot be taken: where it stands, its id if there is one, and why."""

    message: TopicMessage
    id: str
    reason: str


class TopicEvents:
    """Takes in what comes by a topic, in a thread of its own.

    Attributes:
        tally: what became of the events; any thread may ask.
    """

    def __init__(
        self, engine: Engine, database: Database, topic: str, open_reader: Callable[[Known], Reader]
    ) -> None:
        self._engine = engine
        self._database = database
        self._topic = topic
        self._read: dict[int, int] = {}
        """Where this member of the group goes on, of the partitions that it has."""
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._trouble = ""
        self.tally = Tally()
        self._reader = open_reader(self.known)

    @property
    def trouble(self) -> str:
        """Kafka's code for what keeps it from the topic; "" while nothing does. Any thread may ask."""
        return self._trouble

    def known(self, partitions: Collection[int]) -> Positions:
        """Where partitions go on, of those read before: this member has these now, and no others."""
        with self._database.read() as connection:
            self._read = _stored(connection, self._topic, partitions)
        return self._read

    def start(self) -> None:
        """Read in the background until `close`."""
        self._thread = threading.Thread(target=self._run, name="topic", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after what is being taken in."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        self._reader.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self.step()
            except Exception as error:  # noqa: BLE001 - whatever it is, the topic keeps the messages
                log.warning("events of the topic not taken in; trying again", error=type(error).__name__)
                self._closing.wait(AGAIN_S)

    def step(self) -> None:
        """Take in what has come. Raises what keeps the database from it; the same is read again then."""
        messages = self._reader.read(MOST, WAIT_S)
        self._note_trouble(self._reader.trouble)
        try:
            self._take(messages)
        except Exception:
            self._read_again(messages)
            raise

    def _take(self, messages: Sequence[TopicMessage]) -> bool:
        """False, with nothing taken from some message on, where these are read again."""
        if not messages:
            return True
        events, malformed = _read_all(messages)
        try:
            receipt = self._written(messages, [event for _, event in events])
        except Exception as error:
            if is_trouble(error):
                raise
            if len(messages) > 1:  # one of them is to blame, and the others shall not suffer for it
                return all(self._take([one]) for one in messages)
            log.exception("a message of the topic makes the engine fail", **_place(messages[0]))
            events, malformed = [], [_Refused(messages[0], "", str(Message(FAILED)))]
            receipt = self._written(messages, [])
        if receipt is None:  # another member of the group was faster
            with self._database.read() as connection:
                self._read |= _stored(connection, self._topic, _next(messages))
            self._read_again(messages)
            return False
        rejected = [_Refused(events[one.index][0], one.id, str(one.message)) for one in receipt.rejected]
        self._note(receipt, malformed, rejected)
        self._read.update(_next(messages))
        self._reader.done(_next(messages))
        return True

    def _written(
        self, messages: Sequence[TopicMessage], events: Sequence[IncomingEvent]
    ) -> EventsReceipt | None:
        """What became of the events once they and how far these messages reach are on disk.

        None, and nothing written, where somebody else has read on from where this member was.
        """
        following = _next(messages)
        with self._engine.together() as connection:
            stored = _stored(connection, self._topic, following)
            if any(stored.get(one) != self._read.get(one) for one in following):
                return None
            rows = [(self._topic, partition, next_) for partition, next_ in following.items()]
            bulk_insert(connection, topic_offset, ("topic", "partition", "next"), rows, on_conflict="replace")
            return self._engine.post_events(events)

    def _note(
        self, receipt: EventsReceipt, malformed: Sequence[_Refused], rejected: Sequence[_Refused]
    ) -> None:
        """Tell what became of messages; the engine knows by itself of those that it rejected."""
        self._engine.note_malformed([(bad.id, Message.verbatim(bad.reason)) for bad in malformed])
        for bad in (*malformed, *rejected):  # why may hold what it says of people: `GET /events/received`
            log.warning("an event of the topic is refused", **_place(bad.message))
        self.tally = Tally(
            self.tally.accepted + receipt.accepted,
            self.tally.repeated + receipt.duplicates,
            self.tally.rejected + len(malformed) + len(rejected),
        )

    def _read_again(self, messages: Sequence[TopicMessage]) -> None:
        """Go on where their partitions have been read to, or with the first of them."""
        first = {one.partition: one.offset for one in reversed(messages)}
        self._reader.go_to({at: self._read.get(at, offset) for at, offset in first.items()})

    def _note_trouble(self, trouble: str) -> None:
        if trouble != self._trouble:
            if trouble:
                log.warning("the topic of events cannot be read now", topic=self._topic, reason=trouble)
            else:
                log.info("the topic of events is read again", topic=self._topic)
            self._trouble = trouble


def topic_events(settings: EventTopic, engine: Engine, database: Database) -> TopicEvents | None:
    """None where no topic is set up. Raises `Misconfigured` where the library for Kafka is missing."""
    if not settings.brokers:
        return None
    secrets = {} if settings.password is None else {"password": settings.password}
    try:
        return TopicEvents(
            engine, database, settings.topic,
            lambda known: TopicReader(settings, secrets, settings.topic, settings.group, known),
        )  # fmt: skip
    except NotReached as error:
        raise Misconfigured(error.message) from None


def _stored(connection: Connection, topic: str, partitions: Collection[int]) -> dict[int, int]:
    c = topic_offset.c
    query = select(c.partition, c.next).where(c.topic == topic, c.partition.in_(partitions))
    return {row.partition: row.next for row in connection.execute(query)}


def _next(messages: Iterable[TopicMessage]) -> dict[int, int]:
    """Where their partitions go on behind them."""
    return {one.partition: one.offset + 1 for one in messages}


def _read_all(
    messages: Iterable[TopicMessage],
) -> tuple[list[tuple[TopicMessage, IncomingEvent]], list[_Refused]]:
    """The events of messages, and what cannot be read as one."""
    events: list[tuple[TopicMessage, IncomingEvent]] = []
    refused: list[_Refused] = []
    for one in messages:
        try:
            found, malformed = read_each(read_events(one.value or b""))
        except ValidationError as error:
            refused.append(_Refused(one, "", str(next(iter(findings(error))).message)))
            continue
        events += [(one, event) for event in found.values()]
        refused += [_Refused(one, bad.id, bad.text) for bad in malformed]
    return events, refused


def _place(message: TopicMessage) -> dict[str, int]:
    return {"partition": message.partition, "offset": message.offset}
