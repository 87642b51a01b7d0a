"""Audiences over HTTP: states, sizes, updates, uploaded lists, and questions about rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from sqlalchemy import Connection

from engine.audience import looking
from engine.audience.updates import count_now
from engine.audience.uploads import upload, upload_ids
from engine.i18n import N_, Message
from engine.server.answering import audience_answer
from engine.server.bodies import body, read_as, takes
from engine.server.declared import routes_of
from engine.server.identity.callers import note
from engine.server.local import refuse_strangers
from engine.server.problems import CallRefused
from engine.server.service import Service
from engine.server.tickets import Tickets
from engine.server.wire.audiences import (
    AudienceStates,
    Estimate,
    EstimateOrder,
    Figures,
    FiguresOrder,
    ListOrder,
    OverlapAnswer,
    OverlapOrder,
    SampleAnswer,
    SizeAt,
    SizeHistory,
    UploadAnswer,
    UploadOrder,
)
from engine.shapes.text import NAME_LENGTH
from engine.shapes.time import instant, utc_text
from engine.workspace.audience import AudienceFile, PeopleList
from engine.workspace.workspace import Workspace

ORDERS = (EstimateOrder, FiguresOrder, ListOrder, OverlapOrder, UploadOrder)


def router(service: Service) -> APIRouter:
    """The operations on audiences."""
    routes = routes_of("", "audiences")
    _stored(routes, service)
    _asked(routes, service)
    return routes


def _stored(routes: APIRouter, service: Service) -> None:
    """What the engine keeps of audiences, and what changes it."""

    @routes.get("/audiences")
    def states() -> AudienceStates:
        """Every audience that the engine knows: size, state, when it was updated and will be."""
        following = service.engine.next_updates()
        with service.database.read() as connection:
            return AudienceStates(
                audiences=[audience_answer(one, following.get(one.id)) for one in looking.states(connection)]
            )

    @routes.get("/audiences/{id}/sizes")
    def sizes(id: str) -> SizeHistory:
        """The sizes that an audience has had, the earliest first."""
        with service.database.read() as connection:
            found = looking.sizes(connection, id)
        return SizeHistory(sizes=[SizeAt(at=utc_text(at), size=size) for at, size in found])

    @routes.post("/audiences/{id}/update")
    def update(id: str) -> Estimate:
        """Store who is in an audience now, by the rule that the workspace's file holds."""
        workspace = service.workspace()
        _known(workspace, id)
        return Estimate(size=service.engine.update_audience(workspace.audiences, workspace.catalog, id))

    @routes.post("/audiences/{id}/forget", status_code=204)
    def forget(id: str) -> None:
        """Delete the members of an audience that the workspace has no more. None may be in use."""
        workspace = service.workspace()
        service.engine.forget_audience(workspace.audiences, workspace.catalog, id)

    @routes.post("/audiences/refresh", status_code=204)
    def refresh() -> None:
        """Read the workspace's audiences again: rules and schedules may have changed."""
        workspace = service.workspace()
        service.engine.keep_audiences(workspace.audiences, workspace.catalog)

    @routes.post("/audiences/{id}/upload", openapi_extra=takes("UploadOrder"))
    def upload_list(
        id: str, order: Annotated[UploadOrder, Depends(body(read_as(UploadOrder)))]
    ) -> UploadAnswer:
        """Make a list's people of a file that lies on the engine's own computer; only callers there may."""
        refuse_strangers()
        file = _known(service.workspace(), id)
        unknown = None if order.unknown is None else Path(order.unknown)
        done = upload(service.database, file, Path(order.file), service.now(), add=order.add, unknown=unknown)
        service.engine.note_audiences()
        return UploadAnswer(ids=done.ids, unknown=done.unknown, repeated=done.repeated, size=done.size)

    @routes.post("/audiences/{id}/list", openapi_extra=takes("ListOrder"))
    def take_list(id: str, order: Annotated[ListOrder, Depends(body(read_as(ListOrder)))]) -> UploadAnswer:
        """Make a list's people of ids that are sent; the audience may be one that only campaigns bring."""
        file = service.workspace().audiences.get(id) or listed(id, order.id_type)
        done = upload_ids(service.database, file, order.ids, service.now(), add=order.add)
        service.engine.note_audiences()
        note(ids=done.ids, size=done.size)
        return UploadAnswer(ids=done.ids, unknown=done.unknown, repeated=done.repeated, size=done.size)


def _asked(routes: APIRouter, service: Service) -> None:
    """Questions about rules, which change nothing."""
    tickets = Tickets()

    @contextmanager
    def reading(ticket: str | None) -> Iterator[Connection]:
        with service.database.read() as connection, tickets.asking(ticket, connection):
            yield connection

    @routes.post("/estimate", openapi_extra=takes("EstimateOrder"))
    def count(order: Annotated[EstimateOrder, Depends(body(read_as(EstimateOrder)))]) -> Estimate:
        """How many people an audience holds, now or at another time."""
        at = service.now() if order.at is None else instant(order.at)
        catalog = order.catalog or service.catalog()
        with reading(order.ticket) as connection:
            return Estimate(size=count_now(connection, order.audience, at, service.zone, catalog=catalog))

    @routes.post("/sample", openapi_extra=takes("EstimateOrder"))
    def sample(order: Annotated[EstimateOrder, Depends(body(read_as(EstimateOrder)))]) -> SampleAnswer:
        """A hundred people of an audience, chosen by chance and always the same."""
        at = service.now() if order.at is None else instant(order.at)
        catalog = order.catalog or service.catalog()
        with reading(order.ticket) as connection:
            found = looking.sample(connection, order.audience, at, service.zone, catalog)
        return SampleAnswer(columns=list(found.columns), rows=[list(row) for row in found.rows])

    @routes.post("/overlap", openapi_extra=takes("OverlapOrder"))
    def overlap(order: Annotated[OverlapOrder, Depends(body(read_as(OverlapOrder)))]) -> OverlapAnswer:
        """How many people are in both of two audiences."""
        at = service.now() if order.at is None else instant(order.at)
        with reading(order.ticket) as connection:
            pair = (order.first, order.second)
            found = looking.overlap(connection, pair, at, service.zone, service.catalog())
        return OverlapAnswer(first=found.first, second=found.second, both=found.both)

    @routes.post("/figures", openapi_extra=takes("FiguresOrder"))
    def figures(order: Annotated[FiguresOrder, Depends(body(read_as(FiguresOrder)))]) -> Figures:
        """How many people are of each of a model's RFM types, or in each AIPL stage."""
        with reading(order.ticket) as connection:
            if order.model is not None:
                types = looking.rfm_types(connection, order.model, service.now(), service.zone)
                return Figures(people={str(number): people for number, people in types.items()})
            catalog = order.stages or service.catalog()
            stages = looking.aipl_stages(connection, catalog, service.now(), service.zone)
            return Figures(people=dict(stages))

    @routes.delete("/questions/{ticket}", status_code=204)
    def cancel(ticket: str) -> None:
        """Nobody wants to know any more what was asked with this ticket."""
        tickets.cancel(ticket)


def listed(id: str, id_type: str) -> AudienceFile:
    """A list that the workspace has no file of. Raises `CallRefused` where it cannot have this id."""
    try:
        return AudienceFile(id=id, name=id[:NAME_LENGTH], list=PeopleList(id_type=id_type))
    except ValidationError:
        raise _unknown(id) from None


def _known(workspace: Workspace, id: str) -> AudienceFile:
    found = workspace.audiences.get(id)
    if found is None:
        raise _unknown(id)
    return found


def _unknown(id: str) -> CallRefused:
    return CallRefused(404, "unknown_audience", Message(N_("There is no audience “{id}”."), id=id))
