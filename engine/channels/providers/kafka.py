"""A Kafka topic: a message a person, by the library of Kafka's makers, which is an extra.

The producer is idempotent and waits for all replicas, so that its own repetitions make no duplicates. A new
one knows nothing of what an earlier one was about to write: that is in doubt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import orjson

from engine.channels.adapter import Delivery, Outcome, Traits
from engine.channels.checks.kafka import NO_LIBRARY, configuration
from engine.channels.contents import ValuesContent
from engine.channels.http_client import Timeouts
from engine.channels.kafka_reports import Reports
from engine.channels.network import Network
from engine.channels.verdict import NotReached
from engine.i18n import N_, Message
from engine.workspace.account_settings import KafkaSettings

_EACH_S = 0.002
"""How often the library is asked for reports."""


class Kafka:
    """Sends to one topic."""

    traits = Traits(batch=1_000, concurrency=4, named=False)

    def __init__(self, settings: KafkaSettings, secrets: Mapping[str, str], timeouts: Timeouts) -> None:
        self._settings, self._timeouts = settings, timeouts
        self._configuration: dict[str, Any] = {
            **configuration(settings, secrets),
            "client.id": "campaign-canvas",
            "enable.idempotence": True,
            "acks": "all",
            "linger.ms": 5,
            "compression.type": "lz4",
            "queue.buffering.max.messages": 200_000,
            "socket.timeout.ms": max(int(timeouts.answer * 1000), 10),
            "delivery.timeout.ms": max(int(timeouts.answer * 1000), 10),
            "log_level": 0,
        }
        self._producer: Any = None
        self._starting = asyncio.Lock()
        self._listening: asyncio.Task[None] | None = None

    async def send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        async with self._starting:
            if self._producer is None:
                self._producer = await asyncio.to_thread(self._started)
        reports = Reports(len(batch))
        self._produce(batch, reports)
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen(self._producer))
        return await reports.whole

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
        if self._producer is not None:
            await asyncio.to_thread(self._producer.close)
        self._producer = self._listening = None

    def _started(self) -> Any:
        """A producer that has found its topic. Raises `NotReached`."""
        try:
            from confluent_kafka import KafkaException, Producer
        except ImportError:
            raise NotReached(Message(NO_LIBRARY)) from None
        place = ", ".join(self._settings.brokers)
        told = {**self._configuration, "error_cb": lambda _error: None}
        try:
            producer = Producer(told)
            # With each answer the library asks for the number that makes the producer idempotent, of a broker
            # that is connected by then: the second answer finds one. Else that waits for half a second.
            for _ in range(2):
                producer.list_topics(self._settings.topic, timeout=self._timeouts.connect)
        except KafkaException as error:
            text = N_("No broker of {place} answers ({reason}). Check addresses and security.")
            reason = error.args[0].name() if error.args else ""
            raise NotReached(Message(text, place=place, reason=reason)) from None
        return producer

    async def _listen(self, producer: Any) -> None:
        """Take reports while any are awaited. In this thread: another one would wait for it with each."""
        while len(producer):
            producer.poll(0)
            await asyncio.sleep(_EACH_S)

    def _produce(self, batch: Sequence[Delivery], reports: Reports) -> None:
        messages: list[dict[str, Any]] = [
            {"key": one.person, "value": value(one), "callback": partial(reports.came, place)}
            for place, one in enumerate(batch)
        ]
        self._producer.produce_batch(self._settings.topic, messages)
        for place, message in enumerate(messages):
            if "_error" in message:  # it was not even queued
                reports.came(place, message["_error"], None)


def adapter(
    settings: KafkaSettings, secrets: Mapping[str, str], _network: Network, timeouts: Timeouts
) -> Kafka:
    return Kafka(settings, secrets, timeouts)


def value(delivery: Delivery) -> bytes:
    """What stands in the topic. A test says that it is one."""
    assert isinstance(delivery.content, ValuesContent)
    values = delivery.content.values
    return orjson.dumps({**values, "test": True} if delivery.test else values)
