"""Calls of Umeng's push interface, signed over the exact bytes that are sent."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping

from engine.channels.contents import PushContent
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


def payload(content: PushContent) -> Mapping[str, object]:
    """What the device shows, and what a tap does."""
    taps = {"open_app": "go_app", "open_url": "go_url", "open_page": "go_activity", "custom": "go_custom"}
    if content.platform == "ios":
        shown: dict[str, object] = {"aps": {"alert": {"title": content.title, "body": content.text}}}
        return {**shown, "custom": content.target} if content.target else shown
    body: dict[str, object] = {
        "ticker": content.title,
        "title": content.title,
        "text": content.text,
        "after_open": taps[content.on_tap],
    }
    field = {"open_url": "url", "open_page": "activity", "custom": "custom"}.get(content.on_tap)
    if field is not None:
        body[field] = content.target
    return {"display_type": "notification", "body": body}
