"""Alibaba Cloud DirectMail: one email a call of SingleSendMail, signed by ourselves; no SDK is needed.

A sender with a random ending is none of the account's addresses: the service is then told its address without
the ending, and makes an ending of its own (`AddressType` 0).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from engine.channels.adapter import Accepted, Delivery, Destinations, Outcome, Refused, Traits
from engine.channels.alibaba import address, call
from engine.channels.alibaba_answers import refusal
from engine.channels.answers import by_group
from engine.channels.contents import EmailContent
from engine.channels.http_client import HttpClient, Timeouts
from engine.channels.mail_format import named_headers
from engine.channels.network import Network
from engine.shapes.addresses import BadAddress, mail_route
from engine.workspace.account_settings import AlibabaMailSettings

_LONGEST_SUBJECT, _LONGEST_ALIAS = 100, 15


class AlibabaMail:
    """Sends as one account."""

    def __init__(
        self, settings: AlibabaMailSettings, secrets: Mapping[str, str], network: Network, timeouts: Timeouts
    ) -> None:
        self._settings, self._secret = settings, secrets.get("access_key_secret", "")
        self._client = HttpClient(address(settings), network, timeouts)
        self.traits = Traits(
            concurrency=16,
            per_second=settings.per_second,
            destinations=Destinations.domains(settings.per_second_domain),
            receipts=True,
        )

    async def send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        return await by_group(batch, id, self._send)

    async def close(self) -> None:
        await self._client.close()

    async def _send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        (delivery,) = batch
        content = delivery.content
        assert isinstance(content, EmailContent)
        try:
            route = mail_route(delivery.address)  # one address: several would read each other's
        except BadAddress:
            return [Refused("bad_address")]
        if route.needs_utf8:
            return [Refused("no_smtputf8")]
        answer = await self._client.send(
            call(
                self._settings,
                self._secret,
                "SingleSendMail",
                self._parameters(delivery.key, route.address, content),
            )
        )
        found = answer.json()
        if answer.status == 200 and isinstance(found.get("EnvId"), str) and not found.get("Code"):
            return [Accepted(found["EnvId"][:100])]
        return [refusal(answer)]

    def _parameters(self, key: str, recipient: str, content: EmailContent) -> Mapping[str, str]:
        known, is_plain = self._sender(content.sender)
        told = {
            "AccountName": known,
            "AddressType": "1" if is_plain else "0",
            "ReplyToAddress": "false",
            "ToAddress": recipient,
            "Subject": content.subject[:_LONGEST_SUBJECT],
            "FromAlias": content.sender_name[: _LONGEST_ALIAS - 1],
            "HtmlBody": content.html,
            "TextBody": content.text,
        }
        told["Headers"] = json.dumps(named_headers(key, content))
        return {name: value for name, value in told.items() if value}

    def _sender(self, sender: str) -> tuple[str, bool]:
        """The account's address that the sender is, and whether it is just that."""
        if sender in self._settings.senders:
            return sender, True
        local, _, domain = sender.rpartition("@")
        for known in self._settings.senders:
            name, _, place = known.rpartition("@")
            if place == domain and local.startswith(name):
                return known, False
        return sender, True


def adapter(
    settings: AlibabaMailSettings, secrets: Mapping[str, str], network: Network, timeouts: Timeouts
) -> AlibabaMail:
    return AlibabaMail(settings, secrets, network, timeouts)
