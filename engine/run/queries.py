"""What the scheduler asks of the database."""

from __future__ import annotations

from sqlalchemy import Select, select

from engine.plan.context import incoming
from engine.store.tables.people import event, person
from engine.store.tables.runs import agenda, token_watched

LOOK_AT = 1_000
"""Places of the agenda that are looked at to choose the next wave."""


def overdue(now: int) -> Select[int, int, int]:
    """Places with something due by `now`, the longest overdue first; found through the index on `due`."""
    return (
        select(agenda.c.version, agenda.c.place, agenda.c.due)
        .where(agenda.c.due <= now)
        .order_by(agenda.c.due)
        .limit(LOOK_AT)
    )


def incoming_codes() -> Select[str]:
    """Codes of the events in `incoming`."""
    return (
        select(event.c.code)
        .join(person, person.c.id == event.c.person)
        .join(
            incoming,
            (incoming.c.person == person.c.external_id) & (incoming.c.source_id == event.c.source_id),
        )
        .distinct()
    )


def watching_for_incoming() -> Select[int, int]:
    """Versions and places where somebody of whom an event has come waits for one."""
    people = select(person.c.id).where(person.c.external_id.in_(select(incoming.c.person)))
    return (
        select(token_watched.c.version, token_watched.c.place)
        .where(token_watched.c.person.in_(people))
        .distinct()
    )
