"""A Kafka interface: a broker answers, the sign-in is accepted, and the topic is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from engine.channels.verdict import NotReached, Verdict
from engine.i18n import N_, Message
from engine.workspace.account_settings import KafkaSettings

NO_LIBRARY = N_("Kafka needs one more library: install it with pip install confluent-kafka.")
_TIMEOUT_S = 8.0
_PROTOCOLS = {
    "plaintext": "PLAINTEXT",
    "ssl": "SSL",
    "sasl_plaintext": "SASL_PLAINTEXT",
    "sasl_ssl": "SASL_SSL",
}


class Brokers(Protocol):
    """How brokers are reached: an account's, or those that a server reads events from."""

    @property
    def brokers(self) -> Sequence[str]: ...

    @property
    def security(self) -> str | None: ...

    @property
    def mechanism(self) -> str | None: ...

    @property
    def user(self) -> str | None: ...

    @property
    def signs_in(self) -> bool: ...


def configuration(settings: Brokers, secrets: Mapping[str, str]) -> dict[str, str | int]:
    """What librdkafka is told to reach the brokers."""
    told: dict[str, str | int] = {
        "bootstrap.servers": ",".join(settings.brokers),
        "security.protocol": _PROTOCOLS[settings.security or "plaintext"],
    }
    if settings.signs_in:
        told["sasl.mechanisms"] = settings.mechanism or "PLAIN"
        told["sasl.username"] = settings.user or ""
        told["sasl.password"] = secrets.get("password", "")
    return told


def check(settings: KafkaSettings, secrets: Mapping[str, str]) -> Verdict:
    """Raises `NotReached`, also where the library for Kafka is not installed."""
    try:
        from confluent_kafka import KafkaException
        from confluent_kafka.admin import AdminClient
    except ImportError:
        raise NotReached(Message(NO_LIBRARY)) from None
    place = ", ".join(settings.brokers)
    refused: list[str] = []
    told: dict[str, Any] = {
        **configuration(settings, secrets),
        "socket.timeout.ms": int(_TIMEOUT_S * 1000),
        "error_cb": lambda error: refused.append(error.name()),
        "log_level": 0,
    }
    client = AdminClient(told)
    try:
        found = client.list_topics(settings.topic, timeout=_TIMEOUT_S)
    except KafkaException as error:
        if "_AUTHENTICATION" in refused:
            text = N_("{place} refuses user or password.")
        else:
            text = N_("No broker of {place} answers ({reason}). Check addresses and security.")
        reason = error.args[0].name() if error.args else ""
        raise NotReached(Message(text, place=place, reason=reason)) from None
    topic = found.topics.get(settings.topic)
    if topic is None or topic.error is not None:
        text = N_("{place} answers, but has no topic “{topic}”.")
        return Verdict(False, Message(text, place=place, topic=settings.topic))
    return Verdict(
        True, Message(N_("{place} answers, and has the topic “{topic}”."), place=place, topic=settings.topic)
    )
