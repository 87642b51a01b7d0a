"""The mock brokers of Kafka's own library, and what was written to a topic there."""

from __future__ import annotations

import gc
from typing import Any, Self

import confluent_kafka

from tests.engine.channels.fakes.fake import Fake

TOPIC = "people"


class KafkaFake(Fake):
    """Who is refused gets a message that is too large, see `too_large`."""

    too_large = "x" * 1_100_000

    def __init__(self, brokers: int = 1, **more: Any) -> None:
        super().__init__(**more)
        self._count = brokers
        self._owner: Any = None
        self.brokers: list[str] = []

    def __enter__(self) -> Self:
        self._owner = confluent_kafka.Producer(
            {"bootstrap.servers": "none", "test.mock.num.brokers": self._count, "log_level": 0}
        )
        found = self._owner.list_topics(timeout=10).brokers.values()
        self.brokers = [f"{one.host}:{one.port}" for one in found]
        self._owner.list_topics(TOPIC, timeout=10)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Answer nobody any more: the brokers go with who made them."""
        self._owner = None
        gc.collect()

    def read(self, count: int) -> dict[str, list[str]]:
        """Messages by key, as soon as there are so many."""
        consumer = confluent_kafka.Consumer(
            {
                "bootstrap.servers": ",".join(self.brokers),
                "group.id": "test",
                "auto.offset.reset": "earliest",
                "log_level": 0,
            }
        )
        partitions = consumer.list_topics(TOPIC, timeout=10).topics[TOPIC].partitions
        consumer.assign(
            [
                confluent_kafka.TopicPartition(TOPIC, one, confluent_kafka.OFFSET_BEGINNING)
                for one in partitions
            ]
        )
        found: dict[str, list[str]] = {}
        read = 0
        while read < count:
            message = consumer.poll(5)
            assert message is not None
            assert message.error() is None
            key, value = message.key(), message.value()
            assert key is not None
            assert value is not None
            found.setdefault(key.decode(), []).append(value.decode())
            read += 1
        assert consumer.poll(0.05) is None  # no more than that
        consumer.close()
        return found
