"""Reading a Kafka topic as one of a consumer group, by the library of Kafka's makers, which is an extra.

Where to go on is asked of whoever keeps it together with what was made of the messages; the brokers are told
only afterwards, for their own tools that watch how far a group is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from engine.channels.checks.kafka import NO_LIBRARY, Brokers, configuration
from engine.channels.verdict import NotReached
from engine.i18n import Message

Positions = Mapping[int, int]
"""Partition → offset of the message that is read next."""
Known = Callable[[Collection[int]], Positions]
"""Where partitions go on, of those that were read before: asked when this member gets them."""


class TopicMessage(NamedTuple):
    """What stands at a place of a topic; value: None where whoever wrote it deleted its key."""

    partition: int
    offset: int
    value: bytes | None


class TopicReader:
    """A member of a group. Only one thread may use it.

    Attributes:
        trouble: the library's code for what keeps it from the brokers; "" while nothing does.
    """

    def __init__(
        self,
        brokers: Brokers,
        secrets: Mapping[str, str],
        topic: str,
        group: str,
        known: Known,
    ) -> None:
        """Raises `NotReached` without the library."""
        try:
            from confluent_kafka import Consumer
        except ImportError:
            raise NotReached(Message(NO_LIBRARY)) from None
        self._topic = topic
        self._known = known
        self.trouble = ""
        self._consumer: Any = Consumer(
            {
                **configuration(brokers, secrets),
                "client.id": "campaign-canvas",
                "group.id": group,
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                # A partition nobody has read before, or whose messages are gone, begins with the oldest.
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                "session.timeout.ms": 10_000,
                "error_cb": self._note,
                "log_level": 0,
            }
        )
        self._consumer.subscribe([topic], on_assign=self._assigned)

    def read(self, most: int, wait_s: float) -> list[TopicMessage]:
        """The next messages, as they stand in their partitions; none where none come within `wait_s`."""
        found = []
        for one in self._consumer.consume(most, wait_s):
            error = one.error()
            if error is not None:
                self._note(error)
                continue
            self.trouble = ""
            found.append(TopicMessage(one.partition(), one.offset(), one.value()))
        if self.trouble and not found:
            self._look_for_brokers(wait_s)
        return found

    def done(self, positions: Positions) -> None:
        """Tell the brokers how far this group is, without waiting for them."""
        from confluent_kafka import KafkaException

        try:
            self._consumer.commit(offsets=self._places(positions), asynchronous=True)
        except KafkaException as error:  # whoever has the partitions by now tells them
            self._note(error.args[0])

    def go_to(self, positions: Positions) -> None:
        """Read on from there, in those partitions that this member still has."""
        from confluent_kafka import KafkaException

        for place in self._places(positions):
            try:
                self._consumer.seek(place)
            except KafkaException as error:
                self._note(error.args[0])

    def close(self) -> None:
        """Leave the group, so that others need not wait for this member."""
        self._consumer.close()

    def _places(self, positions: Positions) -> Sequence[Any]:
        from confluent_kafka import TopicPartition

        return [TopicPartition(self._topic, partition, next_) for partition, next_ in positions.items()]

    def _assigned(self, consumer: Any, partitions: Sequence[Any]) -> None:
        known = self._known([one.partition for one in partitions])
        for one in partitions:
            if one.partition in known:
                one.offset = known[one.partition]
        consumer.assign(partitions)

    def _look_for_brokers(self, wait_s: float) -> None:
        """The library says when brokers are gone, and not when they are back."""
        from confluent_kafka import KafkaException

        try:
            self._consumer.list_topics(self._topic, timeout=wait_s)
        except KafkaException:
            return
        self.trouble = ""

    def _note(self, error: Any) -> None:
        self.trouble = str(error.name())
