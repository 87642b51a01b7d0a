"""HTTP requests to providers, as values that can be shown; `engine.channels.http_client` sends them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from engine.i18n import N_, Message
from engine.workspace.account_fields import HttpAuth

Ask = Callable[["Request"], "Answer"]
"""Sends a request and waits for its answer; raises `NotReached`."""
MAX_ANSWER = 64 * 1024
"""Bytes of an answer that are read; providers answer in a few hundred."""
HIDDEN = "••••••"
"""Stands for a secret where a request is shown."""


@dataclass(frozen=True)
class Request:
    """A request as it is sent. `repr` leaves headers and body out: they may hold secrets."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


class Answer(NamedTuple):
    """What came back. `text` is cut at `MAX_ANSWER`; `wait` is the header Retry-After, as it came."""

    status: int
    text: str
    wait: str = ""

    def json(self) -> dict[str, Any]:
        """The answer's JSON object, empty where it is none."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


Signer = Callable[[bytes, str], Mapping[str, str]]
"""The headers that show who sends a body, which has an id."""


def signer(auth: HttpAuth | None, key: str) -> Signer:
    """How requests sign in; made once for many. The id counts for Standard Webhooks only."""
    fixed: Mapping[str, str] = {}
    match auth:
        case HttpAuth(type="signature", header=header):
            raw = key.encode()
            return lambda body, _id: {header: hmac.digest(raw, body, "sha256").hex()}
        case HttpAuth(type="standard"):
            secret = standard_secret(key)
            return lambda body, id: standard_headers(secret, id, int(time.time()), body)
        case HttpAuth(type="basic", user=user):
            fixed = {"Authorization": f"Basic {base64.b64encode(f'{user}:{key}'.encode()).decode()}"}
        case HttpAuth(type="bearer"):
            fixed = {"Authorization": f"Bearer {key}"}
        case HttpAuth(type="header", header=header):
            fixed = {header: key}
    return lambda _body, _id: fixed


def standard_secret(text: str) -> bytes:
    """The bytes of a secret after Standard Webhooks: base64, with or without `whsec_` in front."""
    plain = text.strip().removeprefix("whsec_")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError:
        return text.encode()  # of a receiver who takes any text for one


def standard_headers(secret: bytes, id: str, at: int, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks; at: seconds since 1970."""
    mac = hmac.digest(secret, b"%s.%d.%s" % (id.encode(), at, body), hashlib.sha256)
    return {
        "webhook-id": id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def authorised(request: Request, auth: HttpAuth | None, key: str, id: str = "test-1") -> Request:
    """The request with the headers that show who sends it."""
    headers = {**request.headers, **signer(auth, key)(request.body, id)}
    return Request(request.method, request.url, headers, request.body)


def shown(request: Request, auth: HttpAuth | None) -> str:
    """The request as text for people, with dots where a secret stands."""
    headers = dict(authorised(request, auth, HIDDEN).headers)
    if auth is not None and auth.type == "basic":
        headers["Authorization"] = f"Basic {HIDDEN}"
    elif auth is not None and auth.type == "signature":
        headers[auth.header] = HIDDEN
    elif auth is not None and auth.type == "standard":
        headers["webhook-signature"] = HIDDEN
    parts = urlsplit(request.url)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    lines = [f"{request.method} {path} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\n".join([*lines, "", request.body.decode("utf-8", "replace")])


def judged(answer: Answer, place: str) -> Message | None:
    """Why the status of an answer means that the account cannot be used, or None."""
    if answer.status in (401, 403):
        text = N_("{place} refuses the sign-in (status {status}). Check the authentication.")
    elif answer.status == 404:
        text = N_("{place} knows no such address (status {status}). Check the path.")
    elif answer.status == 429:
        text = N_("{place} answers that there were too many requests (status {status}). Try again later.")
    elif answer.status >= 500:
        text = N_("{place} has trouble of its own (status {status}). Try again later.")
    elif 300 <= answer.status < 400:
        text = N_("{place} sends requests on to another address (status {status}). Enter that one.")
    else:
        return None
    return Message(text, place=place, status=answer.status)
