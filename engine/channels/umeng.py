"""Calls of Umeng's push interface, signed over the exact bytes that are sent."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping

from engine.channels.web import Request

ENDPOINT = "https://msgapi.umeng.com"


def call(base: str, path: str, app_key: str, secret: str, parameters: Mapping[str, object]) -> Request:
    """A signed call for one app."""
    body = json.dumps(
        {"appkey": app_key, "timestamp": str(int(time.time())), **parameters}, ensure_ascii=False
    ).encode()
    url = f"{base}{path}"
    # The interface asks for MD5.
    sign = hashlib.md5(f"POST{url}".encode() + body + secret.encode(), usedforsecurity=False).hexdigest()
    return Request("POST", f"{url}?sign={sign}", {"Content-Type": "application/json"}, body)
