"""Settling messages of which nobody knows whether they were sent, as somebody decided who does.

Set by set, each in a transaction of its own: state, counters, outbox and the audit's row change together.
Only messages that are still unknown change, so that of two who decide at a time one has decided.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Update,
    and_,
    delete,
    func,
    insert,
    literal,
    literal_column,
    null,
    select,
    true,
    tuple_,
    update,
)

from engine.channels.sending.desk import Desk
from engine.channels.sending.fates import PLANNED, SENT, UNKNOWN, Fate, failed
from engine.plan.context import WHOLE
from engine.plan.message_counts import COUNTED
from engine.plan.temporary import Emptying, handed
from engine.report.doubtful import Which, doubtful_query, matches
from engine.report.rows import shown_receipt
from engine.store import audit
from engine.store.dialect import bulk_insert, upsert_adding
from engine.store.distribution import is_distributed
from engine.store.tables.runs import ENDED, campaign, entry, message, message_counter
from engine.store.tables.sending import MESSAGE_KEY, doubt, outbox
from engine.store.times import HOUR

AT_ONCE = 1_000
"""Messages of one transaction."""
DID = "settle_doubtful"
"""What the audit calls it."""


class Settlement(StrEnum):
    """What somebody decides."""

    AGAIN = "again"
    SENT = "sent"
    NOT_SENT = "not_sent"


_FATES = {
    Settlement.AGAIN: PLANNED,
    Settlement.SENT: SENT,
    Settlement.NOT_SENT: failed("not_sent"),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """How doubtful messages are settled, which, and who says so."""

    how: Settlement
    which: Which
    who: str

    def detail(self, changed: int) -> dict[str, Any]:
        """What the audit keeps of it. Of single messages only how many there were: addresses are people's."""
        which = self.which
        said: dict[str, Any] = {"how": self.how.value, "messages": changed}
        filtered = {"campaign": which.campaign, "account": which.account}
        said |= {name: value for name, value in filtered.items() if value is not None}
        return said if which.messages is None else {**said, "chosen": len(which.messages)}


class Doubts:
    """Of one engine; any thread may call."""

    def __init__(self, desk: Desk, dialect: Dialect) -> None:
        self._desk = desk
        self._dialect = dialect
        self._empty = Emptying(handed, dialect)

    def settle(self, decision: Decision) -> int:
        """Settle what is meant and was on its way by now; how many there were. Raises `BadKeyError`."""
        now = self._desk.now()
        until = now if decision.which.until is None else min(now, decision.which.until)
        # What is sent again may be doubtful again before the last set is done: that is another matter.
        decision = replace(decision, which=replace(decision.which, until=until))
        matches(decision.which)
        done, noted = 0, None
        while True:
            with self._desk.write() as connection:
                some = self._settle_some(connection, decision, now)
                done += some
                if some and noted is None:
                    noted = audit.note(connection, audit.Noted(now, decision.who, DID, decision.detail(done)))
                elif some and noted is not None:
                    audit.amend(connection, noted, decision.detail(done))
            if some < AT_ONCE:
                return done

    def _settle_some(self, connection: Connection, decision: Decision, now: int) -> int:
        """One set; how many it had. `handed` then holds them."""
        self._empty(connection)
        _hand(connection, decision, now)
        some = connection.execute(select(func.count()).select_from(handed)).scalar_one()
        if not some:
            return 0
        fate = _FATES[decision.how]
        for change in (UNKNOWN, -1), (fate, 1):
            connection.execute(self._counted(*change, now))
        connection.execute(_changed(fate, now))
        if decision.how is Settlement.AGAIN:
            connection.execute(_queued(now))
        connection.execute(delete(doubt).where(_handed(doubt)))
        h = handed.c
        touched = connection.execute(select(h.version, h.node).distinct()).all()
        self._desk.judge(connection, {(version, node) for version, node in touched})
        return some

    def _counted(self, fate: Fate, sign: int, now: int) -> Insert:
        """Counts the messages in `handed`, which are still unknown, as what they become, or no longer."""
        m, e = message.c, entry.c
        mine = and_(e.campaign == m.campaign, e.person == m.person, e.entry == m.entry)
        columns: list[ColumnElement[Any]] = [
            m.version, e.cycle, m.node, literal_column(f"'{fate.state}'").label("state"),
            literal_column(f"'{fate.reason}'").label("reason"), shown_receipt(now).label("receipt"),
            literal(WHOLE).label("shard"), (m.planned_at // HOUR).label("hour"),
            (func.count() * literal(sign)).label("n"),
        ]  # fmt: skip
        query = select(*columns).join_from(message, entry, mine).where(_handed(message), true())
        query = query.group_by(*map(literal_column, ("1", "2", "3", "6", "8")))
        return upsert_adding(self._dialect, message_counter, COUNTED, query, "n")


def _hand(connection: Connection, decision: Decision, now: int) -> None:
    """Put into `handed` a set of those that are meant. What is of a campaign that has broken off goes nowhere
    any more, so that it cannot be sent again.

    They are locked, also against another process. Citus locks no rows of several machines, and there only the
    leader writes about messages, one transaction after the other.
    """
    d = doubt.c
    columns = (*MESSAGE_KEY, "account", "priority", "version")
    query = doubtful_query(*(d[name] for name in columns), literal(now).label("ready_at"))
    query = query.where(matches(decision.which))
    if decision.how is Settlement.AGAIN:
        broken_off = select(campaign.c.number).where(campaign.c.state == ENDED)
        query = query.where(d.campaign.not_in(broken_off))
    query = query.limit(AT_ONCE)
    names = [*columns, "ready_at"]
    if is_distributed(connection):  # there, what a limit has brought together is not of the columns' types
        found = [tuple(row) for row in connection.execute(query)]
        bulk_insert(connection, handed, names, found)
        return
    connection.execute(insert(handed).from_select(names, query.with_for_update(of=message)))


def _changed(fate: Fate, now: int) -> Update:
    values: dict[str, Any] = {"state": fate.state, "reason": fate.reason, "result": fate.result}
    if fate == PLANNED:
        values |= {"sent_at": null(), "result_at": null()}
    else:
        values["result_at"] = now
    return update(message).where(_handed(message)).values(values)


def _queued(now: int) -> Insert:
    """Back into the outbox. A quiet time that has begun since they were on their way counts for them, too."""
    d = doubt.c
    columns = ("account", "priority", "version", *MESSAGE_KEY)
    query = select(*(d[name] for name in columns), literal(now), d.attempted_at).where(_handed(doubt))
    return insert(outbox).from_select([*columns, "ready_at", "queued_at"], query)


def _handed(table: Any) -> ColumnElement[bool]:
    key = tuple_(*(table.c[name] for name in MESSAGE_KEY))
    return key.in_(select(*(handed.c[name] for name in MESSAGE_KEY)))
