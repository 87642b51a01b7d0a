"""Webhooks: people in batches, or one a request, signed as the account says.

A receiver may tell people apart in its answer: `{"results": [{"key": …, "status": "refused", "code": …}]}`
with the status `accepted` (then with an `id`), `refused` or `later`. Who is not in it shares that of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b

from engine.channels.adapter import Accepted, Delivery, Destinations, Later, Outcome, Refused, Traits, Unknown
from engine.channels.answers import by_group, by_status, code
from engine.channels.contents import ValuesContent
from engine.channels.http_client import HttpClient, Timeouts
from engine.channels.http_requests import Receiver, webhook_request
from engine.channels.network import Network
from engine.channels.web import Answer, Request, signer
from engine.shapes.time import Duration
from engine.workspace.account_settings import WebhookSettings

_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400, "week": 7 * 86_400, "month": 28 * 86_400}


class Webhook:
    """Sends to one address."""

    def __init__(
        self, settings: WebhookSettings, secrets: Mapping[str, str], network: Network, timeouts: Timeouts
    ) -> None:
        self._settings = settings
        self._client = HttpClient(settings.url, network, timeouts)
        self._sign = signer(settings.auth, secrets.get("key", ""))
        self._heeds_keys = settings.key_lifetime is not None
        self.traits = Traits(
            batch=settings.batch_size,
            concurrency=128 if settings.batch_size == 1 else 8,
            per_second=settings.per_second,
            destinations=Destinations.host_of(settings.url, settings.per_second_host),
            key_lifetime=_seconds(settings.key_lifetime),
            receipts=settings.receipts is not None,
        )

    async def send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        return await by_group(batch, lambda one: (one.id_type, one.test), self._send)

    async def close(self) -> None:
        await self._client.close()

    async def _send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        people = [Receiver(one.key, one.address, _values(one)) for one in batch]
        first = batch[0]
        request = webhook_request(self._settings, first.id_type, people, test=first.test)
        headers = {**request.headers, **self._sign(request.body, _id(batch))}
        answer = await self._client.send(Request("POST", request.url, headers, request.body))
        everybody = by_status(answer, heeds_keys=self._heeds_keys)
        return _told_apart(batch, answer, everybody)


def adapter(
    settings: WebhookSettings, secrets: Mapping[str, str], network: Network, timeouts: Timeouts
) -> Webhook:
    return Webhook(settings, secrets, network, timeouts)


def _values(delivery: Delivery) -> Mapping[str, str]:
    assert isinstance(delivery.content, ValuesContent)
    return delivery.content.values


def _id(batch: Sequence[Delivery]) -> str:
    """Names a request: the same for the same messages, whenever they are sent again."""
    if len(batch) == 1:
        return batch[0].key
    return blake2b("".join(one.key for one in batch).encode(), digest_size=32).hexdigest()


def _told_apart(batch: Sequence[Delivery], answer: Answer, everybody: Outcome) -> Sequence[Outcome]:
    listed = answer.json().get("results") if '"results"' in answer.text else None
    if not isinstance(listed, list):
        return [everybody] * len(batch)
    found = {
        one["key"]: _listed(one)
        for one in listed
        if isinstance(one, dict) and isinstance(one.get("key"), str)
    }
    return [found.get(one.key, everybody) for one in batch]


def _listed(found: Mapping[str, object]) -> Outcome:
    match found.get("status"):
        case "accepted":
            return Accepted(str(found.get("id", ""))[:100])
        case "refused":
            return Refused(code(found.get("code"), "refused"))
        case "later":
            return Later(code(found.get("code"), "later"))
        case _:
            return Unknown("garbled_answer")


def _seconds(length: Duration | None) -> int | None:
    return None if length is None else length.amount * _SECONDS[length.unit]
