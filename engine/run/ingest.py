"""Taking posted events in: each once, durably, with what could not be taken listed."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Dialect, exists, insert, literal, select

from engine.i18n import N_, Message
from engine.plan.prepared import Prepared
from engine.plan.temporary import Emptying, incoming
from engine.run.answers import EventsReceipt, IncomingEvent, Refused, RejectedEvent
from engine.shapes.time import utc_text
from engine.store.dialect import bulk_insert
from engine.store.fields import DataFields
from engine.store.imports.events_file import NewEvent, fitting, new_event, write_events
from engine.store.imports.session import FIND, create_missing, id_list
from engine.store.tables.people import LIVE_IMPORT, event
from engine.store.values import BadValue, storable

_COLUMNS = ("person", "source_id", "code", "time")
STORED = select(incoming.c.person, incoming.c.source_id).where(
    # A subquery, not a join: the planner does not know that `incoming` is the small one.
    exists(
        select(literal(1))
        .where(event.c.person == incoming.c.person, event.c.source_id == incoming.c.source_id)
        .correlate(incoming)
    )
)
"""Those in `incoming` that the database has already."""


class Intake:
    """Takes events into a database of one kind, with statements compiled once; and lets one import run."""

    def __init__(self, dialect: Dialect) -> None:
        self._importing = threading.Lock()
        self._fields: DataFields | None = None
        self._find = Prepared(FIND, dialect)
        self._stored = Prepared(STORED, dialect)
        self._empty = Emptying(incoming, dialect)

    @contextmanager
    def importing(self) -> Iterator[None]:
        """An import runs inside the block. Raises `Refused` where another one does."""
        if not self._importing.acquire(blocking=False):
            raise Refused(Message(N_("Another import runs. Wait until it has ended.")))
        try:
            yield
        finally:
            self.forget_fields()
            self._importing.release()

    def wait_for_import(self) -> None:
        """Until no import runs."""
        with self._importing:
            pass

    def forget_fields(self) -> None:
        """The data may have further attributes now."""
        self._fields = None

    def _known_fields(self, connection: Connection) -> DataFields:
        if self._fields is None or self._importing.locked():  # an import adds some as it goes on
            self._fields = DataFields.load(connection)
        return self._fields

    def take_in(
        self,
        connection: Connection,
        events: Sequence[IncomingEvent],
        now: int,
        oldest: int | None = None,
    ) -> EventsReceipt:
        """Store events as received `now` (ms). `incoming` then lists those that are new.

        Those from before `oldest` (ms) are refused: they would be deleted soon, and count again when sent
        again.
        """
        read, rejected, repeated = _read_all(events, oldest)
        known: dict[str, int] = dict(self._find(connection, {"ids": id_list(new.person for _, new in read)}))
        self._list(connection, [new for _, new in read if new.person in known], known)
        stored = set(self._stored(connection))
        fresh = [(index, new) for index, new in read if (known.get(new.person), new.source_id) not in stored]
        fields = self._known_fields(connection)
        good, refused = fitting(fields, [new for _, new in fresh])
        accepted = [new for new, _ in good]
        created = create_missing(connection, (new.person for new in accepted), known, LIVE_IMPORT)
        if created or len(accepted) < len(read):
            self._list(connection, accepted, known)
        write_events(connection, fields, good, known, now, LIVE_IMPORT)
        repeated += sorted({index for index, _ in read} - {index for index, _ in fresh})
        for position, message in refused:
            index, new = fresh[position]
            rejected.append(RejectedEvent(index, new.source_id, message))
        rejected.sort(key=lambda one: one.index)
        return EventsReceipt(len(accepted), len(repeated), tuple(rejected), tuple(repeated))

    def list_imported(self, connection: Connection, import_id: int, codes: Collection[str]) -> None:
        """Let `incoming` list the events of an import that have one of the codes."""
        self._empty(connection)
        query = select(event.c.person, event.c.source_id, event.c.code, event.c.time).where(
            event.c.code.in_(codes), event.c.import_id == import_id
        )
        connection.execute(insert(incoming).from_select(_COLUMNS, query))

    def _list(self, connection: Connection, events: Iterable[NewEvent], people: Mapping[str, int]) -> None:
        """Let `incoming` list the events."""
        self._empty(connection)
        rows = [(people[new.person], new.source_id, new.code, new.time) for new in events]
        bulk_insert(connection, incoming, _COLUMNS, rows)


def _read_all(
    events: Sequence[IncomingEvent], oldest: int | None
) -> tuple[list[tuple[int, NewEvent]], list[RejectedEvent], list[int]]:
    """The events with their positions, those that cannot be taken, and the positions of those that stand
    in the list a second time."""
    rejected: list[RejectedEvent] = []
    read: dict[tuple[str, str], tuple[int, NewEvent]] = {}
    repeated: list[int] = []
    for index, one in enumerate(events):
        try:
            new = _read(one, oldest)
        except BadValue as error:
            rejected.append(RejectedEvent(index, one.id, error.message))
            continue
        if (new.person, new.source_id) in read:
            repeated.append(index)
        else:
            read[new.person, new.source_id] = (index, new)
    return list(read.values()), rejected, repeated


def _read(one: IncomingEvent, oldest: int | None) -> NewEvent:
    if oldest is not None and one.time < oldest:
        raise BadValue(
            Message(
                N_("It happened longer ago than events are kept here (since {time})."), time=utc_text(oldest)
            )
        )
    attributes = json.dumps(dict(one.attributes), ensure_ascii=False) if one.attributes else ""
    # Together they can be stored where each of them can.
    if "\\u0000" in attributes or not storable(f"{one.id} {one.person} {one.event} {attributes}"):
        raise BadValue(Message(N_("Remove the invisible character that cannot be stored.")))
    return new_event(one.id, one.person, one.event, one.time, attributes)
