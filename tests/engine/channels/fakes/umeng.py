"""Umeng's push interface, which checks the signature over the exact bytes, and the limits of each way."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from aiohttp import web

from tests.engine.channels.fakes.over_http import HttpFake

APP_KEY = "uk1"
_TAPS = {"go_app": None, "go_url": "url", "go_activity": "activity", "go_custom": "custom"}


class UmengFake(HttpFake):
    """secret: of the app `APP_KEY`, on both systems."""

    def __init__(self, secret: str, **more: Any) -> None:
        super().__init__(**more)
        self.secret = secret
        self.calls: list[dict[str, Any]] = []

    def busy(self) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "7"})

    def answer(self, request: web.BaseRequest, body: bytes) -> web.Response:
        signed = f"POST{self.url}{request.path}".encode() + body + self.secret.encode()
        if request.query.get("sign") != hashlib.md5(signed, usedforsecurity=False).hexdigest():
            return self._no(2027)
        told = json.loads(body)
        if told["appkey"] != APP_KEY:
            return self._no(2021)
        if abs(time.time() - int(told["timestamp"])) > 600:
            return self._no(2028)
        if request.path == "/api/status":
            return self._no(2005)  # it keeps no tasks
        is_alias = told["type"] == "customizedcast"
        whom = told["alias" if is_alias else "device_tokens"].split(",")
        most = {"unicast": 1, "listcast": 500, "customizedcast": 500}[told["type"]]
        if (
            len(whom) > most
            or (is_alias and not told.get("alias_type"))
            or not self._is_whole(told["payload"])
        ):
            return self._no(1000)
        if self.too_fast(len(whom)):
            return self.busy()
        if any(self.refuses(one) for one in whom):
            return self._no(2012)
        self.calls.append(told)
        for one in whom:
            self.take(one)
        letter = {"unicast": "u", "listcast": "l", "customizedcast": "a"}[told["type"]]
        return web.json_response({"ret": "SUCCESS", "data": {"msg_id": f"u{letter}{self.asked:018}"}})

    def _is_whole(self, payload: dict[str, Any]) -> bool:
        if "aps" in payload:
            return bool(payload["aps"]["alert"]["body"])
        body = payload["body"]
        field = _TAPS[body["after_open"]]
        return bool(body["title"] and body["text"] and body["ticker"]) and (
            field is None or bool(body.get(field))
        )

    def _no(self, number: int) -> web.Response:
        said = {"ret": "FAIL", "data": {"error_code": str(number), "error_msg": "no"}}
        return web.json_response(said, status=400)
