"""The events received last, as long as the engine runs; noting them costs next to nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from engine.i18n import Message
from engine.report.explaining import Explainer
from engine.report.published import PublishedVersions
from engine.report.received import Fate, Noted, Received, shortened
from engine.run.answers import EventsReceipt, IncomingEvent
from engine.store.database import Database

KEPT = 100


class ReceivedEvents:
    """Notes events as they come; `explained` says what they did."""

    def __init__(self) -> None:
        self._kept: deque[Noted] = deque(maxlen=KEPT)
        self._published = PublishedVersions()

    def note(self, events: Sequence[IncomingEvent], receipt: EventsReceipt, now: int) -> None:
        """Note posted events, received `now` (ms)."""
        rejected = {one.index: one.message for one in receipt.rejected}
        repeated = set(receipt.repeated)
        first = max(0, len(events) - KEPT)
        for index, one in enumerate(events[first:], start=first):
            fate = Fate.ACCEPTED
            if index in rejected:
                fate = Fate.REJECTED
            elif index in repeated:
                fate = Fate.DUPLICATE
            attributes = shortened(one.attributes)
            reason = rejected.get(index)
            self._kept.append(Noted(now, fate, one.id, one.person, one.event, one.time, attributes, reason))

    def note_malformed(self, malformed: Sequence[tuple[str, Message]], now: int) -> None:
        """Note posted events that could not be read: id, if it has one, and why."""
        for id, reason in malformed:
            self._kept.append(Noted(now, Fate.REJECTED, id, reason=reason))

    def note_import(self, count: int, now: int) -> None:
        """Note how many events an import brought."""
        if count:
            self._kept.append(Noted(now, Fate.IMPORTED, count=count))

    def explained(
        self, database: Database, zone: ZoneInfo, ahead: int, declared: Collection[str]
    ) -> list[Received]:
        """The events received last, the latest first, and what they did. See `Explainer`."""
        noted = list(self._kept)
        if not noted:
            return []
        with database.read() as connection:
            versions = self._published.read(connection)
            explainer = Explainer(connection, versions, zone, ahead, declared)
            return [explainer.explain(one) for one in reversed(noted)]
