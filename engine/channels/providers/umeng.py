"""Umeng push (U-Push): one device by `unicast`, several with the same words by `listcast`, others by alias.

Device tokens are Umeng's own. An app that is to be reached by IDFA, OAID or IMEI registers them as aliases of
the types `IDFA`, `OAID` and `IMEI`; they are sent to like any alias. Umeng heeds keys for its tasks only.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from engine.channels.adapter import Accepted, Delivery, Later, Outcome, Refused, Traits, Unknown
from engine.channels.answers import by_group, by_status, code, halved, one_of
from engine.channels.contents import PushContent
from engine.channels.http_client import HttpClient, Timeouts
from engine.channels.network import Network
from engine.channels.umeng import ENDPOINT, call, payload
from engine.channels.web import Answer
from engine.workspace.account_fields import App, with_scheme
from engine.workspace.account_settings import UmengSettings

MOST = 500
"""Devices or aliases in one call."""
_WHOLE_ACCOUNT = ("2000", "2004", "2006", "2007", "2021", "2027", "2028")
"""The app is disabled, this address not let in, key or signature wrong, or this computer's clock."""


class Umeng:
    """Sends as one account, to all of its apps."""

    def __init__(
        self, settings: UmengSettings, secrets: Mapping[str, str], network: Network, timeouts: Timeouts
    ) -> None:
        self._apps = {app.id: app for app in settings.apps if isinstance(app, App)}
        self._secrets = dict(secrets)
        self._base = with_scheme(settings.endpoint) if settings.endpoint else ENDPOINT
        self._client = HttpClient(self._base, network, timeouts)
        self.traits = Traits(batch=MOST, per_second=settings.per_second, receipts=True, alike=_alike)

    async def send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        return await by_group(batch, _alike, self._send)

    async def close(self) -> None:
        await self._client.close()

    async def _send(self, batch: Sequence[Delivery]) -> Sequence[Outcome]:
        content = batch[0].content
        assert isinstance(content, PushContent)
        if "," in batch[0].address:  # it would be several
            return [Refused("bad_address")] * len(batch)
        app = self._apps.get(content.app)
        key = getattr(app, f"{content.platform}_key", "") if app is not None else ""
        if not key:
            return [Later("no_app_key", whole_account=True)] * len(batch)
        secret = self._secrets.get(f"{content.app}/{content.platform}", "")
        told = {**_target(batch, content), "production_mode": "true", "payload": payload(content)}
        answer = await self._client.send(call(self._base, "/api/send", key, secret, told))
        outcome = _outcome(answer)
        if isinstance(outcome, Refused) and len(batch) > 1:
            return await halved(batch, self._send)
        if isinstance(outcome, Accepted):
            return [Accepted(one_of(outcome.id, one.address)) for one in batch]
        return [outcome] * len(batch)


def adapter(
    settings: UmengSettings, secrets: Mapping[str, str], network: Network, timeouts: Timeouts
) -> Umeng:
    return Umeng(settings, secrets, network, timeouts)


def _alike(one: Delivery) -> Hashable:
    """What devices have in common that one call reaches."""
    return one.content, "," in one.address


def _target(batch: Sequence[Delivery], content: PushContent) -> Mapping[str, object]:
    whom = ",".join(one.address for one in batch)
    named = {"third_party_id": batch[0].reference} if len(batch) == 1 else {}
    if content.touch_id == "device_token":
        return {"type": "unicast" if len(batch) == 1 else "listcast", "device_tokens": whom, **named}
    alias_type = content.alias_type if content.touch_id == "alias" else content.touch_id.upper()
    return {"type": "customizedcast", "alias_type": alias_type, "alias": whom, **named}


def _outcome(answer: Answer) -> Outcome:
    found = answer.json()
    data = found.get("data")
    if not isinstance(data, dict) or found.get("ret") not in ("SUCCESS", "FAIL"):
        return by_status(answer, heeds_keys=False) if answer.status != 200 else Unknown("garbled_answer")
    if found["ret"] == "SUCCESS":
        return Accepted(str(data.get("msg_id", ""))[:100])
    reason = code(data.get("error_code"), "refused")
    return Later(reason, whole_account=True) if reason in _WHOLE_ACCOUNT else Refused(reason)
