"""What a server answers while another one leads: that it is there, and that others should be asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext

from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.i18n import N_, Message, use_language
from engine.run.clock import RealClock
from engine.server import problems
from engine.server.api import VERSION
from engine.server.guard import PROBES, Guard, OwnToken, language_of
from engine.server.identity.doorkeeper import Team
from engine.server.identity.throttle import Rate
from engine.server.identity.users import MINUTE_MS
from engine.server.shared import health
from engine.server.shared.configuration import Configuration
from engine.server.shared.headers import Headed
from engine.server.shared.metrics import Metrics, Watched
from engine.server.web.front import Front
from engine.server.wire.base import API, MAX_BODY_BYTES
from engine.server.wire.engine import Health
from engine.store.database import Database

AGAIN_IN_S = 2.0
"""When to ask anew, where there is no proxy that asks another server."""


def standby_application(
    database: Database,
    configuration: Configuration,
    workspace: str,
    token: str,
    metrics: Metrics,
    instance: str,
    monotonic: Callable[[], float] = time.monotonic,
) -> ASGIApp:
    """Answers probes, and refuses all else. database: only read, to know who may see the numbers. workspace:
    its name."""
    probes = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    probes.include_router(health.router(lambda: health.STANDBY, metrics))
    problems.install(probes)
    limits = configuration.limits
    team = Team(
        database, RealClock(), OwnToken(token), Rate(limits.per_second, limits.burst, monotonic),
        cookie="", idle_ms=configuration.sign_in.idle_minutes * MINUTE_MS,
        proxies=configuration.proxies, monotonic=monotonic, marks_use=False,
    )  # fmt: skip
    pages = Front(StandingBy(Guard(probes, team, None), instance), workspace, secure=True)
    return Watched(Headed(pages, secure=configuration.is_over_tls), metrics, monotonic, quiet=True)


class StandingBy:
    """Refuses whatever is asked, for another server to answer it; only probes are let through."""

    def __init__(self, probes: ASGIApp, instance: str) -> None:
        self._probes = probes
        self._health = Health(version=VERSION, instance=instance).model_dump(mode="json")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._probes(scope, receive, send)
        elif (scope["method"], scope["path"]) == ("GET", f"{API}/health"):
            await JSONResponse(self._health)(scope, receive, send)
        else:
            await _drain(receive)
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        language = language_of(dict(scope["headers"]).get(b"accept-language", b""))
        with use_language(language) if language else nullcontext():
            text = N_("This server stands by: another one leads, or is about to. Try again in a moment.")
            refused = problems.CallRefused(503, "standby", Message(text), AGAIN_IN_S)
            await problems.refusal(refused)(scope, receive, send)


async def _drain(receive: Receive) -> None:
    """Read what is sent, so that its sender reads the answer; a proxy sends it once more elsewhere."""
    size, more = 0, True
    while more and size <= MAX_BODY_BYTES:
        event = await receive()
        size += len(event.get("body", b""))
        more = bool(event.get("more_body"))
