"""Data over HTTP: events, imports, and what there is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from engine.i18n import Message
from engine.report.sizes import sizes
from engine.run.answers import EventsReceipt
from engine.server.answering import import_answer, received_answer, sizes_answer
from engine.server.bodies import body, read_as, takes
from engine.server.declared import routes_of
from engine.server.event_bodies import Malformed, read_each, read_events
from engine.server.local import refuse_strangers
from engine.server.service import Service
from engine.server.signatures import signature_check
from engine.server.wire.data import EventReject, EventsAnswer, ReceivedEvents, Sizes
from engine.server.wire.imports import ImportAnswer, ImportOrder

FEW = 20
"""Events of a call that are read and answered at once: another thread would take longer."""

P = ParamSpec("P")
T = TypeVar("T")


def router(service: Service) -> APIRouter:
    """The operations on data."""
    routes = routes_of("", "data")

    check_signature, read_body = signature_check(service), body(read_events)

    @routes.post("/events", response_model=EventsAnswer, openapi_extra=takes("Events", "Event"))
    async def post_events(request: Request) -> Response:
        """Tell what people did: one event, or several. An event that is sent again counts once.

        What is accepted is on disk when this is answered. Unknown people are created.
        """
        await check_signature(request)  # by hand, for a framework's dependencies cost more than the rest
        posted = await read_body(request)
        perform = run_in_threadpool if len(posted) > FEW else _at_once
        events, malformed = await perform(read_each, posted)
        service.engine.note_malformed([(one.id, Message.verbatim(one.text)) for one in malformed])
        if malformed and not events:  # then the call is not about events
            raise malformed[0].error
        receipt = await asyncio.wrap_future(service.engine.posting.submit(list(events.values())))
        return await perform(_events_answer, list(events), malformed, receipt)

    @routes.get("/events/received")
    def received() -> ReceivedEvents:
        """The last hundred events received since the engine started, and what they did or why nothing."""
        found = service.engine.received(service.data_schema().events)
        return ReceivedEvents(events=[received_answer(one) for one in found])

    @routes.post("/import", openapi_extra=takes("ImportOrder"))
    def import_data(order: Annotated[ImportOrder, Depends(body(read_as(ImportOrder)))]) -> ImportAnswer:
        """Import a data folder that lies on the engine's own computer; only callers on it may ask this."""
        refuse_strangers()
        folder = Path(order.folder)
        return import_answer(service.engine.import_data(folder, service.data_schema()))

    @routes.get("/sizes")
    def what_there_is() -> Sizes:
        """How many people each audience held when it was last updated, and the codes each coupon has left."""
        with service.database.read() as connection:
            return sizes_answer(sizes(connection))

    return routes


async def _at_once(function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    return function(*args, **named)


def _events_answer(places: Sequence[int], malformed: Iterable[Malformed], receipt: EventsReceipt) -> Response:
    """places: of the events that the receipt is about, in the list that was posted."""
    rejected = [EventReject(index=one.index, event_id=one.id, text=one.text) for one in malformed]
    rejected += [
        EventReject(index=places[reject.index], event_id=reject.id, text=str(reject.message))
        for reject in receipt.rejected
    ]
    answer = EventsAnswer(
        accepted=receipt.accepted,
        duplicates=receipt.duplicates,
        rejected=sorted(rejected, key=lambda reject: reject.index),
    )
    return Response(answer.model_dump_json(), media_type="application/json")
