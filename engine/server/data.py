"""Data over HTTP: events, imports, estimates."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from engine.audience.updates import estimate
from engine.i18n import N_, Message
from engine.report.sizes import sizes
from engine.server.answering import import_answer, received_answer, sizes_answer
from engine.server.bodies import body, read_as, takes
from engine.server.event_bodies import Posted, incoming, read_each, read_events
from engine.server.problems import CallRefused
from engine.server.service import Service
from engine.server.wire import (
    Estimate,
    EstimateOrder,
    EventReject,
    EventsAnswer,
    ImportAnswer,
    ImportOrder,
    ReceivedEvents,
    Sizes,
)
from engine.shapes.time import instant


def router(service: Service) -> APIRouter:
    """The operations on data."""
    routes = APIRouter(tags=["data"])

    @routes.post("/events", openapi_extra=takes("Events", "Event"))
    def post_events(posted: Annotated[Posted, Depends(body(read_events))]) -> EventsAnswer:
        """Tell what people did: one event, or several. An event that is sent again counts once.

        What is accepted is on disk when this is answered. Unknown people are created.
        """
        events, malformed = read_each(posted)
        service.engine.note_malformed([(one.id, Message.verbatim(one.text)) for one in malformed])
        if malformed and not events:  # then the call is not about events
            raise malformed[0].error
        rejected = [EventReject(index=one.index, event_id=one.id, text=one.text) for one in malformed]
        receipt = service.engine.post_events([incoming(event) for event in events.values()])
        places = list(events)
        rejected += [
            EventReject(index=places[reject.index], event_id=reject.id, text=str(reject.message))
            for reject in receipt.rejected
        ]
        return EventsAnswer(
            accepted=receipt.accepted,
            duplicates=receipt.duplicates,
            rejected=sorted(rejected, key=lambda reject: reject.index),
        )

    @routes.get("/events/received")
    def received() -> ReceivedEvents:
        """The last hundred events received since the engine started, and what they did or why nothing."""
        found = service.engine.received(service.data_schema().events)
        return ReceivedEvents(events=[received_answer(one) for one in found])

    @routes.post("/import", openapi_extra=takes("ImportOrder"))
    def import_data(
        request: Request, order: Annotated[ImportOrder, Depends(body(read_as(ImportOrder)))]
    ) -> ImportAnswer:
        """Import a data folder that lies on the engine's own computer; only callers on it may ask this."""
        if not _is_here(request):
            message = Message(N_("Only a program on the engine's own computer can name a folder there."))
            raise CallRefused(403, "not_local", message)
        folder = Path(order.folder)
        return import_answer(service.engine.import_data(folder, service.data_schema()))

    @routes.post("/estimate", openapi_extra=takes("EstimateOrder"))
    def count(order: Annotated[EstimateOrder, Depends(body(read_as(EstimateOrder)))]) -> Estimate:
        """How many people an audience holds, now or at another time."""
        at = service.now() if order.at is None else instant(order.at)
        return Estimate(size=estimate(service.database, order.audience, at, service.zone))

    @routes.get("/sizes")
    def what_there_is() -> Sizes:
        """How many people each audience held when it was last updated, and the codes each coupon has left."""
        with service.database.read() as connection:
            return sizes_answer(sizes(connection))

    return routes


def _is_here(request: Request) -> bool:
    """Whether the caller is a program on this computer."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
