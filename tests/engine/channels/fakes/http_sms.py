"""An SMS platform that takes one request a message and answers with a code of its own."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

from aiohttp import web

from tests.engine.channels.fakes.over_http import HttpFake


class HttpSmsFake(HttpFake):
    """Takes the fields `to`, `text` and `id` in JSON, a form or the query; answers with `result.code`."""

    key = ""

    def answer(self, request: web.BaseRequest, body: bytes) -> web.Response:
        if self.key and request.headers.get("X-Key") != self.key:
            return web.Response(status=401)
        if request.method == "OPTIONS":
            return web.Response(status=405, headers={"Allow": "GET, POST"})
        if request.method == "GET":
            told = dict(request.query)
        elif request.content_type == "application/json":
            told = json.loads(body)
        else:
            told = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if self.too_fast(1):
            return self.busy()
        if self.refuses(told["to"]):
            # Some platforms write numbers into their answers: they belong into nobody's log.
            return web.json_response({"result": {"code": "E105", "info": f"bad number {told['to']}"}})
        return web.json_response({"result": {"code": "0", "id": self.take(told["to"], told["id"])}})
