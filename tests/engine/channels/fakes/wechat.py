"""WeChat's interfaces of an official account: tokens that run out, followers, quotas."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.engine.channels.fakes.over_http import HttpFake

APP_ID = "wx1"


class WechatFake(HttpFake):
    """secret: of the app `APP_ID`. Whoever is refused does not follow the account."""

    def __init__(self, secret: str, **more: Any) -> None:
        super().__init__(**more)
        self.secret = secret
        self.tokens = 0
        self.told: list[dict[str, Any]] = []
        self._stale = False

    @property
    def token(self) -> str:
        return f"token-{self.tokens}-{self.secret}"  # as secret as the secret itself

    def expire(self) -> None:
        """The token of before counts no longer; asked for without force, the same one comes once more."""
        self._stale = True

    def busy(self) -> web.Response:
        return self._no(45009)

    def broken(self) -> web.Response:
        return web.Response(status=502)

    def answer(self, request: web.BaseRequest, body: bytes) -> web.Response:
        told = json.loads(body)
        if request.path == "/cgi-bin/stable_token":
            if told["appid"] != APP_ID or told["secret"] != self.secret:
                return self._no(40125)
            if told.get("force_refresh") or not self.tokens:
                self.tokens += 1
                self._stale = False
            return web.json_response({"access_token": self.token, "expires_in": 7200})
        if request.query.get("access_token") != self.token or self._stale:
            return self._no(42001)
        if self.too_fast(1):
            return self._no(45011)
        if self.refuses(told["touser"]):
            return self._no(43004)
        if b"\\u" in body:
            return self._no(47001)
        self.told.append(told)
        id = self.take(told["touser"], told.get("client_msg_id", ""))
        more = {"msgid": int(id[3:])} if request.path.endswith("template/send") else {}
        return web.json_response({"errcode": 0, "errmsg": "ok", **more})

    def fault(self) -> Any:
        """A token is fetched without ado."""
        return None if not self.tokens else super().fault()

    def _no(self, number: int) -> web.Response:
        return web.json_response({"errcode": number, "errmsg": "no rid: 1"})
