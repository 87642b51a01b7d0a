"""A receiver of webhooks that checks who sends, and may tell people apart in its answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from aiohttp import web

from tests.engine.channels.fakes.over_http import HttpFake


class WebhookFake(HttpFake):
    """Signs in by `auth`; without it takes everything. most: people in one request."""

    def __init__(self, auth: str = "none", key: str = "", most: int = 500, **more: Any) -> None:
        super().__init__(**more)
        self.auth, self.key, self.most = auth, key, most
        self.ids: list[str] = []
        self.tests = 0

    def answer(self, request: web.BaseRequest, body: bytes) -> web.Response:
        if not self._is_ours(request, body):
            return web.Response(status=401)
        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"})
        told = json.loads(body)
        people = told["people"]
        if len(people) > self.most:
            return web.Response(status=413)
        if self.too_fast(len(people)):
            return self.busy()
        if told.get("test"):
            self.tests += len(people)
        results = []
        for one in people:
            if self.refuses(one["id"]):
                results.append({"key": one["key"], "status": "refused", "code": "no_such_member"})
            else:
                results.append(
                    {"key": one["key"], "status": "accepted", "id": self.take(one["id"], one["key"])}
                )
        return web.json_response({"results": results})

    def _is_ours(self, request: web.BaseRequest, body: bytes) -> bool:
        said = request.headers
        match self.auth:
            case "basic":
                pair = base64.b64encode(f"shop:{self.key}".encode()).decode()
                return said.get("Authorization") == f"Basic {pair}"
            case "bearer":
                return said.get("Authorization") == f"Bearer {self.key}"
            case "header":
                return said.get("X-Key") == self.key
            case "signature":
                wanted = hmac.new(self.key.encode(), body, hashlib.sha256).hexdigest()
                return hmac.compare_digest(said.get("X-Key", ""), wanted)
            case "standard":
                id, at = said.get("webhook-id", ""), said.get("webhook-timestamp", "0")
                self.ids.append(id)
                secret = base64.b64decode(self.key.removeprefix("whsec_"))
                mac = hmac.new(secret, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()
                wanted = f"v1,{base64.b64encode(mac).decode()}"
                fresh = abs(time.time() - int(at)) < 300
                return fresh and wanted in said.get("webhook-signature", "").split(" ")
            case _:
                return True
