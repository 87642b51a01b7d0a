"""A Kafka topic: a message a person, by the library of Kafka's makers, which is an extra.

The producer is idempotent and waits for all replicas, so that its own repetitions make no duplicates. A new
one knows nothing of what an earlier one was about to write: that is in doubt.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from engine.channels.adapter import Delivery, Outcome, Traits
from engine.channels.checks.kafka import NO_LIBRARY, configuration
from engine.channels.contents import ValuesContent
from engine.channels.http_client import Timeouts
from engine.channels.http_requests import COMPACT
from engine.channels.kafka_reports import Reports, failure
from engine.channels.network import Network
from engine.channels.verdict import NotReached
from engine.i18n import N_, Message
from engine.workspace.account_settings import KafkaSettings


class Kafka:
    """Sends to one topic."""

    traits = Traits(batch=1_000, concurrency=4)

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
        self._ended = threading.Event()
        self._poller: threading.Thread | None = None

    async def send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        async with self._starting:
            if self._producer is None:
                self._producer = await asyncio.to_thread(self._started)
        reports = Reports(len(batch))
        await asyncio.to_thread(self._produce, batch, reports)
        return await reports.whole

    async def close(self) -> None:
        self._ended.set()
        if self._poller is not None:
            await asyncio.to_thread(self._poller.join)
        self._producer = self._poller = None

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
            producer.list_topics(self._settings.topic, timeout=self._timeouts.connect)
        except KafkaException as error:
            text = N_("No broker of {place} answers ({reason}). Check addresses and security.")
            reason = error.args[0].name() if error.args else ""
            raise NotReached(Message(text, place=place, reason=reason)) from None
        self._poller = threading.Thread(target=self._poll, args=(producer,), name="kafka", daemon=True)
        self._poller.start()
        return producer

    def _poll(self, producer: Any) -> None:
        while not self._ended.is_set():
            producer.poll(0.05)
        producer.close()

    def _produce(self, batch: Sequence[Delivery], reports: Reports) -> None:
        messages: list[dict[str, Any]] = [
            {"key": one.person, "value": value(one), "callback": partial(reports.came, place)}
            for place, one in enumerate(batch)
        ]
        self._producer.produce_batch(self._settings.topic, messages)
        for place, message in enumerate(messages):
            if "_error" in message:  # it was not even queued
                reports.settle(place, failure(message["_error"].name()))


def adapter(
    settings: KafkaSettings, secrets: Mapping[str, str], _network: Network, timeouts: Timeouts
) -> Kafka:
    return Kafka(settings, secrets, timeouts)


def value(delivery: Delivery) -> bytes:
    """What stands in the topic. A test says that it is one."""
    assert isinstance(delivery.content, ValuesContent)
    values: dict[str, object] = dict(delivery.content.values)
    return COMPACT.encode(values | {"test": True} if delivery.test else values).encode()
