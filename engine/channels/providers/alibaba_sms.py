"""Alibaba Cloud SMS: text SMS by SendBatchSms, digital SMS by SendBatchCardSms, signed by ourselves.

No SDK is needed: a call is a form with a signature (`engine.channels.alibaba`), and the SDK would send again
by itself what the service, which knows no keys, would then send twice.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from engine.channels.adapter import Accepted, Delivery, Outcome, Refused, Sent, Traits
from engine.channels.alibaba import address, call
from engine.channels.alibaba_answers import call_of, number, refusal, sms_id
from engine.channels.answers import by_group, halved
from engine.channels.contents import DigitalSmsContent, SmsContent
from engine.channels.http_client import HttpClient, Timeouts
from engine.channels.http_connection import Lost
from engine.channels.network import Network
from engine.channels.receipts.alibaba import CHINA, detail
from engine.channels.receipts.receipt import Receipt
from engine.channels.verdict import NotReached
from engine.channels.web import Request
from engine.workspace.account_settings import AlibabaSmsSettings

MOST = 100
"""Numbers in one call."""
_QUESTIONS = 8
"""At a time."""
_ONE_NUMBER = (
    "isv.MOBILE_NUMBER_ILLEGAL",
    "isv.INVALID_PARAMETERS",
    "isv.INVALID_JSON_PARAM",
    "isv.BLACK_KEY_CONTROL_LIMIT",
    "isv.BUSINESS_LIMIT_CONTROL",
    "isv.PARAM_LENGTH_LIMIT",
    "isv.PARAM_NOT_SUPPORT_URL",
    "isv.TEMPLATE_MISSING_PARAMETERS",
    "isv.TEMPLATE_PARAMS_ILLEGAL",
    "isv.DENY_IP_RANGE",
)
"""May be the fault of one of the numbers or its values; the whole call is refused."""


class AlibabaSms:
    """Sends as one account."""

    def __init__(
        self, settings: AlibabaSmsSettings, secrets: Mapping[str, str], network: Network, timeouts: Timeouts
    ) -> None:
        self._settings, self._secret = settings, secrets.get("access_key_secret", "")
        self._client = HttpClient(address(settings), network, timeouts)
        self.traits = Traits(
            batch=MOST, per_second=settings.per_second, receipts=True, asks=settings.ask_receipts
        )

    async def send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        return await by_group(batch, _template, self._send)

    async def ask(self, sent: Sequence[Sent], now: datetime) -> Sequence[Receipt | None]:
        room = asyncio.Semaphore(_QUESTIONS)

        async def answer(one: Sent) -> Receipt | None:
            async with room:
                with suppress(NotReached, Lost):
                    found = await self._client.send(self._question(one))
                    return detail(found.json(), one.reference, number(one.address), now)
                return None

        return await asyncio.gather(*map(answer, sent))

    def _question(self, sent: Sent) -> Request:
        """Asks for one SMS; of a text SMS its call is known."""
        day = sent.at.astimezone(CHINA).strftime("%Y%m%d")
        parameters = {
            "PhoneNumber": number(sent.address), "SendDate": day, "BizId": call_of(sent.reference),
            "PageSize": "10", "CurrentPage": "1",
        }  # fmt: skip
        return call(self._settings, self._secret, "QuerySendDetails", parameters)

    async def close(self) -> None:
        await self._client.close()

    async def _send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        if not _template(batch[0])[1]:
            return [Refused("no_template")] * len(batch)
        answer = await self._client.send(self._request(batch))
        found = answer.json()
        if found.get("Code") == "OK":
            return _accepted(batch, found)
        if len(batch) > 1 and found.get("Code") in _ONE_NUMBER:
            return await halved(batch, self._send)
        return [refusal(answer)] * len(batch)

    def _request(self, batch: Sequence[Delivery]) -> Request:
        contents = [one.content for one in batch]
        params = [dict(one.values) for one in contents if isinstance(one, SmsContent | DigitalSmsContent)]
        fields: dict[str, object] = {"PhoneNumberJson": [number(one.address) for one in batch]}
        if isinstance(contents[0], SmsContent):
            fields["SignNameJson"] = [one.signature for one in contents if isinstance(one, SmsContent)]
            fields["TemplateParamJson"] = params
            action, template = "SendBatchSms", {"TemplateCode": _template(batch[0])[1]}
        else:
            fields["SignNameJson"] = [self._usual_signature] * len(batch)
            # The values stand in an object of their own, as text.
            fields["CardTemplateParamJson"] = [json.dumps(one, ensure_ascii=False) for one in params]
            action, template = "SendBatchCardSms", {"CardTemplateCode": _template(batch[0])[1]}
            template["FallbackType"] = "NONE"
        told = {name: json.dumps(value, ensure_ascii=False) for name, value in fields.items()}
        return call(self._settings, self._secret, action, {**template, **told})

    @property
    def _usual_signature(self) -> str:
        first = next(iter(self._settings.signatures), "")
        return first if isinstance(first, str) else first.id


def adapter(
    settings: AlibabaSmsSettings, secrets: Mapping[str, str], network: Network, timeouts: Timeouts
) -> AlibabaSms:
    return AlibabaSms(settings, secrets, network, timeouts)


def _accepted(batch: Sequence[Delivery], found: Mapping[str, Any]) -> Sequence[Outcome]:
    """Text SMS are taken all together; of digital ones it says which numbers cannot show them."""
    data = found.get("Data")
    data = data if isinstance(data, dict) else {}
    call_id = str(found.get("BizId") or data.get("BizCardId") or "")
    unable = set(str(data.get("NotMediaMobiles") or "").split(","))
    return [
        Refused("not_supported") if number(one.address) in unable else Accepted(sms_id(call_id, one.address))
        for one in batch
    ]


def _template(delivery: Delivery) -> tuple[bool, str]:
    content = delivery.content
    assert isinstance(content, SmsContent | DigitalSmsContent)
    return isinstance(content, SmsContent), content.template
