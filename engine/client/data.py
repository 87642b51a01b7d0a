"""What a client asks of data: events, a folder, how much there is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.client.calls import Calls, json_bytes
from engine.server.wire.data import Event, EventsAnswer, ReceivedEvent, ReceivedEvents, Sizes
from engine.server.wire.imports import ImportAnswer


class DataCalls(Calls):
    """Every method raises `EngineUnreachable` and `EngineRefused`."""

    def post_events(self, events: Iterable[Event]) -> EventsAnswer:
        """Tell what people did. Safe to repeat: an event counts once."""
        body = {"events": [event.model_dump(mode="json") for event in events]}
        return self._call(EventsAnswer, "POST", "/events", body=json_bytes(body))

    def received(self) -> list[ReceivedEvent]:
        """The events received last, the latest first, and what they did."""
        return self._call(ReceivedEvents, "GET", "/events/received").events

    def sizes(self) -> Sizes:
        """How many people audiences hold, and how many codes coupons have left."""
        return self._call(Sizes, "GET", "/sizes")

    def import_folder(self, folder: Path) -> ImportAnswer:
        """Import a data folder on the engine's own computer."""
        body = json_bytes({"folder": str(folder.absolute())})
        return self._call(ImportAnswer, "POST", "/import", body=body, long=True)
