"""What stands open to providers and to those who get messages: receipts, short links, unsubscribing.

Nobody shows the engine's token here. A provider shows that a report is its own; a link's token is one that a
message went out with. What is answered tells nothing to who guesses.
"""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.channels.receipts import Report
from engine.server.pages import PAGE_HEADERS, asking_page, done_page, unknown_page
from engine.server.refusals import Refusals
from engine.server.reports import Reports
from engine.server.service import Service

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LINK_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def router(service: Service) -> APIRouter:
    """The operations that need no token."""
    routes = APIRouter(include_in_schema=False)
    refusals = Refusals()
    reports = Reports(service, refusals)

    @routes.post("/receipts/{account}")
    @routes.post("/receipts/{account}/{token}")
    async def report(request: Request, account: str, token: str = "") -> Response:
        """What a provider reports; the secret part of the address may be its last one, or `?token=`."""
        return await reports.take(account, _report(request, token, await request.body()))

    @routes.get("/receipts/{account}")
    @routes.get("/receipts/{account}/{token}")
    def greet(request: Request, account: str, token: str = "") -> Response:
        """WeChat tries the address out."""
        return reports.greet(account, _report(request, token))

    @routes.api_route("/l/{token}", methods=["GET", "HEAD"])
    def follow(request: Request, token: str) -> Response:
        """A short link: on to where it leads, which is noted before a message goes out with it."""
        url = _target(service, token)
        if not url:
            return _unknown(refusals)
        # Who clicks need not wait until the click is written down.
        noted = BackgroundTask(service.engine.receiving.click, token) if request.method == "GET" else None
        return RedirectResponse(url, 302, _LINK_HEADERS, noted)

    @routes.get("/u/{token}")
    def ask(token: str) -> Response:
        """A page that asks before it unsubscribes: programs that look into emails follow links, too."""
        if _target(service, token) != "":
            return _unknown(refusals)
        return HTMLResponse(asking_page(), headers=PAGE_HEADERS)

    @routes.post("/u/{token}")
    def unsubscribe(token: str) -> Response:
        """One click in a mail program (RFC 8058), or on the page."""
        if _target(service, token) != "" or not service.engine.receiving.unsubscribe(token):
            return _unknown(refusals)
        return HTMLResponse(done_page(), headers=PAGE_HEADERS)

    return routes


def _report(request: Request, token: str, body: bytes = b"") -> Report:
    return Report(dict(request.headers), body, dict(request.query_params), token)


def _target(service: Service, token: str) -> str | None:
    """Where a token leads: to no other address than one that a message went out with."""
    return service.engine.receiving.target(token) if _TOKEN.fullmatch(token) else None


def _unknown(refusals: Refusals) -> Response:
    answer = refusals.answer("links", 404)
    if answer.status_code != 404:
        return answer
    return HTMLResponse(unknown_page(), 404, PAGE_HEADERS)
