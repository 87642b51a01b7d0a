"""Data over HTTP: events, imports, estimates."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import JsonValue, ValidationError

from engine.audience.updates import estimate
from engine.files import all_storable, read_json
from engine.files.findings import findings
from engine.i18n import N_, Message
from engine.run.answers import IncomingEvent
from engine.server.answering import import_answer, received_answer
from engine.server.bodies import NAME, body, read_as, takes
from engine.server.problems import CallRefused, InvalidBody
from engine.server.service import Service
from engine.server.wire import (
    Estimate,
    EstimateOrder,
    Event,
    EventReject,
    Events,
    EventsAnswer,
    ImportAnswer,
    ImportOrder,
    ReceivedEvents,
)
from engine.shapes.time import instant, to_milliseconds


def read_events(data: bytes) -> Events:
    """`Events`, or in their form: one event, or a plain list of them. Raises `FileError`, `ValidationError`.

    Text that cannot be stored passes: it is one event's, and keeps no other out.
    """
    if data.lstrip().startswith(b"["):
        data = b'{"events":' + data + b"}"
    value = read_json(data, NAME, any_text=True).value
    return Events.model_validate({"events": [value]} if "event_id" in value else value)


def router(service: Service) -> APIRouter:
    """The operations on data."""
    routes = APIRouter(tags=["data"])

    @routes.post("/events", openapi_extra=takes("Events", "Event"))
    def post_events(posted: Annotated[Events, Depends(body(read_events))]) -> EventsAnswer:
        """Tell what people did: one event, or several. An event that is sent again counts once.

        What is accepted is on disk when this is answered. Unknown people are created.
        """
        events, rejected = read_each(posted.events)
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

    return routes


def read_each(values: Sequence[JsonValue]) -> tuple[dict[int, Event], list[EventReject]]:
    """The events by their place in the list, and those that are malformed.

    Raises `InvalidBody` where not one of them can be read: then the call is not about events.
    """
    events: dict[int, Event] = {}
    rejected: list[EventReject] = []
    for index, value in enumerate(values):
        try:
            events[index] = Event.model_validate(value)
        except ValidationError as error:
            if len(values) == len(rejected) + 1:
                raise InvalidBody(error) from None
            id = value.get("event_id") if isinstance(value, dict) else None
            rejected.append(
                EventReject(
                    index=index,
                    event_id=id if isinstance(id, str) and all_storable(id) else "",
                    text=first_finding(error),
                )
            )
    return events, rejected


def first_finding(error: ValidationError) -> str:
    """The first thing that is wrong, with its field."""
    finding = next(iter(findings(error)))
    field = ".".join(str(part) for part in finding.path)
    return f"{field}: {finding.message}" if field else str(finding.message)


def incoming(event: Event) -> IncomingEvent:
    """An event as the engine takes it."""
    return IncomingEvent(
        event.event_id, event.person_id, event.event, to_milliseconds(instant(event.time)), event.attributes
    )


def _is_here(request: Request) -> bool:
    """Whether the caller is a program on this computer."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
