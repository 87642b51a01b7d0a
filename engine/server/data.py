"""Data over HTTP: events, imports, and what there is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from engine.i18n import Message
from engine.report.sizes import sizes
from engine.server.answering import import_answer, received_answer, sizes_answer
from engine.server.bodies import body, read_as, takes
from engine.server.event_bodies import Posted, incoming, read_each, read_events
from engine.server.local import refuse_strangers
from engine.server.service import Service
from engine.server.wire.data import EventReject, EventsAnswer, ReceivedEvents, Sizes
from engine.server.wire.imports import ImportAnswer, ImportOrder


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
        refuse_strangers(request)
        folder = Path(order.folder)
        return import_answer(service.engine.import_data(folder, service.data_schema()))

    @routes.get("/sizes")
    def what_there_is() -> Sizes:
        """How many people each audience held when it was last updated, and the codes each coupon has left."""
        with service.database.read() as connection:
            return sizes_answer(sizes(connection))

    return routes
