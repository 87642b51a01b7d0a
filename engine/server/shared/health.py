"""What load balancers, orchestrators and Prometheus ask a shared server."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from engine.run.engine import Engine
from engine.server.declared import routes_of
from engine.server.shared.metrics import CONTENT_TYPE, Metrics

READY, UNAVAILABLE, STANDBY = "ok", "unavailable", "standby"


def readiness(engine: Engine) -> str:
    """Whether an engine runs and its database answers."""
    state = engine.status()
    return READY if state.running and state.problem is None else UNAVAILABLE


def router(readiness: Callable[[], str], metrics: Metrics) -> APIRouter:
    """The operations that are not of the API: they have no version."""
    routes = routes_of(tag="health", api="")

    @routes.get("/healthz")
    async def alive() -> dict[str, str]:
        """That the process answers at all."""
        return {"status": "ok"}

    @routes.get("/readyz", responses={503: {"description": "Not now"}})
    def ready() -> Response:
        """Whether requests should be sent here: this server leads, its engine runs, and its database
        answers."""
        status = readiness()
        return JSONResponse({"status": status}, 200 if status == READY else 503)

    @routes.get("/metrics", response_class=Response)
    def numbers() -> Response:
        """What the server counts, as Prometheus reads it."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return routes
