"""Any SMS platform that takes one HTTP request a message, as the account's definition says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.channels.adapter import Accepted, Delivery, Destinations, Outcome, Refused, Traits, Unknown
from engine.channels.answers import by_group, by_status, code
from engine.channels.contents import DigitalSmsContent, SmsContent
from engine.channels.http_client import HttpClient, Timeouts
from engine.channels.http_requests import sms_request, told, was_taken
from engine.channels.network import Network
from engine.channels.web import Request, signer
from engine.workspace.account_settings import HttpSmsSettings


class HttpSms:
    """Sends to one platform. It heeds no keys that we could know of; `${key}` may hand it ours."""

    def __init__(
        self, settings: HttpSmsSettings, secrets: Mapping[str, str], network: Network, timeouts: Timeouts
    ) -> None:
        self._settings = settings
        self._client = HttpClient(settings.url, network, timeouts)
        self._sign = signer(settings.auth, secrets.get("key", ""))
        reports = settings.auth is not None and settings.auth.type != "none"
        self.traits = Traits(
            concurrency=16,
            per_second=settings.per_second,
            destinations=Destinations.host_of(settings.url, settings.per_second_host),
            receipts=reports,
        )

    async def send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        return await by_group(batch, id, self._send)

    async def close(self) -> None:
        await self._client.close()

    async def _send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        (delivery,) = batch
        request = sms_request(self._settings, _values(delivery, abroad=self._settings.international))
        headers = {**request.headers, **self._sign(request.body, delivery.key)}
        if any("\n" in value or "\r" in value for value in headers.values()):
            return [Refused("bad_header")]
        answer = await self._client.send(Request(request.method, request.url, headers, request.body))
        outcome = by_status(answer, heeds_keys=False)
        if isinstance(outcome, Accepted) and not was_taken(self._settings, answer):
            said = told(self._settings, answer)
            # Without the field that tells success it is not the platform that has answered.
            outcome = Unknown("garbled_answer") if said == "None" else Refused(code(said, "refused"))
        return [outcome]


def adapter(
    settings: HttpSmsSettings, secrets: Mapping[str, str], network: Network, timeouts: Timeouts
) -> HttpSms:
    return HttpSms(settings, secrets, network, timeouts)


def _values(delivery: Delivery, *, abroad: bool) -> Mapping[str, str]:
    content = delivery.content
    assert isinstance(content, SmsContent | DigitalSmsContent)
    return {
        "phone": delivery.address if abroad else delivery.address.removeprefix("+86"),
        "text": content.text if isinstance(content, SmsContent) else content.subject,
        "signature": content.signature if isinstance(content, SmsContent) else "",
        "template": content.template,
        "id": delivery.reference,
        "key": delivery.key,
    }
