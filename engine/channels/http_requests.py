"""The requests of webhooks and of SMS platforms by an HTTP definition, as values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit, urlunsplit

import orjson
from pydantic import JsonValue

from engine.channels.web import Answer, Request
from engine.shapes.variables import render
from engine.workspace.account_settings import HttpSmsSettings, WebhookSettings

_JSON = {"Content-Type": "application/json; charset=utf-8"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
_EXAMPLES: Mapping[str, JsonValue] = {
    "text": "example",
    "number": 1,
    "time": "2026-12-01T09:00:00+08:00",
    "multi": ["example"],
}


class Receiver(NamedTuple):
    """One person of a webhook's batch. `key` is the same whenever the same message is sent again."""

    key: str
    id: str
    params: Mapping[str, JsonValue]


def webhook_request(
    settings: WebhookSettings,
    id_type: str,
    people: Sequence[Receiver],
    *,
    test: bool = False,
    indent: int | None = None,
) -> Request:
    """A batch for a webhook; without its authentication. A test says that it is one."""
    body: dict[str, object] = {
        "id_type": id_type,
        "people": [{"key": one.key, "id": one.id, "params": one.params} for one in people],
    }
    if test:
        body["test"] = True
    if indent:
        content = json.dumps(body, ensure_ascii=False, indent=indent).encode()
    else:
        content = orjson.dumps(body)
    return Request("POST", settings.url, _JSON, content)


def example_batch(settings: WebhookSettings) -> Request:
    """What a webhook is asked with one made-up person, for the preview and for a test."""
    params = {one.name: _EXAMPLES.get(one.type, "example") for one in settings.params}
    id_type = settings.id_types[0] if settings.id_types else ""
    people = [Receiver("test-1", "example-id", params)]
    return webhook_request(settings, id_type, people, test=True, indent=2)


def sms_request(settings: HttpSmsSettings, values: Mapping[str, str]) -> Request:
    """One text message for an SMS platform; without its authentication.

    values: what `${phone}`, `${text}`, `${signature}`, `${template}`, `${id}` and `${key}` stand for.
    """
    fields = {one.name: render(one.value, values) for one in settings.fields}
    headers = {one.name: render(one.value, values) for one in settings.headers}
    if settings.method == "GET":
        parts = urlsplit(settings.url)
        query = "&".join(filter(None, (parts.query, urlencode(fields))))
        return Request("GET", urlunsplit(parts._replace(query=query)), headers)
    if settings.content == "form":
        return Request("POST", settings.url, {**_FORM, **headers}, urlencode(fields).encode())
    body = json.dumps(fields, ensure_ascii=False, indent=2).encode()
    return Request("POST", settings.url, {**_JSON, **headers}, body)


EXAMPLE_SMS: Mapping[str, str] = {
    "phone": "13800000000",
    "text": "Hello",
    "signature": "Brand",
    "template": "T1",
    "id": "test-1",
    "key": "test-1",
}


def was_taken(settings: HttpSmsSettings, answer: Answer) -> bool:
    """Whether an SMS platform's answer means that it took the message."""
    if not 200 <= answer.status < 300:
        return False
    if not settings.success_field:
        return True
    return told(settings, answer) == settings.success_value


def told(settings: HttpSmsSettings, answer: Answer) -> str:
    """What stands in the answer's field that tells success."""
    found: object = answer.json()
    for part in settings.success_field.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return json.dumps(found) if isinstance(found, bool) else str(found)
