"""A WeChat official account: messages to followers, and template messages.

The account's token is fetched once for all sends, by the interface that leaves other programs' tokens valid.
Template messages carry a key that WeChat heeds for ten minutes; messages cannot, so that nothing in doubt is
sent again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from engine.channels.adapter import Accepted, Delivery, Later, Outcome, Refused, Traits, Unknown
from engine.channels.answers import by_group, by_status
from engine.channels.checks.wechat import ENDPOINT, token_request
from engine.channels.http_client import HttpClient, Timeouts
from engine.channels.http_connection import Lost
from engine.channels.network import Network
from engine.channels.verdict import NotReached
from engine.channels.web import Answer, Request
from engine.channels.wechat_messages import message
from engine.workspace.account_fields import with_scheme
from engine.workspace.account_settings import WechatSettings

_STALE = (40001, 40014, 42001)
_REFUSED = {43004: "not_follower", 43005: "not_follower", 45015: "out_of_window", 45047: "window_is_full"}
_WHOLE_ACCOUNT = (-1, 40001, 40013, 40014, 40125, 40164, 40243, 42001, 45009, 45011, 48001, 48004, 50002)
"""Busy, sign-in, quota, rate, no permission: nothing that the message could help."""
_BEFORE_THE_END_S = 300


class Wechat:
    """Sends as one official account."""

    def __init__(
        self, settings: WechatSettings, secrets: Mapping[str, str], network: Network, timeouts: Timeouts
    ) -> None:
        self._settings, self._secret = settings, secrets.get("app_secret", "")
        self._base = with_scheme(settings.endpoint) if settings.endpoint else ENDPOINT
        self._client = HttpClient(self._base, network, timeouts)
        self._fetching = asyncio.Lock()
        self._token, self._until = "", 0.0
        self.traits = Traits(concurrency=16, per_second=settings.per_second, receipts=True)

    async def send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        return await by_group(batch, id, self._send)

    async def close(self) -> None:
        await self._client.close()

    async def _send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        (delivery,) = batch
        path, body = message(delivery)
        stale = ""
        while True:
            token = await self._valid_token(stale)
            if isinstance(token, Later):
                return [token]
            url = f"{self._base}/cgi-bin/message/{path}/send?access_token={quote(token)}"
            answer = await self._client.send(Request("POST", url, {"Content-Type": "application/json"}, body))
            if answer.json().get("errcode") not in _STALE or stale:
                return [_outcome(answer)]
            stale = token

    async def _valid_token(self, stale: str) -> str | Later:
        """The token; another one than `stale`. Later: why there is none; nothing was sent in any case."""
        async with self._fetching:
            if self._token and self._token != stale and time.monotonic() < self._until:
                return self._token
            try:
                for force in (False, True) if stale else (False,):
                    request = token_request(self._base, self._settings.app_id, self._secret, force=force)
                    found = (await self._client.send(request)).json()
                    self._token = str(found.get("access_token") or "")
                    if self._token != stale:
                        break
            except Lost as lost:
                return Later(f"token_{lost.reason}", whole_account=True)
            except NotReached:
                if not stale:
                    raise
                return Later("not_reached", whole_account=True)
            lifetime = found.get("expires_in")
            self._until = time.monotonic() + max(
                (lifetime if isinstance(lifetime, int) else 0) - _BEFORE_THE_END_S, 1
            )
            return self._token or Later(f"token_{_number(found.get('errcode'))}", whole_account=True)


def adapter(
    settings: WechatSettings, secrets: Mapping[str, str], network: Network, timeouts: Timeouts
) -> Wechat:
    return Wechat(settings, secrets, network, timeouts)


def _outcome(answer: Answer) -> Outcome:
    found = answer.json()
    number = found.get("errcode")
    if number == 0:
        return Accepted(str(found.get("msgid", ""))[:100])
    if not isinstance(number, int):
        return by_status(answer, heeds_keys=False) if answer.status != 200 else Unknown("garbled_answer")
    if number in _WHOLE_ACCOUNT:
        return Later(_number(number), whole_account=True)
    return Refused(_REFUSED.get(number, _number(number)))


def _number(found: object) -> str:
    return str(found) if isinstance(found, int) else "garbled_answer"
