"""The HTTP API as an ASGI application, described by OpenAPI at `/api/v1/openapi.json`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, TypeAdapter
from starlette.types import ASGIApp

from engine.server import (
    audiences,
    campaigns,
    data,
    imports,
    lists,
    people,
    problems,
    public,
    reporting,
    sending,
)
from engine.server.answering import hold_answer, moment_text, text_of
from engine.server.declared import routes_of
from engine.server.guard import Guard, OwnToken
from engine.server.service import Service
from engine.server.wire.base import API, Problem
from engine.server.wire.data import Event, Events
from engine.server.wire.engine import CheckAnswer, EngineState, Health, Hold, Violation
from engine.server.wire.imports import ImportOrder, TableImportOrder
from engine.server.wire.lists import CouponCodes, Suppressions
from engine.server.wire.people import EraseOrder
from engine.shapes.time import utc_text
from engine.workspace.bundle import BundleFile

VERSION = "0.1.0"

_BODIES = (
    BundleFile, CouponCodes, EraseOrder, Event, Events, ImportOrder, Problem, Suppressions, TableImportOrder
)  # fmt: skip


def application(service: Service, token: str, hosts: Collection[str] | None) -> ASGIApp:
    """The API of one engine. `token`: what callers must show; `hosts`: see `Guard`."""
    return Guard(assembled(service), OwnToken(token), hosts)


def assembled(
    service: Service, further: Iterable[APIRouter] = (), orders: Iterable[type[BaseModel]] = ()
) -> FastAPI:
    """The API without anybody who guards it. further: routes besides the engine's own; orders: the models of
    their bodies."""
    app = FastAPI(
        title="Campaign Canvas engine",
        version=VERSION,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    # Events first: routes are looked through in their order, and of nothing else does so much come.
    parts = (data, campaigns, reporting, imports, audiences, lists, people, sending)
    for routes in (
        *(part.router(service) for part in parts), control(service), public.router(service), *further
    ):  # fmt: skip
        app.include_router(routes)
    problems.install(app)
    models: tuple[type[BaseModel], ...] = (*_BODIES, *audiences.ORDERS, *sending.ORDERS, *orders)
    app.openapi = lambda: _openapi(app, models)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    return app


def control(service: Service) -> APIRouter:
    """The operations on the engine itself."""
    routes = routes_of("", "engine")
    engine = service.engine

    @routes.get("/health")
    async def health() -> Health:
        """That an engine is here. Needs no token."""
        return Health(version=VERSION, instance=service.instance)

    @routes.get("/status")
    def status() -> EngineState:
        """The engine as a whole."""
        found = engine.status()
        return EngineState(
            workspace=service.name,
            running=found.running,
            now=utc_text(found.now),
            next_due=moment_text(found.next_due),
            campaigns_in_progress=found.campaigns_in_progress,
            people_inside=found.people_inside,
            held=text_of(found.held),
            problem=text_of(found.problem),
            notice=text_of(found.notice),
            doubtful=found.doubtful,
        )

    @routes.get("/hold")
    def hold() -> Hold:
        """Whether the engine is held because its database was restored or copied, and what it knows."""
        return hold_answer(engine.held())

    @routes.post("/release", status_code=204)
    def release() -> None:
        """Let an engine that is held go on. What it sends may have been sent before."""
        engine.release()

    @routes.post("/check")
    def check() -> CheckAnswer:
        """Prove conservation, and that the counters say what the rows say."""
        found = [Violation(where=broken.where, text=str(broken.message)) for broken in engine.check()]
        return CheckAnswer(violations=found)

    @routes.post("/shutdown", status_code=202)
    def shutdown() -> None:
        """Begin to end: present work is finished, waiting people stay where they are."""
        service.shut_down()

    return routes


def _openapi(app: FastAPI, models: Iterable[type[BaseModel]]) -> dict[str, Any]:
    """FastAPI's document, with the bodies that are read by us, the problems and the token."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    reference = "#/components/schemas/{model}"
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for model in models:
        schema = TypeAdapter(model).json_schema(ref_template=reference)
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    refusal = {
        "description": "Refused",
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": reference.format(model="Problem")}}},
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = refusal
    app.openapi_schema = document
    return document
