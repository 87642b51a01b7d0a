"""What the scheduler asks of the database, again and again."""

from __future__ import annotations

from sqlalchemy import Dialect, func, select

from engine.plan.prepared import Prepared, given
from engine.plan.temporary import incoming
from engine.store.tables.operations import version_lease
from engine.store.tables.runs import agenda, token_watched

LOOK_AT = 1_000
"""Places of the agenda that are looked at to choose the next wave."""


class Queries:
    """The statements, compiled once.

    Attributes:
        overdue: version, place and due moment of places with something due by `now`: first those where people
            enter, then the longest overdue.
        overdue_here: the same, of versions that are not left to other processes.
        earliest: when something is due next.
        watching: version and place where somebody of whom an event has come waits for one.
    """

    def __init__(self, dialect: Dialect) -> None:
        overdue = (
            select(agenda.c.version, agenda.c.place, agenda.c.due)
            .where(agenda.c.due <= given("now"))
            .order_by(agenda.c.place > 0, agenda.c.due)
            .limit(LOOK_AT)
        )
        waiting = select(token_watched.c.version, token_watched.c.place).where(
            token_watched.c.person.in_(select(incoming.c.person))
        )
        self.overdue = Prepared(overdue, dialect)
        here = overdue.where(agenda.c.version.not_in(select(version_lease.c.version)))
        self.overdue_here = Prepared(here, dialect)
        self.earliest = Prepared(select(func.min(agenda.c.due)), dialect)
        self.watching = Prepared(waiting.distinct(), dialect)
